// The character classes of HTTP/1.1 as byte tables, and the one header line they describe. Used by the
// request head and by the trailers of a chunked body; allocates nothing.

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
  fieldLine.nameEnd = i++;
  while (bytes[i] === SPACE || bytes[i] === TAB) i++;
  const valueStart = i;
  while (isValueByte[bytes[i] as number] === 1) i++;
  if (bytes[i] !== CR || bytes[i + 1] !== LF) return -1;
  let valueEnd = i;
  while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1] as number)) valueEnd--;
  fieldLine.valueStart = valueStart;
  fieldLine.valueEnd = valueEnd;
  return i + 2;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}
