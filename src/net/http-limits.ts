// The limits of one HTTP listener: defaults from base/limits.ts, overrides from the caller (tests).
// Called once by listen.ts; engines read the result and never look at base/limits.ts for these.
import { limits as base } from '../base/limits.ts';
import type { HttpLimits } from './http.ts';

const defaults: HttpLimits = {
  bodyBytesMax: base.httpBodyBytesMax,
  uriBytesMax: base.httpUriBytesMax,
  headerBytesMax: base.httpHeaderBytesMax,
  headerCountMax: base.httpHeaderCountMax,
  chunkExtensionBytesMax: base.httpChunkExtensionBytesMax,
  connectionsMax: base.httpConnectionsMax,
  pipelinedMax: base.httpPipelinedMax,
  bufferedBytesMax: base.httpBufferedBytesMax,
  outputBytesMax: base.httpOutputBytesMax,
  unsentBytesMax: base.httpUnsentBytesMax,
  connectionUnsentBytesMax: base.httpConnectionUnsentBytesMax,
  crowdedStallMs: base.httpCrowdedStallMs,
  headerTimeoutMs: base.httpHeaderTimeoutMs,
  bodyTimeoutMs: base.httpBodyTimeoutMs,
  idleTimeoutMs: base.httpIdleTimeoutMs,
  writeTimeoutMs: base.httpWriteTimeoutMs,
  lingerMs: base.httpLingerMs,
  tlsReloadMs: base.tlsReloadMs,
};

export function resolveHttpLimits(overrides?: Partial<HttpLimits>): HttpLimits {
  return { ...defaults, ...overrides };
}

/** How often a listener looks at its timeouts: a quarter of the shortest, between 10 ms and 1 s. */
export function sweepIntervalMs(limits: HttpLimits): number {
  const shortest = Math.min(
    limits.headerTimeoutMs,
    limits.bodyTimeoutMs,
    limits.idleTimeoutMs,
    limits.writeTimeoutMs,
    limits.lingerMs,
  );
  return Math.max(10, Math.min(1000, Math.floor(shortest / 4)));
}
