// Base64 as AWS reads it: padded, canonical, nothing else. Used by both wires for blobs.

/** Undefined for anything that is not exactly the base64 of some bytes (Buffer.from alone forgives a lot). */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
