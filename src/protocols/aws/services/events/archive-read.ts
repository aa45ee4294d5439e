// Reads events out of an archive's stream, by the core's queries. What comes back is copied: the core's views
// of records do not outlive its answer.
import {
  arrivedAtMs,
  type Broker,
  brokerError,
  type BrokerError,
  dataStart,
  type Query,
  type RecordViews,
  type Reply,
} from '../../../../broker/index.ts';
import { limits } from '../../../../base/limits.ts';

export interface ArchivedEvent {
  readonly sequence: number;
  readonly arrivedAtMs: number;
  readonly text: string;
}

export interface ArchivePage {
  readonly events: readonly ArchivedEvent[];
  /** Where the next page goes on. */
  readonly nextSequence: number;
}

/** Archives have one shard, so that their events are in order. */
const shardIndex = 0;

export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: BrokerError };

export function readArchive(broker: Broker, stream: number, from: number): Promise<Asked<ArchivePage>> {
  const query: Query = {
    kind: 'readStream',
    entity: stream,
    shardIndex,
    from,
    recordsMax: limits.eventsArchiveReadMax,
    bytesMax: limits.eventsArchiveReadBytesMax,
  };
  return ask(broker, query, (reply) =>
    reply.kind === 'records'
      ? { events: copyAll(reply.records), nextSequence: reply.nextSequence }
      : undefined,
  );
}

/** The first event that arrived at this time or later; behind the newest when there is none. */
export function positionAt(broker: Broker, stream: number, timeMs: number): Promise<Asked<number>> {
  const position = { at: 'time', timeMs } as const;
  const query: Query = { kind: 'findPosition', entity: stream, shardIndex, position };
  return ask(broker, query, (reply) => (reply.kind === 'position' ? reply.sequence : undefined));
}

export interface ArchiveSize {
  readonly count: number;
  readonly bytes: number;
}

/** Bytes are reckoned from the oldest events, as many as one page holds. */
export async function archiveSize(broker: Broker, stream: number): Promise<ArchiveSize> {
  const range = await ask(broker, { kind: 'listShards', entity: stream }, (reply) =>
    reply.kind === 'shards' ? reply.shards[shardIndex] : undefined,
  );
  if (!range.ok) return { count: 0, bytes: 0 };
  const { firstSequence, nextSequence } = range.value;
  const count = nextSequence - firstSequence;
  const page = count === 0 ? undefined : await readArchive(broker, stream, firstSequence);
  if (page?.ok !== true || page.value.events.length === 0) return { count, bytes: 0 };
  const { events } = page.value;
  const sampleBytes = events.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0);
  return { count, bytes: Math.round((sampleBytes / events.length) * count) };
}

function copyAll({ count, source, sequences, starts, ends }: RecordViews): ArchivedEvent[] {
  const events: ArchivedEvent[] = [];
  for (let i = 0; i < count; i++) {
    const start = starts[i]!;
    events.push({
      sequence: sequences[i]!,
      arrivedAtMs: arrivedAtMs(source, start),
      text: source.toString('utf8', dataStart(source, start), ends[i]),
    });
  }
  return events;
}

/** `take` runs while the answer is valid. */
function ask<T>(broker: Broker, query: Query, take: (reply: Reply) => T | undefined): Promise<Asked<T>> {
  return new Promise((resolve) => {
    const reveal = (reply: Reply): void => {
      if (reply.kind === 'error') return resolve({ ok: false, error: reply.error });
      const value = take(reply);
      if (value !== undefined) return resolve({ ok: true, value });
      resolve({ ok: false, error: brokerError('stream_not_found', 'the archive has no events') });
    };
    broker.query(query, { reveal, isOpen: () => true });
  });
}
