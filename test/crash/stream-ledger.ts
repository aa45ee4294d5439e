// What the crash suite of streams knows for certain: which records were acknowledged and as what, what every
// reader saw and from where. Held at the end against one whole reading of the stream. Talks to nobody.
import type { ShardInfo } from './stream-client.ts';

export interface Seen {
  readonly sequence: string;
  readonly key: string;
  readonly data: string;
}

interface Entry {
  readonly sentAt: number;
  ackedAt: number;
  place: string | undefined;
}

/** One reader of one shard, from its first record (`fromStart`), or from the newest at a moment. */
export interface Reading {
  readonly shard: string;
  readonly fromStart: boolean;
  /** Stamps around the call that gave the position. */
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly seen: Seen[];
  /** It was read up to the end or tip after the last put. */
  isWhole: boolean;
}

export class StreamLedger {
  readonly violations: string[] = [];
  readonly readings: Reading[] = [];
  readonly #entries = new Map<string, Entry>();
  #stamp = 0;
  acknowledgedCount = 0;

  now(): number {
    return ++this.#stamp;
  }
  sending(data: string): void {
    this.#entries.set(data, { sentAt: this.now(), ackedAt: Infinity, place: undefined });
  }
  acknowledged(data: string, shard: string, sequence: string): void {
    const entry = this.#entries.get(data) as Entry;
    entry.ackedAt = this.now();
    entry.place = `${shard}/${sequence}`;
    this.acknowledgedCount++;
  }

  /** The whole stream, shard by shard, read when nobody writes any more. */
  judge(shards: readonly ShardInfo[], whole: ReadonlyMap<string, readonly Seen[]>): void {
    this.#judgeTiles(shards);
    this.#judgeRecords(whole);
    this.#judgeOrder(shards, whole);
    for (const reading of this.readings) this.#judgeReading(reading, whole.get(reading.shard) ?? []);
  }

  #judgeTiles(shards: readonly ShardInfo[]): void {
    const open = shards.filter(({ SequenceNumberRange: range }) => range.EndingSequenceNumber === undefined);
    const ranges = open.map<[bigint, bigint]>(({ HashKeyRange: { StartingHashKey, EndingHashKey } }) => [
      BigInt(StartingHashKey),
      BigInt(EndingHashKey),
    ]);
    ranges.sort(([a], [b]) => (a < b ? -1 : 1));
    let next = 0n;
    for (const [start, end] of ranges) {
      if (start !== next) this.violations.push(`a shard starts at ${start}, not ${next}`);
      next = end + 1n;
    }
    if (next !== 1n << 128n) this.violations.push(`the open shards end before ${next}`);
  }

  /** Nothing acknowledged is lost or elsewhere, nothing is there twice. */
  #judgeRecords(whole: ReadonlyMap<string, readonly Seen[]>): void {
    const places = new Map<string, string>();
    for (const [shard, records] of whole) {
      for (const { data, sequence } of records) {
        if (places.has(data)) this.violations.push(`${data} is there twice`);
        if (!this.#entries.has(data)) this.violations.push(`${data} was never put`);
        places.set(data, `${shard}/${sequence}`);
      }
    }
    for (const [data, { place }] of this.#entries) {
      if (place !== undefined && places.get(data) !== place)
        this.violations.push(`${data} was acknowledged as ${place} and is at ${places.get(data)}`);
    }
  }

  /** Numbers rise within a shard and from parents to children; keys keep their order along them. */
  #judgeOrder(shards: readonly ShardInfo[], whole: ReadonlyMap<string, readonly Seen[]>): void {
    const lastOfKey = new Map<string, string>();
    // Parents are made before their children, and ids count up.
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of shards.toSorted(byId)) {
      const records = whole.get(ShardId) ?? [];
      let last = 0n;
      for (const parent of [ParentShardId, AdjacentParentShardId]) {
        const newest = BigInt(whole.get(parent ?? '')?.at(-1)?.sequence ?? 0);
        if (newest > last) last = newest;
      }
      for (const { sequence, key, data } of records) {
        if (BigInt(sequence) <= last) this.violations.push(`${ShardId}: ${sequence} came after ${last}`);
        last = BigInt(sequence);
        if (data <= (lastOfKey.get(key) ?? '')) this.violations.push(`${data} after ${lastOfKey.get(key)}`);
        lastOfKey.set(key, data);
      }
    }
  }

  /** No gap, nothing twice, nothing that is not there: a stretch of the shard, from where it had to begin. */
  #judgeReading(reading: Reading, records: readonly Seen[]): void {
    const { shard, seen, fromStart, askedAt, answeredAt, isWhole } = reading;
    const name = `${fromStart ? 'reader' : 'latest'} of ${shard}`;
    const first = records.findIndex(({ sequence }) => sequence === seen[0]?.sequence);
    if (seen.length > 0 && first < 0)
      this.violations.push(`${name} saw ${seen[0]?.data}, which is not there`);
    if (fromStart && first > 0) this.violations.push(`${name} began at record ${first}`);
    const stretch = seen.length === 0 ? [] : records.slice(first, isWhole ? undefined : first + seen.length);
    if (textOf(seen) !== textOf(stretch))
      this.violations.push(`${name} saw ${seen.length} of ${stretch.length} records, or others`);
    if (fromStart) {
      if (isWhole && seen.length !== records.length) this.violations.push(`${name} did not see everything`);
      return;
    }
    for (const [at, { data }] of records.entries()) {
      const { sentAt, ackedAt } = this.#entries.get(data) as Entry;
      const isSeen = seen.length > 0 && at >= first;
      if (ackedAt < askedAt && isSeen) this.violations.push(`${name} saw ${data}, which was older`);
      if (sentAt > answeredAt && !isSeen && isWhole) this.violations.push(`${name} missed ${data}`);
    }
  }
}

const textOf = (records: readonly Seen[]): string =>
  records.map((one) => `${one.sequence} ${one.data}`).join();
const byId = (a: ShardInfo, b: ShardInfo): number => (a.ShardId < b.ShardId ? -1 : 1);
