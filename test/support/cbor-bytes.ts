// CBOR written down once more, plainly and from RFC 8949, so that tests of the wire can say what is on it
// byte by byte. Lengths are the shortest form, as Jackson writes them for the Java SDK; shares no line with
// src/.

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 0x100) return Buffer.from([(major << 5) | 24, value]);
  const bytes = Buffer.alloc(value < 0x10000 ? 3 : 5);
  bytes[0] = (major << 5) | (value < 0x10000 ? 25 : 26);
  if (value < 0x10000) bytes.writeUInt16BE(value, 1);
  else bytes.writeUInt32BE(value, 1);
  return bytes;
}

export const uint = (value: number): Buffer => head(0, value);
/** Nine bytes, however small it is: a Java long. */
export function long(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0x1b);
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
}
export function double(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
export const bool = (value: boolean): Buffer => Buffer.from([value ? 0xf5 : 0xf4]);
/** AWS's timestamp: tag 1 and whole milliseconds. */
export const instant = (ms: number): Buffer => Buffer.concat([Buffer.from([0xc1]), long(ms)]);
export const text = (value: string): Buffer =>
  Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
export const blob = (value: Buffer): Buffer => Buffer.concat([head(2, value.length), value]);

type Fields = Readonly<Record<string, Buffer>>;
const pairs = (fields: Fields): Buffer[] =>
  Object.entries(fields).flatMap(([name, value]) => [text(name), value]);
const between = (open: number, items: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([open]), ...items, Buffer.from([0xff])]);

/** Of a length that is said first. */
export const map = (fields: Fields): Buffer =>
  Buffer.concat([head(5, Object.keys(fields).length), ...pairs(fields)]);
export const list = (items: readonly Buffer[]): Buffer => Buffer.concat([head(4, items.length), ...items]);
/** Up to a stop byte, as AWS answers and the Java SDK asks. */
export const openMap = (fields: Fields): Buffer => between(0xbf, pairs(fields));
export const openList = (items: readonly Buffer[]): Buffer => between(0x9f, items);
