// The character classes of HTTP/1.1 as byte tables, the one header line they describe, and comparison of
// bytes. Used by the request head and by the trailers of a chunked body. Runs of bytes are taken four at a
// time: this is where a head spends its time.

export const CR = 13;
export const LF = 10;
export const SPACE = 32;
const TAB = 9;
const COLON = 58;

function tableOf(isMember: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (isMember(byte) ? 1 : 0));
}

const tokenMarks = "!#$%&'*+-.^_`|~";
const isAlphanumeric = (byte: number): boolean => /[0-9A-Za-z]/.test(String.fromCharCode(byte));

/** RFC 9110 5.6.2: methods and header names. */
export const isTokenByte = tableOf(
  (byte) => byte < 127 && (isAlphanumeric(byte) || tokenMarks.includes(String.fromCharCode(byte))),
);

/** RFC 9110 5.5: visible characters, space, tab and obs-text. No NUL, no bare CR or LF, no other control. */
export const isValueByte = tableOf((byte) => byte === TAB || (byte >= SPACE && byte !== 127));

/** RFC 9112 3.2: a target is visible US-ASCII; a fragment never goes over the wire. */
export const isTargetByte = tableOf((byte) => byte > SPACE && byte < 127 && byte !== 35);

/** Where the parts of the line that `scanFieldLine` looked at last begin and end. */
export const fieldLine = { nameEnd: 0, valueStart: 0, valueEnd: 0 };

/**
 * Reads `name: value CR LF` from `at` and answers the position after it, or -1 when it is malformed. The
 * caller has seen to it that an LF follows somewhere, so the scan ends inside the buffer.
 * A space before the colon and a folded line (RFC 9112 5.1, 5.2) fail because a space is no token byte.
 */
export function scanFieldLine(bytes: Uint8Array, at: number): number {
  let i = at;
  while (isTokenByte[bytes[i] as number] === 1) i++;
  if (i === at || bytes[i] !== COLON) return -1;
  return scanFieldValue(bytes, i, i + 1);
}

/** The rest of a line whose name ends at `nameEnd`, where bytes up to `known` are seen to be of a value. */
export function scanFieldValue(bytes: Uint8Array, nameEnd: number, known: number): number {
  let valueStart = nameEnd + 1;
  while (isBlank(bytes[valueStart] as number)) valueStart++;
  const i = skipValueBytes(bytes, Math.max(valueStart, known));
  if (bytes[i] !== CR || bytes[i + 1] !== LF) return -1;
  let valueEnd = i;
  while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1] as number)) valueEnd--;
  fieldLine.nameEnd = nameEnd;
  fieldLine.valueStart = valueStart;
  fieldLine.valueEnd = valueEnd;
  return i + 2;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** The bytes that came last and the memory behind them: reads of a connection share it for a while. */
let viewed: Uint8Array = new Uint8Array(0);
let memory = viewed.buffer;
let words: Int32Array = new Int32Array(memory);

/** By position in `bytes.buffer`; bytes at its end that do not fill a word are left out. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  if (bytes === viewed) return words;
  viewed = bytes;
  const { buffer } = bytes;
  if (buffer === memory) return words;
  memory = buffer as ArrayBuffer;
  words = new Int32Array(memory, 0, memory.byteLength >> 2);
  return words;
}

function skipValueBytes(bytes: Uint8Array, at: number): number {
  const view = wordsOf(bytes);
  const base = bytes.byteOffset;
  let i = at;
  while (((base + i) & 3) !== 0) {
    if (isValueByte[bytes[i] as number] !== 1) return i;
    i++;
  }
  let word = (base + i) >> 2;
  // Words past the end of `bytes` may be looked at; they can't count, as the LF comes first.
  while (word < view.length && isVisibleWord(view[word] as number)) word++;
  i = word * 4 - base;
  while (isValueByte[bytes[i] as number] === 1) i++;
  return i;
}

const low7 = 0x7f7f7f7f;
const highBits = 0x80808080 | 0;

/** None of the four bytes is below a space or DEL; each sum stays within its byte. */
function isVisibleWord(word: number): boolean {
  const low = word & low7;
  const isFromSpace = (low + 0x60606060) | word;
  const isDel = (low + 0x01010101) & ~word;
  return (isFromSpace & ~isDel & highBits) === highBits;
}
