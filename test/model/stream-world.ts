// A broker with streams over the memory storage and a clock that stands still, for the tests of streams.
// Keeps what it reads as plain values, since a read's records are valid until its answer returns only.
import type { Clock } from '../../src/base/clock.ts';
import { ManualClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SeededRng } from '../../src/base/rng.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type {
  Command,
  Query,
  RecordViews,
  Reply,
  ShardView,
  StreamSettings,
} from '../../src/broker/index.ts';
import { arrivedAtMs, dataStart, keyLength, keyStart, RecordBatchWriter } from '../../src/broker/index.ts';
import type { Storage } from '../../src/storage/index.ts';
import { MemoryStorage } from '../../src/storage/index.ts';
import { isQuery } from '../crash/local-broker.ts';

export interface ReadRecord {
  readonly sequence: number;
  readonly key: string;
  readonly data: string;
  readonly arrivedAtMs: number;
}

export interface ReadBatch {
  readonly records: readonly ReadRecord[];
  readonly nextSequence: number;
  readonly behindMs: number;
  readonly isEnd: boolean;
  readonly closedAtMs: number | undefined;
  readonly children: readonly number[];
}

export interface Put {
  readonly shardIndex: number;
  readonly sequence: number;
}

export interface StreamWorldOptions {
  readonly storage?: Storage;
  /** Instead: called at every open. */
  readonly openStorage?: (clock: Clock) => Promise<Storage>;
  readonly streamCells?: number;
}

type KindOf<K extends Reply['kind']> = Extract<Reply, { readonly kind: K }>;

export const dayMs = 86_400_000;

export class StreamWorld {
  readonly clock = new ManualClock();
  storage: Storage;
  broker!: Awaited<ReturnType<typeof createBroker>>;
  readonly #writer = new RecordBatchWriter(500);
  readonly #openStorage: ((clock: Clock) => Promise<Storage>) | undefined;
  streamCells: number;

  constructor(options: StreamWorldOptions = {}) {
    this.storage = options.storage ?? new MemoryStorage();
    this.#openStorage = options.openStorage;
    this.streamCells = options.streamCells ?? 1;
  }

  static async start(options: { readonly streamCells?: number } = {}): Promise<StreamWorld> {
    const world = new StreamWorld(options);
    await world.open();
    return world;
  }

  async open(): Promise<void> {
    const { clock } = this;
    if (this.#openStorage !== undefined) this.storage = await this.#openStorage(clock);
    const { storage } = this;
    this.broker = await createBroker({
      storage,
      clock,
      rng: new SeededRng(1),
      logger: silentLogger,
      queueCells: 1,
      streamCells: this.streamCells,
      tickMs: 0,
    });
  }

  async close(): Promise<void> {
    await this.broker.close();
    await this.storage.close();
  }

  /** An orderly end, and a start over what it left. */
  async reopen(): Promise<void> {
    await this.close();
    await this.open();
  }

  ask(command: Command | Query): Promise<Reply> {
    return new Promise((resolve) => {
      const sink = { reveal: (reply: Reply) => resolve(keep(reply)), isOpen: () => true };
      if (isQuery(command)) this.broker.query(command, sink);
      else this.broker.submit(command, sink);
    });
  }

  async run<K extends Reply['kind']>(kind: K, command: Command | Query): Promise<KindOf<K>> {
    const reply = await this.ask(command);
    if (reply.kind !== kind) throw new Error(`${command.kind}: ${JSON.stringify(reply)}`);
    return reply as KindOf<K>;
  }

  /** Answers the stream's entity. */
  async create(name: string, shardCount: number, settings: Partial<StreamSettings> = {}): Promise<number> {
    const reply = await this.run('stream', {
      kind: 'createStream',
      name: { kind: 'stream', namespace: 'test', name },
      settings: { retentionMs: 7 * dayMs, sharding: 'fixed', maxRecordBytes: 1024 * 1024, ...settings },
      initialShardCount: shardCount,
      readyAfterMs: 0,
      annotations: {},
      tags: {},
    });
    return reply.definition.entity;
  }

  async put(entity: number, records: readonly (readonly [key: string, data: string])[]): Promise<Put[]> {
    const writer = this.#writer;
    writer.reset();
    for (const [key, data] of records) {
      writer.begin();
      writer.keyText(key);
      writer.data(Buffer.from(data));
      writer.end();
    }
    const reply = await this.run('appended', { kind: 'append', entity, records: writer });
    return Array.from(reply.sequences, (sequence, i) => ({
      sequence,
      shardIndex: reply.shardIndexes[i] as number,
    }));
  }

  async shards(entity: number): Promise<readonly ShardView[]> {
    return (await this.run('shards', { kind: 'listShards', entity })).shards;
  }

  async read(entity: number, shardIndex: number, from: number, recordsMax = 10_000): Promise<ReadBatch> {
    const bytesMax = 10 * 1024 * 1024;
    const query = { kind: 'readStream', entity, shardIndex, from, recordsMax, bytesMax } as const;
    const reply = (await this.ask(query)) as unknown as { kind: string } & ReadBatch;
    if (reply.kind !== 'records') throw new Error(JSON.stringify(reply));
    return reply;
  }
}

/** Records are valid until `reveal` returns: what a test keeps is a copy. */
export function keep(reply: Reply): Reply {
  if (reply.kind !== 'records') return reply;
  const { nextSequence, behindMs, isEnd, children, shard } = reply;
  return {
    kind: 'records',
    records: readAll(reply.records),
    nextSequence,
    behindMs,
    isEnd,
    closedAtMs: shard.closedAtMs,
    children: children.map(({ index }) => index),
  } as unknown as Reply;
}

function readAll({ count, source, sequences, starts, ends }: RecordViews): ReadRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const start = starts[i] as number;
    const keyAt = keyStart(start);
    return {
      sequence: sequences[i] as number,
      key: source.toString('utf8', keyAt, keyAt + keyLength(source, start)),
      data: source.toString('utf8', dataStart(source, start), ends[i]),
      arrivedAtMs: arrivedAtMs(source, start),
    };
  });
}
