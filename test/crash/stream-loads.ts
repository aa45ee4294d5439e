// The loads of the crash suite of streams: writers, readers that take every shard from its start with
// parents before children, readers that begin at the newest record under load, and a reshard now and then.
// They go on through every kill and tell the ledger what they know; a call that got no answer waits until
// the daemon is back.
import { setTimeout as pause } from 'node:timers/promises';
import { Refused, Unanswered } from './client.ts';
import type { ReadRecords, StreamClient } from './stream-client.ts';
import type { Reading, StreamLedger } from './stream-ledger.ts';

const retryMs = 20;
const idleMs = 10;
const writerCount = 4;
const keysPerWriter = 4;
const recordsPerPut = 20;
/** Readings from the newest record at once; beyond it the oldest is judged as far as it came. */
const latestMax = 24;
/** Of large records: each reading costs as much as the writers. */
const latestOfLargeMax = 3;
/** A LATEST position is taken about so often. */
const latestEveryMs = 40;
const reshardEveryMs = 250;
/** Each is reached from any other in one step: at most twice, and not less than half of it. */
const shardCounts = [2, 4, 3];

export class StreamLoad {
  isWriting = true;
  isReading = true;
  /** Records acknowledged since the last look: shows that the load really flows. */
  progress = 0;
  reshardCount = 0;
  readonly #client: StreamClient;
  readonly #ledger: StreamLedger;
  readonly #padding: string;
  readonly #writing: Promise<void>[] = [];
  readonly #reading: Promise<void>[] = [];
  readonly #walked = new Map<string, Reading>();
  readonly #latestMax: number;
  #latestCount = 0;

  constructor(client: StreamClient, ledger: StreamLedger, paddingBytes: number) {
    this.#client = client;
    this.#ledger = ledger;
    this.#padding = '.'.repeat(paddingBytes);
    this.#latestMax = paddingBytes > 0 ? latestOfLargeMax : latestMax;
  }

  async start(): Promise<void> {
    for (const { ShardId } of await this.#client.shards()) this.#walk(ShardId, []);
    for (let writer = 0; writer < writerCount; writer++) this.#writing.push(this.#write(writer));
    this.#writing.push(this.#takeLatest(), this.#reshard());
  }

  /** Writers first; readers when they have come to the ends of their shards. */
  async stop(): Promise<void> {
    this.isWriting = false;
    await Promise.all(this.#writing);
    this.isReading = false;
    // Readers of shards that ended start readers of the children, until there are none.
    for (let known = 0; known < this.#reading.length;) {
      known = this.#reading.length;
      await Promise.all(this.#reading);
    }
  }

  /** What got no answer is never put again: it may be there or not. */
  async #write(writer: number): Promise<void> {
    for (let n = 0; this.isWriting; n++) {
      const records = Array.from({ length: recordsPerPut }, (_, i) => {
        const key = `w${writer}k${i % keysPerWriter}`;
        const number = String(n * recordsPerPut + i).padStart(8, '0');
        return { key, data: `${key}-${number}${this.#padding}` };
      });
      for (const { data } of records) this.#ledger.sending(nameOf(data));
      await this.#attempt(async () => {
        const results = await this.#client.put(records);
        for (const [i, { ShardId, SequenceNumber, ErrorCode }] of results.entries()) {
          if (ErrorCode !== undefined) continue;
          this.#ledger.acknowledged(nameOf(records[i]!.data), ShardId, SequenceNumber);
          this.progress++;
        }
      });
    }
  }

  /** Reads a shard from its start once all of its parents are read. */
  #walk(shard: string, parents: readonly string[]): void {
    if (this.#walked.has(shard)) return;
    if (parents.some((parent) => this.#walked.get(parent)?.isWhole === false)) return;
    const reading = { shard, fromStart: true, askedAt: 0, answeredAt: 0, seen: [], isWhole: false };
    this.#walked.set(shard, reading);
    this.#ledger.readings.push(reading);
    this.#reading.push(
      this.#follow(
        reading,
        () => this.#client.iterator(shard, 'TRIM_HORIZON'),
        () => true,
      ),
    );
  }

  /** A position behind the newest record, taken while puts are on their way and commits under way. */
  async #takeLatest(): Promise<void> {
    while (this.isWriting) {
      await pause(latestEveryMs * (0.5 + Math.random()));
      await this.#attempt(async () => {
        const open = (await this.#client.shards()).filter(
          ({ SequenceNumberRange: range }) => range.EndingSequenceNumber === undefined,
        );
        const shard = open[Math.floor(Math.random() * open.length)]!.ShardId;
        const askedAt = this.#ledger.now();
        const iterator = await this.#client.iterator(shard, 'LATEST');
        const answeredAt = this.#ledger.now();
        const reading = { shard, fromStart: false, askedAt, answeredAt, seen: [], isWhole: false };
        const number = this.#latestCount++;
        this.#ledger.readings.push(reading);
        const isWanted = (): boolean => this.#latestCount - number <= this.#latestMax;
        this.#reading.push(this.#follow(reading, async () => iterator, isWanted));
      });
    }
  }

  /** Reads on from one iterator to the next, through every kill, until the shard ends or nobody writes. */
  async #follow(reading: Reading, begin: () => Promise<string>, isWanted: () => boolean): Promise<void> {
    let iterator: string | undefined;
    await this.#insist(async () => (iterator = await begin()));
    while (iterator !== undefined && isWanted()) {
      // Taken before the read: an empty answer after the last put means that this is all.
      const isLast = !this.isReading;
      const from = iterator;
      let page: ReadRecords | undefined;
      await this.#insist(async () => (page = await this.#client.read(from)));
      const { Records = [], NextShardIterator, ChildShards = [] } = page ?? {};
      for (const { SequenceNumber: sequence, PartitionKey: key, Data } of Records)
        reading.seen.push({ sequence, key, data: nameOf(Buffer.from(Data, 'base64').toString()) });
      iterator = NextShardIterator;
      if (iterator === undefined || (isLast && Records.length === 0)) {
        reading.isWhole = page !== undefined;
        if (reading.fromStart) for (const child of ChildShards) this.#walk(child.ShardId, child.ParentShards);
        return;
      }
      if (Records.length === 0) await pause(idleMs);
    }
  }

  async #reshard(): Promise<void> {
    for (let n = 0; this.isWriting; n++) {
      await pause(reshardEveryMs);
      await this.#attempt(async () => {
        await this.#client.resize(shardCounts[n % shardCounts.length]!);
        this.reshardCount++;
      });
    }
  }

  /** What is refused ends the run as a violation, what is not answered is given up. */
  async #attempt(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      if (error instanceof Unanswered) await pause(retryMs);
      else if (error instanceof Refused && isBusy(error)) await pause(retryMs);
      else {
        this.#ledger.violations.push(String(error));
        return true;
      }
      return false;
    }
  }

  /** Reads may be repeated: again until there is an answer. */
  async #insist(call: () => Promise<unknown>): Promise<void> {
    for (let tries = 0; tries < 2_000; tries++) if (await this.#attempt(call)) return;
    this.#ledger.violations.push('a reader got no answer');
  }
}

/** Padding follows the name. */
function nameOf(data: string): string {
  return data.split('.', 1)[0] as string;
}

/** A reshard is under way; or a commit failed while the daemon was shut down. */
function isBusy({ code }: Refused): boolean {
  return ['LimitExceededException', 'ResourceInUseException', 'InternalFailure'].includes(code);
}
