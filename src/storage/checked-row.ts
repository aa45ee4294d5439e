// A stored row with its checksum: the payload, then u32 (little endian) crc32 of the key and the payload.
// Used for pages, the manifest and fences; commits and blocks have theirs in their headers. The key is part
// of it: a row that turns up under another key is as damaged as one with a changed byte.
import { crc32 } from 'node:zlib';

export const checksumBytes = 4;

/** `payload` with its checksum behind it, in `target`, which has `checksumBytes` more; answers `target`. */
export function sealRow(key: Uint8Array, payload: Uint8Array, target: Buffer): Buffer {
  target.set(payload, 0);
  target.writeUInt32LE(crc32(payload, crc32(key)), payload.length);
  return target;
}

/** The same in a buffer of its own. */
export function sealedRow(key: Uint8Array, payload: Uint8Array): Buffer {
  return sealRow(key, payload, Buffer.allocUnsafe(payload.length + checksumBytes));
}

/** The payload, a view of `stored`; undefined when it is damaged. */
export function openRow(key: Uint8Array, stored: Buffer): Buffer | undefined {
  const bytes = stored.length - checksumBytes;
  if (bytes < 0) return undefined;
  const payload = stored.subarray(0, bytes);
  return crc32(payload, crc32(key)) === stored.readUInt32LE(bytes) ? payload : undefined;
}

export const checksumProblem = 'checksum does not match';
