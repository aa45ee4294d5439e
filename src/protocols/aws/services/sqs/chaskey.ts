// Chaskey-12 (ISO/IEC 29192-6), a message authentication code made of 32-bit additions, rotations and xors,
// which is what JavaScript does fast: 0.1 us a block, where a call into node:crypto costs 1 us and more.
// Receipt handles are its only use. It takes whole 16-byte blocks, which is all that they need (one subkey,
// no padding).

export class Chaskey {
  readonly #key: Uint32Array;
  /** Subkey of messages that end in a full block: the key times x in GF(2^128). */
  readonly #last: Uint32Array;

  constructor(key: Uint32Array) {
    this.#key = key.slice(0, 4);
    const [a, b, c, d] = this.#key as unknown as [number, number, number, number];
    this.#last = Uint32Array.of(
      (a << 1) ^ (d >>> 31 ? 0x87 : 0),
      (b << 1) | (a >>> 31),
      (c << 1) | (b >>> 31),
      (d << 1) | (c >>> 31),
    );
  }

  /** Tag of `blockCount` blocks of four words at the start of `words`, into the four words of `tag`. */
  sign(words: Uint32Array, blockCount: number, tag: Int32Array): void {
    const key = this.#key;
    const last = this.#last;
    tag[0] = key[0]!;
    tag[1] = key[1]!;
    tag[2] = key[2]!;
    tag[3] = key[3]!;
    for (let block = 0; block < blockCount; block++) {
      const at = block * 4;
      for (let i = 0; i < 4; i++) tag[i]! ^= words[at + i]!;
      if (block === blockCount - 1) for (let i = 0; i < 4; i++) tag[i]! ^= last[i]!;
      permute(tag);
    }
    for (let i = 0; i < 4; i++) tag[i]! ^= last[i]!;
  }
}

function permute(state: Int32Array): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  for (let round = 0; round < 12; round++) {
    a = (a + b) | 0;
    b = ((b << 5) | (b >>> 27)) ^ a;
    a = (a << 16) | (a >>> 16);
    c = (c + d) | 0;
    d = ((d << 8) | (d >>> 24)) ^ c;
    a = (a + d) | 0;
    d = ((d << 13) | (d >>> 19)) ^ a;
    c = (c + b) | 0;
    b = ((b << 7) | (b >>> 25)) ^ c;
    c = (c << 16) | (c >>> 16);
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}
