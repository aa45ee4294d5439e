// A 128-bit hash of a dedup id: four multiplicative lanes with a common finish. Not cryptographic (and a
// tenth of the price): whoever can make two ids collide on purpose can only lose messages of their own queue.

const words = new Uint32Array(4);

/** Answers the same array each time: use it before the next call. */
export function hashId(entity: number, scope: string, id: string): Uint32Array {
  words[0] = 0x9e3779b9 ^ entity;
  words[1] = 0x3c6ef372;
  words[2] = 0xdaa66d2b ^ Math.imul(entity, 0x85ebca6b);
  words[3] = 0x78dde6e4;
  mixText(scope);
  mix(0x10000);
  mixText(id);
  const [a, b, c, d] = words as unknown as [number, number, number, number];
  const sum = (a ^ b ^ c ^ d) + scope.length * 31 + id.length;
  words[0] = scramble(a + sum);
  words[1] = scramble(b ^ Math.imul(sum, 0x165667b1));
  words[2] = scramble(c + Math.imul(sum, 0x27d4eb2f));
  words[3] = scramble(d ^ (sum >>> 7));
  return words;
}

function mixText(text: string): void {
  for (let i = 0; i < text.length; i++) mix(text.charCodeAt(i));
}

function mix(unit: number): void {
  const a = words[0] as number;
  const b = words[1] as number;
  const c = words[2] as number;
  const d = words[3] as number;
  words[0] = b ^ Math.imul(a ^ unit, 0x238b1be5);
  words[1] = c ^ Math.imul(b ^ unit, 0xb3433e4b);
  words[2] = d ^ Math.imul(c ^ unit, 0x952f0c2d);
  words[3] = a ^ Math.imul(d ^ unit, 0xa08f6a77);
}

/** The finish of MurmurHash3: every bit of the input changes every bit of the output. */
export function scramble(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
