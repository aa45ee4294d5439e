// The naive model of one stream: plain arrays, searched anew for every question, right by being dull.
// Called by the stream model suite, which compares every answer of the real broker with it. It knows no
// log and no commit: the suite keeps one of it for what is decided and one for what is committed.

/** Space follows the horizon in steps; until then a longer retention may bring back what was just past it. */
const trimStepMs = 60_000;

export interface NaiveRecord {
  readonly key: string;
  readonly data: string;
  readonly sequence: number;
  readonly arrivedAtMs: number;
  /** It was past a retention once: a longer one may bring it back, or not. */
  hasLapsed: boolean;
}

export interface NaiveShard {
  readonly index: number;
  readonly startHash: bigint;
  readonly endHash: bigint;
  readonly parents: readonly number[];
  readonly createdAtMs: number;
  closedAtMs: number | undefined;
  nextSequence: number;
  records: NaiveRecord[];
}

export type Fate = 'stays' | 'goes' | 'may go';

export class NaiveStream {
  readonly entity: number;
  readonly cell: number;
  retentionMs: number;
  revision: number;
  shards: NaiveShard[] = [];
  nextIndex = 0;

  constructor(place: { entity: number; cell: number; revision: number }, retentionMs: number) {
    this.entity = place.entity;
    this.cell = place.cell;
    this.revision = place.revision;
    this.retentionMs = retentionMs;
  }

  copy(): NaiveStream {
    const copy = new NaiveStream(this, this.retentionMs);
    copy.nextIndex = this.nextIndex;
    copy.shards = this.shards.map((shard) => ({ ...shard, records: [...shard.records] }));
    return copy;
  }

  get open(): NaiveShard[] {
    return this.shards
      .filter((shard) => shard.closedAtMs === undefined)
      .sort((a, b) => (a.startHash < b.startHash ? -1 : 1));
  }
  shard(index: number): NaiveShard | undefined {
    return this.shards.find((shard) => shard.index === index);
  }
  children(index: number): number[] {
    return this.shards.filter(({ parents }) => parents.includes(index)).map((shard) => shard.index);
  }

  append(
    record: { key: string; data: string; hash: bigint },
    nowMs: number,
  ): [shard: number, sequence: number] {
    const { key, data, hash } = record;
    const shard = this.open.find(({ startHash, endHash }) => startHash <= hash && hash <= endHash);
    if (shard === undefined) throw new Error(`nobody owns ${hash}`);
    const sequence = shard.nextSequence++;
    shard.records.push({ key, data, sequence, arrivedAtMs: nowMs, hasLapsed: false });
    return [shard.index, sequence];
  }

  /** The code of the refusal, or undefined. */
  split(index: number, atHash: bigint, nowMs: number): string | undefined {
    const shard = this.shard(index);
    if (shard === undefined) return 'shard_not_found';
    if (shard.closedAtMs !== undefined) return 'shard_closed';
    if (atHash <= shard.startHash || atHash > shard.endHash) return 'split_outside_shard';
    this.#child([shard], [shard.startHash, atHash - 1n], nowMs);
    this.#child([shard], [atHash, shard.endHash], nowMs);
    shard.closedAtMs = nowMs;
    return undefined;
  }

  merge(lowerIndex: number, upperIndex: number, nowMs: number): string | undefined {
    const [lower, upper] = [this.shard(lowerIndex), this.shard(upperIndex)];
    if (lower === undefined || upper === undefined) return 'shard_not_found';
    const areOpen = lower.closedAtMs === undefined && upper.closedAtMs === undefined;
    if (!areOpen || lower.endHash + 1n !== upper.startHash) return 'shards_not_adjacent';
    this.#child([lower, upper], [lower.startHash, upper.endHash], nowMs);
    lower.closedAtMs = nowMs;
    upper.closedAtMs = nowMs;
    return undefined;
  }

  /** Its numbers say of which shards it is made; a child is born in a later second than its parents. */
  #child(parents: readonly NaiveShard[], [startHash, endHash]: [bigint, bigint], nowMs: number): void {
    const born = parents.map(({ createdAtMs }) => (Math.floor(createdAtMs / 1000) + 1) * 1000);
    this.add({
      index: this.nextIndex,
      startHash,
      endHash,
      parents: parents.map(({ index }) => index),
      createdAtMs: Math.max(nowMs + 1000, ...born),
    });
  }

  add(birth: Omit<NaiveShard, 'closedAtMs' | 'nextSequence' | 'records'>): NaiveShard {
    const shard = { ...birth, closedAtMs: undefined, nextSequence: 1, records: [] };
    this.shards.push(shard);
    this.nextIndex = Math.max(this.nextIndex, birth.index + 1);
    return shard;
  }

  isVisible(record: NaiveRecord, nowMs: number): boolean {
    return record.arrivedAtMs >= nowMs - this.retentionMs;
  }

  /** Time has passed; `isTrimmed`: and the broker has had the time to forget. */
  expire(nowMs: number, isTrimmed: boolean): void {
    const untilMs = nowMs - this.retentionMs;
    for (const shard of this.shards) {
      for (const record of shard.records) if (!this.isVisible(record, nowMs)) record.hasLapsed = true;
      if (isTrimmed) shard.records = shard.records.filter((one) => one.arrivedAtMs >= untilMs - trimStepMs);
    }
  }

  fate(shard: NaiveShard, nowMs: number): Fate {
    const { closedAtMs, records } = shard;
    if (closedAtMs === undefined) return 'stays';
    if (closedAtMs < nowMs - this.retentionMs) return 'goes';
    const hasAny = records.some((record) => this.isVisible(record, nowMs) && !record.hasLapsed);
    return hasAny || shard.nextSequence === 1 ? 'stays' : 'may go';
  }

  /** What is wrong with these records as those from `from` to `to` of a shard. */
  judge(shard: NaiveShard, [from, to]: [number, number], got: readonly Got[], nowMs: number): string[] {
    const there = shard.records.filter((record) => record.sequence >= from && record.sequence < to);
    const expected = there.filter((record) => this.isVisible(record, nowMs));
    const wrong: string[] = [];
    let at = 0;
    for (const record of expected) {
      const found = got[at];
      if (found?.sequence === record.sequence && found.data === record.data && found.key === record.key) at++;
      else if (!record.hasLapsed) wrong.push(`${shard.index}/${record.sequence} is missing`);
    }
    for (const { sequence, data } of got.slice(at))
      wrong.push(`${shard.index}/${sequence} ${data} is too much`);
    return wrong;
  }
}

export interface Got {
  readonly sequence: number;
  readonly key: string;
  readonly data: string;
}
