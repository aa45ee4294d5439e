// The stamp at the head of a record's data: text that stands at fixed places both as bytes and as base64,
// because all of its parts are multiples of three bytes. So a request is made distinct by writing digits into
// a template, whatever its wire, and a record that comes back says which one it is.
//
//   caudal- tag(6) -- sequence(12 digits) x x x ...
import { assert } from '../../src/base/assert.ts';

const digitCount = 12;
const groupDigits = 3;
const groupCount = digitCount / groupDigits;
const groupEnd = 1000;
const tagLength = 6;

/** `000` to `999`, as bytes and as base64. */
const groups = Array.from({ length: groupEnd }, (_, value) => String(value).padStart(groupDigits, '0'));
const byteGroups = Buffer.from(groups.join(''), 'latin1');
const base64Groups = Buffer.from(byteGroups.toString('base64'), 'latin1');
const base64GroupChars = 4;
const groupOfBase64 = new Map(
  groups.map((_, value) => [base64Groups.readUInt32BE(value * base64GroupChars), value]),
);

export type StampForm = 'bytes' | 'base64';

export class Stamp {
  readonly #prefix: string;
  readonly #base64Prefix: string;

  constructor(tag: string) {
    assert(tag.length === tagLength, 'a tag has six characters');
    this.#prefix = `caudal-${tag}--`;
    this.#base64Prefix = Buffer.from(this.#prefix).toString('base64');
  }

  /** Data of a record: the stamp with zeros for its digits, then filler. */
  data(dataBytes: number): Buffer {
    return Buffer.from(`${this.#prefix}${'0'.repeat(digitCount)}`.padEnd(dataBytes, 'x'), 'latin1');
  }

  /** Where the digits begin behind the start of the data. */
  digitsAt(form: StampForm): number {
    return form === 'bytes' ? this.#prefix.length : this.#base64Prefix.length;
  }

  /** The sequence of a record whose data begins at `at`, or -1 when the stamp is not ours. */
  sequenceAt(bytes: Buffer, at: number, form: StampForm): number {
    const prefix = form === 'bytes' ? this.#prefix : this.#base64Prefix;
    if (bytes.length < at + prefix.length + digitCount) return -1;
    for (let index = 0; index < prefix.length; index++) {
      if (bytes[at + index] !== prefix.charCodeAt(index)) return -1;
    }
    return form === 'bytes' ? readBytes(bytes, at + prefix.length) : readBase64(bytes, at + prefix.length);
  }
}

/** Writes a sequence over the digits of a stamp or, as bytes, of a key. */
export function writeDigits(bytes: Buffer, at: number, sequence: number, form: StampForm): void {
  const table = form === 'bytes' ? byteGroups : base64Groups;
  const width = form === 'bytes' ? groupDigits : base64GroupChars;
  let rest = sequence;
  for (let group = groupCount - 1; group >= 0; group--) {
    const next = Math.floor(rest / groupEnd);
    const from = (rest - next * groupEnd) * width;
    const to = at + group * width;
    for (let index = 0; index < width; index++) bytes[to + index] = table[from + index] as number;
    rest = next;
  }
}

function readBytes(bytes: Buffer, at: number): number {
  let value = 0;
  for (let index = at; index < at + digitCount; index++) value = value * 10 + (bytes[index] as number) - 48;
  return value;
}

function readBase64(bytes: Buffer, at: number): number {
  let value = 0;
  for (let group = 0; group < groupCount; group++) {
    const part = groupOfBase64.get(bytes.readUInt32BE(at + group * base64GroupChars));
    if (part === undefined) return -1;
    value = value * groupEnd + part;
  }
  return value;
}
