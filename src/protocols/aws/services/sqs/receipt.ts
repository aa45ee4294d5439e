// Receipt handles: one lease of one message of one queue, sealed so that garbage, forgeries and handles of
// other queues are told apart without looking anything up. Made at each receive, read at each delete: 0.5
// us each.
//
// | bytes | what                                                                                    |
// | ----- | --------------------------------------------------------------------------------------- |
// | 0-2   | 01 01 01: version; gives the `AQEB` with which the service's handles start              |
// | 3-10  | tag: MAC over sequence, generation and the queue's entity id, first 8 bytes             |
// | 11-26 | sequence and generation (two u32 each, little endian), xored with a pad made of the tag |
//
// The pad makes handles look random and shows nobody how many messages there are. The entity is not inside:
// a handle shown to another queue (or to a later queue of the same name) fails its tag. To change the layout:
// take a new version byte, and go on reading the old one as long as a message may live (14 days).
import { hash } from 'node:crypto';
import type { LeaseRef } from '../../../../broker/index.ts';
import { Chaskey } from './chaskey.ts';

const handleBytes = 27;
const handleChars = 36;
const tagAt = 3;
const payloadAt = 11;
const two32 = 2 ** 32;

export class Receipts {
  readonly #mac: Chaskey;
  readonly #pad: Chaskey;
  readonly #bytes = Buffer.alloc(handleBytes);
  readonly #words = new Uint32Array(8);
  readonly #tag = new Int32Array(4);
  readonly #mask = new Int32Array(4);
  readonly #padWords = new Uint32Array(4);

  constructor(secret: Uint8Array) {
    this.#mac = new Chaskey(derivedKey(secret, 'sqs receipt mac'));
    this.#pad = new Chaskey(derivedKey(secret, 'sqs receipt pad'));
    this.#bytes.fill(1, 0, tagAt);
  }

  encode(entity: number, sequence: number, generation: number): string {
    const words = this.#words;
    setPayload(words, sequence, generation);
    this.#seal(entity);
    const bytes = this.#bytes;
    bytes.writeInt32LE(this.#tag[0]!, tagAt);
    bytes.writeInt32LE(this.#tag[1]!, tagAt + 4);
    for (let i = 0; i < 4; i++) bytes.writeInt32LE((words[i]! ^ this.#mask[i]!) | 0, payloadAt + i * 4);
    return bytes.toString('base64');
  }

  /** undefined: not a handle of this queue. */
  decode(entity: number, handle: string): LeaseRef | undefined {
    if (handle.length !== handleChars) return undefined;
    const bytes = this.#bytes;
    const written = bytes.write(handle, 0, 'base64');
    const isVersion = bytes[0] === 1 && bytes[1] === 1 && bytes[2] === 1;
    bytes.fill(1, 0, tagAt);
    if (written !== handleBytes || !isVersion) return undefined;
    const tagLow = bytes.readInt32LE(tagAt);
    const tagHigh = bytes.readInt32LE(tagAt + 4);
    this.#tag[0] = tagLow;
    this.#tag[1] = tagHigh;
    this.#makeMask();
    const words = this.#words;
    for (let i = 0; i < 4; i++) words[i] = bytes.readInt32LE(payloadAt + i * 4) ^ this.#mask[i]!;
    this.#seal(entity);
    // One comparison of both halves: nothing to be learned from the time it takes.
    if (((this.#tag[0] ^ tagLow) | (this.#tag[1] ^ tagHigh)) !== 0) return undefined;
    return { sequence: words[0]! + words[1]! * two32, generation: words[2]! + words[3]! * two32 };
  }

  /** Tag of the payload in `#words` and the pad that follows from it. */
  #seal(entity: number): void {
    const words = this.#words;
    words[4] = entity;
    words[5] = 0;
    words[6] = 0;
    words[7] = 0;
    this.#mac.sign(words, 2, this.#tag);
    this.#makeMask();
  }

  #makeMask(): void {
    const words = this.#padWords;
    words[0] = this.#tag[0]!;
    words[1] = this.#tag[1]!;
    this.#pad.sign(words, 1, this.#mask);
  }
}

function setPayload(words: Uint32Array, sequence: number, generation: number): void {
  words[0] = sequence;
  words[1] = sequence / two32;
  words[2] = generation;
  words[3] = generation / two32;
}

function derivedKey(secret: Uint8Array, purpose: string): Uint32Array {
  const digest = hash('sha256', Buffer.concat([Buffer.from(`${purpose}\0`), secret]), 'buffer');
  const key = new Uint32Array(4);
  for (let i = 0; i < 4; i++) key[i] = digest.readUInt32LE(i * 4);
  return key;
}
