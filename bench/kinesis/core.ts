// The core by itself: a broker over the data directory of a daemon that has stopped, in this process, reading
// its one stream as protocols do. Used to measure what a read costs below the wire.
import { createBroker } from '../../src/broker/broker.ts';
import type { Broker, Query, RecordsReply, Reply, ShardView } from '../../src/broker/index.ts';
import { RecordBatchWriter } from '../../src/broker/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/log.ts';
import { SystemRng } from '../../src/base/rng.ts';
import type { Storage } from '../../src/storage/index.ts';
import { openLmdbStorage } from '../../src/storage/index.ts';

const recordsMax = 10_000;
const bytesMax = 1 << 20;

export class CoreStream {
  readonly #storage: Storage;
  readonly #broker: Broker;
  readonly #entity: number;

  private constructor(storage: Storage, broker: Broker, entity: number) {
    this.#storage = storage;
    this.#broker = broker;
    this.#entity = entity;
  }

  static async open(directory: string): Promise<CoreStream> {
    const write = (line: string): boolean => process.stderr.write(line);
    const logger = createLogger({ level: 'error', write, now: Date.now });
    const storage = await openLmdbStorage({ directory, durability: 'disk', logger });
    const rng = new SystemRng();
    const broker = await createBroker({ storage, clock: systemClock, rng, logger, queueCells: 1 });
    const [definition] = [...broker.catalog.streams.all()];
    if (definition === undefined) throw new Error('the directory holds no stream');
    return new CoreStream(storage, broker, definition.entity);
  }

  async shards(): Promise<readonly ShardView[]> {
    const reply = await this.#ask({ kind: 'listShards', entity: this.#entity });
    if (reply.kind !== 'shards') throw new Error(`listShards was answered with ${reply.kind}`);
    return reply.shards;
  }

  /** Reads from a sequence to the tip, 1 MiB at a time and a turn of the loop for each; answers the bytes. */
  async drain(shardIndex: number, from: number): Promise<number> {
    let bytes = 0;
    for (let next = from; ;) {
      const read = await this.#read(shardIndex, next);
      if (read.count === 0) return bytes;
      bytes += read.bytes;
      next = read.nextSequence;
    }
  }

  /** Puts records with keys of their own, so that all shards get some; they stay in the hot tail. */
  async append(recordCount: number, recordBytes: number): Promise<void> {
    const batchRecords = 500;
    const data = Buffer.alloc(recordBytes, 'x');
    const records = new RecordBatchWriter(batchRecords);
    for (let done = 0; done < recordCount; done += batchRecords) {
      records.reset();
      for (let index = 0; index < batchRecords; index++) {
        records.begin();
        records.keyText(`k${done + index}`);
        records.data(data);
        records.end();
      }
      const reply = await new Promise<Reply>((reveal) => {
        const sink = { reveal, isOpen: () => true };
        this.#broker.submit({ kind: 'append', entity: this.#entity, records }, sink);
      });
      if (reply.kind !== 'appended') throw new Error(`append was answered with ${reply.kind}`);
    }
  }

  async close(): Promise<void> {
    await this.#broker.close();
    await this.#storage.close();
  }

  /** What a reply shows is valid inside `reveal` alone: it is counted there. */
  #read(shardIndex: number, from: number): Promise<ReadCount> {
    return new Promise((resolve, reject) => {
      const reveal = (reply: Reply): void => {
        if (reply.kind === 'records') setImmediate(resolve, countOf(reply));
        else reject(new Error(`a read was answered with ${reply.kind}`));
      };
      const query = {
        kind: 'readStream',
        entity: this.#entity,
        shardIndex,
        from,
        recordsMax,
        bytesMax,
      } as const;
      this.#broker.query(query, { reveal, isOpen: () => true });
    });
  }

  #ask(query: Query): Promise<Reply> {
    return new Promise((reveal) => this.#broker.query(query, { reveal, isOpen: () => true }));
  }
}

interface ReadCount {
  readonly count: number;
  readonly bytes: number;
  readonly nextSequence: number;
}

function countOf({ records, nextSequence }: RecordsReply): ReadCount {
  const { count, starts, ends } = records;
  let bytes = 0;
  for (let index = 0; index < count; index++) bytes += (ends[index] as number) - (starts[index] as number);
  return { count, bytes, nextSequence };
}
