// Key hashes: numbers of 128 bits, as four words (most significant first) where records are routed, as bigint
// where shards are described. Pure.

export const keyHashMax = (1n << 128n) - 1n;

export function wordsOf(hash: bigint): [number, number, number, number] {
  return [word(hash, 96n), word(hash, 64n), word(hash, 32n), word(hash, 0n)];
}

function word(hash: bigint, shift: bigint): number {
  return Number((hash >> shift) & 0xffff_ffffn);
}

/** Starts of `count` ranges of equal width (the last one takes the remainder) over all key hashes. */
export function evenStarts(count: number): bigint[] {
  const width = (keyHashMax + 1n) / BigInt(count);
  return Array.from({ length: count }, (_, i) => width * BigInt(i));
}

/**
 * Which of the sorted ranges owns a hash: index of the last start that is not above it. `starts` and `hashes`
 * hold four words each; the first start is 0.
 */
export function rangeOf(starts: Uint32Array, hashes: Uint32Array, at: number): number {
  let low = 1;
  let high = starts.length >> 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAbove(starts, middle << 2, hashes, at)) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

function isAbove(starts: Uint32Array, start: number, hashes: Uint32Array, at: number): boolean {
  for (let i = 0; i < 4; i++) {
    const a = starts[start + i] as number;
    const b = hashes[at + i] as number;
    if (a !== b) return a > b;
  }
  return false;
}
