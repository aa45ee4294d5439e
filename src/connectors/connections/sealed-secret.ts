// Secrets of connections at rest: AES-256-GCM under a key derived from the daemon's secret, so that neither a
// copy of a definition nor an answer of the API gives them away. Called where connections are kept and used.
//
//   base64url of: u8 version (1), 12 B nonce, 16 B tag, ciphertext
//
// To change it: raise VERSION and keep opening the older one.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Result } from '../../base/result.ts';
import { err, ok } from '../../base/result.ts';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** Of the daemon's secret other keys are derived too; the label keeps them apart. */
export function secretKey(daemonSecret: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', daemonSecret, '', 'caudal connection secrets 1', 32));
}

/** `owner` names what the secret belongs to: moved to another owner it does not open. */
export function sealSecret(key: Buffer, owner: string, plain: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(owner));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([Uint8Array.of(VERSION), nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

export function openSecret(key: Buffer, owner: string, sealed: string): Result<string, string> {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) return err('not a sealed secret of this version');
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(owner))
    .setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES));
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()]);
    return ok(plain.toString('utf8'));
  } catch {
    return err('sealed under another key or for another owner, or damaged');
  }
}
