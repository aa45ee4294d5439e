// Sequence numbers of records: a decimal text of 56 digits that carries the shard, the place in it and the
// time of arrival. Nothing of it is stored: the same record always gets the same number, and a number leads
// back to its place by arithmetic. Pure, but for the digits of shards that it keeps.
//
//   hex digit   0: 2
//            1- 9: creation of the shard, seconds
//              10: low nibble of the shard index
//           11-26: counter, the sequence of the core; 7fff.. ends a closed shard
//           27-28: 00
//           29-37: arrival, seconds
//           38-45: shard index
//              46: version, 2
//
// The layout is the service's own, clients compare the numbers as integers: it can't be changed.
import { limits } from '../../../../base/limits.ts';

/** What of a shard is in its numbers. */
export interface ShardOrigin {
  readonly index: number;
  readonly createdAtMs: number;
}

export interface ParsedSequence {
  readonly shardIndex: number;
  readonly createdAtSeconds: number;
  /** Sequence in the shard; the largest safe integer for the end of a closed shard. */
  readonly counter: number;
  readonly arrivedAtSeconds: number;
  /** Of the layout above: older ones are parsed for their shard alone, and no stream here has made them. */
  readonly isCurrent: boolean;
}

export const sequenceDigits = 56;
const endCounter = 0x7fff_ffff_ffff_ffffn;
const counterShift = 80n;
const arrivalShift = 36n;

/** First number of a shard's range: no record has it. */
export function startingSequenceNumber(shard: ShardOrigin): string {
  return compose(shard, 0n, shard.createdAtMs);
}

/** Last number of a closed shard's range. */
export function endingSequenceNumber(shard: ShardOrigin, closedAtMs: number): string {
  return compose(shard, endCounter, closedAtMs);
}

export function sequenceNumber(shard: ShardOrigin, counter: number, arrivedAtMs: number): string {
  return compose(shard, BigInt(counter), arrivedAtMs);
}

function compose(shard: ShardOrigin, counter: bigint, arrivedAtMs: number): string {
  const arrival = BigInt(secondsOf(arrivedAtMs)) << arrivalShift;
  return (shardPart(shard) + (counter << counterShift) + arrival).toString();
}

function shardPart({ index, createdAtMs }: ShardOrigin): bigint {
  const created = (2n << 36n) | BigInt(secondsOf(createdAtMs));
  const high = (created << 4n) | BigInt(index & 15);
  return (high << 144n) | (BigInt(index) << 4n) | 2n;
}

export function secondsOf(ms: number): number {
  return Math.floor(ms / 1000);
}

// --- parsing ---

const oldestEnd = 1n << 124n;
const oldEnd = 1n << 129n;
const currentStart = 1n << 185n;
const currentEnd = 3n << 184n;
/** 31 December 2477: what the service takes for a date. */
const createdSecondsEnd = 16_025_175_000;

/** Undefined for what is no sequence number. The text is digits: the rows check that. */
export function parseSequenceNumber(text: string): ParsedSequence | undefined {
  const number = BigInt(text);
  if (number < oldEnd) return parseOldest(number < oldestEnd ? number + oldestEnd : number);
  if (number <= currentStart || number >= currentEnd) return undefined;
  const hex = number.toString(16);
  const version = number & 15n;
  if (version !== 1n && version !== 2n) return undefined;
  const counter = (number >> counterShift) & 0xffff_ffff_ffff_ffffn;
  const createdAtSeconds = Number.parseInt(hex.slice(1, 10), 16);
  const isCurrent = version === 2n;
  if (isCurrent && (counter > endCounter || createdAtSeconds >= createdSecondsEnd)) return undefined;
  return {
    // The service prints an index beyond 31 bits as a negative one.
    shardIndex: Number(BigInt.asIntN(32, number >> 4n)),
    createdAtSeconds,
    counter: Math.min(Number(counter), Number.MAX_SAFE_INTEGER),
    arrivedAtSeconds: Number((number >> arrivalShift) & 0xf_ffff_ffffn),
    isCurrent,
  };
}

/** The layout of the service's first months: `1`, creation, a random part, 16 bits of shard index. */
function parseOldest(number: bigint): ParsedSequence | undefined {
  const hex = number.toString(16);
  const createdAtSeconds = Number.parseInt(hex.slice(1, 10), 16);
  if (createdAtSeconds >= createdSecondsEnd) return undefined;
  const shardIndex = Number.parseInt(hex.slice(28, 32) || '0', 16);
  return { shardIndex, createdAtSeconds, counter: 0, arrivedAtSeconds: 0, isCurrent: false };
}

// --- many numbers at once ---

const limbBase = 1e7;
const limbDigits = 7;
const limbCount = sequenceDigits / limbDigits;
const counterUnit = limbsOf(1n << counterShift);
const arrivalUnit = limbsOf(1n << arrivalShift);

/** Least significant first. */
function limbsOf(number: bigint): number[] {
  const limbs: number[] = [];
  for (let rest = number; limbs.length < limbCount; rest /= BigInt(limbBase)) {
    limbs.push(Number(rest % BigInt(limbBase)));
  }
  return limbs;
}

interface ShardDigits {
  readonly createdAtSeconds: number;
  readonly index: number;
  readonly limbs: readonly number[];
}

/** Indexes below it share one key with the second of creation, exactly. */
const indexEnd = 2 ** 20;

/**
 * Writes numbers as digits, for answers of hundreds and thousands of records: sums of decimal limbs, not
 * a bigint per record, which costs three times as much. Select a shard, then write its numbers.
 */
export class SequenceWriter {
  readonly #shards = new Map<number, ShardDigits>();
  readonly #sums = new Float64Array(limbCount);
  #shard: ShardDigits = { createdAtSeconds: -1, index: -1, limbs: [] };

  select(createdAtMs: number, index: number): void {
    const createdAtSeconds = secondsOf(createdAtMs);
    if (this.#shard.index === index && this.#shard.createdAtSeconds === createdAtSeconds) return;
    this.#shard = this.#find(createdAtSeconds, index);
  }

  /** `sequenceDigits` bytes of ASCII at `at`. */
  write(out: Uint8Array, at: number, counter: number, arrivedAtMs: number): void {
    this.#add(counter, secondsOf(arrivedAtMs));
    const sums = this.#sums;
    let carry = 0;
    let end = at + sequenceDigits;
    for (let i = 0; i < limbCount; i++) {
      const sum = sums[i]! + carry;
      carry = Math.floor(sum / limbBase);
      writeLimb(out, end, sum - carry * limbBase);
      end -= limbDigits;
    }
  }

  /** The sum of shard, arrival and counter in limbs, carries not settled: each stays below 2^53. */
  #add(counter: number, arrivedAtSeconds: number): void {
    const sums = this.#sums;
    const { limbs } = this.#shard;
    for (let i = 0; i < limbCount; i++) sums[i] = limbs[i]!;
    const highCounter = Math.floor(counter / limbBase);
    const c0 = counter - highCounter * limbBase;
    const c2 = Math.floor(highCounter / limbBase);
    const c1 = highCounter - c2 * limbBase;
    for (let i = 0; i < 4; i++) {
      const unit = counterUnit[i]!;
      sums[i]! += c0 * unit;
      sums[i + 1]! += c1 * unit;
      sums[i + 2]! += c2 * unit;
    }
    const a1 = Math.floor(arrivedAtSeconds / limbBase);
    const a0 = arrivedAtSeconds - a1 * limbBase;
    for (let i = 0; i < 2; i++) {
      const unit = arrivalUnit[i]!;
      sums[i]! += a0 * unit;
      sums[i + 1]! += a1 * unit;
    }
  }

  #find(createdAtSeconds: number, index: number): ShardDigits {
    const key = createdAtSeconds * indexEnd + index;
    const known = index < indexEnd ? this.#shards.get(key) : undefined;
    if (known !== undefined) return known;
    const limbs = limbsOf(shardPart({ createdAtMs: createdAtSeconds * 1000, index }));
    const shard = { createdAtSeconds, index, limbs };
    if (this.#shards.size >= limits.kinesisShardDigitsMax) this.#shards.clear();
    if (index < indexEnd) this.#shards.set(key, shard);
    return shard;
  }
}

/** The ASCII digits of 0000 to 9999: a limb is a group of four and one of three. */
const digitGroups = Buffer.from(Array.from({ length: 10_000 }, (_, i) => `${i}`.padStart(4, '0')).join(''));

function writeLimb(out: Uint8Array, end: number, limb: number): void {
  const high = (limb / 1000) | 0;
  const low = (limb | 0) - high * 1000;
  const highAt = high << 2;
  const lowAt = low << 2;
  out[end - 7] = digitGroups[highAt]!;
  out[end - 6] = digitGroups[highAt + 1]!;
  out[end - 5] = digitGroups[highAt + 2]!;
  out[end - 4] = digitGroups[highAt + 3]!;
  out[end - 3] = digitGroups[lowAt + 1]!;
  out[end - 2] = digitGroups[lowAt + 2]!;
  out[end - 1] = digitGroups[lowAt + 3]!;
}
