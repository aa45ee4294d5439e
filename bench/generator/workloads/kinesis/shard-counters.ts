// Reads the place in its shard (the 64-bit counter) out of a Kinesis sequence number of 56 digits, without a
// bigint per record: what the numbers of a shard have in common is known after the first one, and the rest is
// arithmetic on limbs. Called for every record of every reply.
import { assert } from '../../../../src/base/assert.ts';

export const numberDigits = 56;
const limbDigits = 7;
const limbBase = 1e7;
const limbCount = numberDigits / limbDigits;
const counterShift = 80n;
const counterUnit = 2 ** 80;
const counterMask = (1n << 64n) - 1n;
const arrivalMask = (1n << 36n) - 1n;
const arrivalShift = 36n;
/**
 * The time of arrival is a ten-thousandth of a counter and limbs are sums of doubles: both stay within it.
 */
const slack = 0.25;

export class ShardCounters {
  /** By shard index: the number that a record with counter 0 and no time would have, in limbs. */
  readonly #bases: Float64Array[] = [];

  /** The counter of the number whose digits begin at `at`. */
  counterAt(bytes: Buffer, at: number, shardIndex: number): number {
    const base = (this.#bases[shardIndex] ??= baseOf(bytes.toString('latin1', at, at + numberDigits)));
    let value = 0;
    let from = at;
    for (let limb = limbCount - 1; limb >= 0; limb--) {
      let digits = 0;
      for (let index = from; index < from + limbDigits; index++)
        digits = digits * 10 + (bytes[index] as number) - 48;
      value = value * limbBase + digits - (base[limb] as number);
      from += limbDigits;
    }
    return Math.floor(value / counterUnit + slack);
  }
}

/** Least significant first. */
function baseOf(digits: string): Float64Array {
  assert(/^\d{56}$/.test(digits), `not a sequence number: ${digits}`);
  const number = BigInt(digits);
  const counter = (number >> counterShift) & counterMask;
  const arrival = (number >> arrivalShift) & arrivalMask;
  let rest = number - (counter << counterShift) - (arrival << arrivalShift);
  const limbs = new Float64Array(limbCount);
  for (let limb = 0; limb < limbCount; limb++) {
    limbs[limb] = Number(rest % BigInt(limbBase));
    rest /= BigInt(limbBase);
  }
  return limbs;
}
