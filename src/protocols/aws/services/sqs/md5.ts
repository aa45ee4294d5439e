// The MD5 sums that SQS answers with and its clients check: of a body, and of a set of attributes in the
// layout of the developer guide ("Calculating the MD5 message digest for message attributes").
import { hash } from 'node:crypto';
import type { MessageAttribute } from '../../../../broker/index.ts';

export function md5OfBody(body: string | Buffer): string {
  return hash('md5', body, 'hex');
}

/** Room for what most messages carry; larger sets get a buffer of their own. */
const scratch = Buffer.allocUnsafeSlow(4096);

/** Sorted by name, each: length and bytes of name, type and value (with one byte for its kind before it). */
export function md5OfAttributes(attributes: readonly MessageAttribute[]): string {
  const sorted = attributes.length > 1 ? attributes.toSorted(byName) : attributes;
  let size = 0;
  for (const attribute of sorted) size += encodedBytesMax(attribute);
  const buffer = size <= scratch.length ? scratch : Buffer.allocUnsafe(size);
  let at = 0;
  for (const { name, type, value } of sorted) {
    at = writeText(buffer, name, at);
    at = writeText(buffer, type, at);
    if (typeof value === 'string') {
      buffer[at] = 1;
      at = writeText(buffer, value, at + 1);
    } else {
      buffer[at] = 2;
      at = buffer.writeUInt32BE(value.byteLength, at + 1);
      buffer.set(value, at);
      at += value.byteLength;
    }
  }
  return hash('md5', buffer.subarray(0, at), 'hex');
}

/** Names are Latin, so that the order of UTF-16 units is the order of bytes. */
function byName(a: MessageAttribute, b: MessageAttribute): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function encodedBytesMax({ name, type, value }: MessageAttribute): number {
  const valueBytes = typeof value === 'string' ? value.length * 3 : value.byteLength;
  return 13 + (name.length + type.length) * 3 + valueBytes;
}

function writeText(buffer: Buffer, text: string, at: number): number {
  const byteLength = buffer.write(text, at + 4);
  buffer.writeUInt32BE(byteLength, at);
  return at + 4 + byteLength;
}
