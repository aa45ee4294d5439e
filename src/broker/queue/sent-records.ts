// What the journal says of a message that was sent: its optional fields, and the short form for copies. Part
// of records.ts, which writes it.
import type { ByteReader } from '../../base/bytes.ts';
import type { SentFacts } from './state.ts';

/** Which optional fields follow. */
export const flags = { isOrdered: 1, hasGroup: 2, hasDue: 4, hasDedup: 8, isArrival: 16 } as const;

export function readSent(reader: ByteReader, nowMs: number, entity: number, sequence: number): SentFacts {
  const bits = reader.u8();
  const group = (bits & flags.hasGroup) === 0 ? 0 : reader.f64();
  const dueMs = (bits & flags.hasDue) === 0 ? 0 : reader.f64();
  const dedup = readDedup(reader, bits);
  const isArrival = (bits & flags.isArrival) !== 0;
  const sentAtMs = isArrival ? reader.f64() : nowMs;
  const receiveCount = isArrival ? reader.u16() : 0;
  const firstReceivedAtMs = isArrival ? reader.f64() : 0;
  const isOrdered = (bits & flags.isOrdered) !== 0;
  const arrival = { sentAtMs, receiveCount, firstReceivedAtMs, isArrival };
  return { entity, sequence, isOrdered, group, dueMs, dedup, ...arrival };
}

export function readDedup(reader: ByteReader, bits: number): Uint32Array | undefined {
  if ((bits & flags.hasDedup) === 0) return undefined;
  return Uint32Array.of(reader.u32(), reader.u32(), reader.u32(), reader.u32());
}

/** A copy for an unordered queue, without group, delay or id. */
export function copiedFacts(entity: number, sequence: number, sentAtMs: number): SentFacts {
  return {
    entity,
    sequence,
    isOrdered: false,
    group: 0,
    dueMs: 0,
    sentAtMs,
    dedup: undefined,
    receiveCount: 0,
    firstReceivedAtMs: 0,
    isArrival: false,
  };
}
