// Accounts for what a stream acknowledged: every (shard, counter) exactly once, and growing within a shard
// for whoever waits for one answer before he sends the next. One bit a record. Shared by the workloads that
// put and read back; it knows no wire.

interface ShardAcks {
  bits: Uint8Array;
  count: number;
  /** Last counter by lane; NaN compares as not growing with nothing. */
  readonly lastOfLane: number[];
}

const initialBytes = 1 << 16;

export class AckBook {
  readonly #shards: ShardAcks[] = [];
  duplicated = 0;
  reordered = 0;

  acknowledge(lane: number, shardIndex: number, counter: number): void {
    const shard = this.#shard(shardIndex);
    const last = shard.lastOfLane[lane];
    if (last !== undefined && counter <= last) this.reordered += 1;
    shard.lastOfLane[lane] = counter;
    const at = counter >>> 3;
    const bit = 1 << (counter & 7);
    if (at >= shard.bits.length) grow(shard, at);
    if (((shard.bits[at] as number) & bit) !== 0) {
      this.duplicated += 1;
      return;
    }
    shard.bits[at] = (shard.bits[at] as number) | bit;
    shard.count += 1;
  }

  has(shardIndex: number, counter: number): boolean {
    const bits = this.#shards[shardIndex]?.bits;
    return bits !== undefined && ((bits[counter >>> 3] ?? 0) & (1 << (counter & 7))) !== 0;
  }

  count(shardIndex: number): number {
    return this.#shards[shardIndex]?.count ?? 0;
  }

  #shard(shardIndex: number): ShardAcks {
    return (this.#shards[shardIndex] ??= { bits: new Uint8Array(initialBytes), count: 0, lastOfLane: [] });
  }
}

function grow(shard: ShardAcks, at: number): void {
  const larger = new Uint8Array(Math.max(at + 1, shard.bits.length * 2));
  larger.set(shard.bits);
  shard.bits = larger;
}
