// Whether the daemon is fit for work, as load balancers and people ask: one report for the admin port and the
// API port. Reads the broker's numbers of the instant, keeps nothing.
import type { Clock } from '../base/clock.ts';
import type { Broker } from '../broker/index.ts';
import type { RequestHandler } from '../net/index.ts';
import type { Health } from '../protocols/admin/index.ts';

export class HealthState {
  readonly #broker: Broker;
  readonly #version: string;
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #listeners: Record<string, { readonly url: string; readonly engine: string }> = {};
  #isDraining = false;

  constructor(broker: Broker, version: string, clock: Clock) {
    this.#broker = broker;
    this.#version = version;
    this.#clock = clock;
    this.#startedAtMs = clock.nowMs();
  }

  addListener(name: string, url: string, engine: string): void {
    this.#listeners[name] = { url, engine };
  }

  drain(): void {
    this.#isDraining = true;
  }

  report(): Health {
    const isWritable = this.#broker.introspect().cells.every((cell) => cell.isWritable);
    const whenOpen = isWritable ? 'ok' : 'not_writable';
    const status = this.#isDraining ? 'draining' : whenOpen;
    return {
      isHealthy: status === 'ok',
      report: {
        status,
        version: this.#version,
        uptimeSeconds: (this.#clock.nowMs() - this.#startedAtMs) / 1000,
        isWritable,
        listeners: this.#listeners,
      },
    };
  }
}

/** Answers GET /health in front of a protocol; no AWS API has such a path. */
export function withHealth(handler: RequestHandler, health: HealthState): RequestHandler {
  return (request, reply) => {
    if (request.path !== '/health' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      handler(request, reply);
      return;
    }
    const { isHealthy, report } = health.report();
    reply.send(isHealthy ? 200 : 503, ['content-type', 'application/json'], JSON.stringify(report));
  };
}
