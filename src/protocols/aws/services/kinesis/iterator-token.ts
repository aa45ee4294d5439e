// Shard iterators: a position in a shard, sealed. They hold everything that a read needs, so no iterator is
// remembered anywhere, and outlive a restart because the key comes from the data directory's secret.
//
// | bytes | what                                                                                   |
// | ----- | -------------------------------------------------------------------------------------- |
// | 0-7   | 00 .. 00 01: version, as the service's own iterators begin                             |
// | 8-19  | nonce, random: no two iterators are the same text                                      |
// | 20-   | AES-256-GCM of: issued ms f64, position f64, entity u32, shard u32, name of the stream |
// |       | (u8 and its characters), zeros                                                         |
// | last  | tag, 16 bytes                                                                          |
//
// Of 152 bytes, and 16 more for each 16 characters of the name, as the service's are.
// The entity is the stream's incarnation: one that is made again under the name takes no old iterators. To
// change the layout: take a new version, and read the old one for the five minutes that an iterator lives.
import { createCipheriv, createDecipheriv, hash, randomFillSync } from 'node:crypto';
import type { AwsError } from '../../engine/errors.ts';
import { expiredIterator, invalidIterator } from './errors.ts';

export interface IteratorPosition {
  readonly entity: number;
  readonly shardIndex: number;
  /** Sequence of the core that the next read begins at. */
  readonly position: number;
  /** For what is said when the entity is gone. */
  readonly streamName: string;
}

const iteratorLifeMs = 300_000;
const tokenBytesMin = 152;
const nonceAt = 8;
const nonceBytes = 12;
const sealedAt = 20;
const tagBytes = 16;
const nameAt = 24;
/** Nonces are drawn many at a time: a call into the random source costs more than the cipher. */
const noncesDrawn = 128;

export class IteratorTokens {
  readonly #key: Buffer;
  readonly #nonces = Buffer.alloc(nonceBytes * noncesDrawn);
  #nonceAt = this.#nonces.length;

  constructor(secret: Uint8Array) {
    const parts = [Buffer.from('kinesis iterator\0'), secret];
    this.#key = hash('sha256', Buffer.concat(parts), 'buffer');
  }

  seal({ entity, shardIndex, position, streamName }: IteratorPosition, nowMs: number): string {
    const token = Buffer.alloc(tokenBytesMin + Math.floor((streamName.length + 2) / 16) * 16);
    const tagAt = token.length - tagBytes;
    const plain = Buffer.alloc(tagAt - sealedAt);
    plain.writeDoubleLE(nowMs, 0);
    plain.writeDoubleLE(position, 8);
    plain.writeUInt32LE(entity, 16);
    plain.writeUInt32LE(shardIndex, 20);
    plain.writeUInt8(streamName.length, nameAt);
    plain.write(streamName, nameAt + 1, 'latin1');
    token[nonceAt - 1] = 1;
    this.#drawNonce().copy(token, nonceAt);
    const cipher = createCipheriv('aes-256-gcm', this.#key, token.subarray(nonceAt, sealedAt));
    cipher.update(plain).copy(token, sealedAt);
    cipher.final();
    cipher.getAuthTag().copy(token, tagAt);
    return token.toString('base64');
  }

  /** Where it stands, or what is wrong with it. */
  open(text: string, nowMs: number): IteratorPosition | AwsError {
    const plain = this.#decrypt(unquoted(text));
    if (plain === undefined) return invalidIterator();
    const issuedAtMs = plain.readDoubleLE(0);
    if (nowMs - issuedAtMs > iteratorLifeMs) return expiredIterator(issuedAtMs, nowMs);
    const nameEnd = nameAt + 1 + plain.readUInt8(nameAt);
    return {
      entity: plain.readUInt32LE(16),
      shardIndex: plain.readUInt32LE(20),
      position: plain.readDoubleLE(8),
      streamName: plain.toString('latin1', nameAt + 1, nameEnd),
    };
  }

  #decrypt(text: string): Buffer | undefined {
    const token = Buffer.from(text, 'base64');
    if (token.length < tokenBytesMin || token.toString('base64') !== text) return undefined;
    if (token.readUInt32BE(0) !== 0 || token.readUInt32BE(4) !== 1) return undefined;
    const nonce = token.subarray(nonceAt, sealedAt);
    const tagAt = token.length - tagBytes;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes });
    decipher.setAuthTag(token.subarray(tagAt));
    const plain = decipher.update(token.subarray(sealedAt, tagAt));
    try {
      decipher.final();
    } catch {
      // Forged, or sealed by another data directory.
      return undefined;
    }
    return plain;
  }

  #drawNonce(): Buffer {
    if (this.#nonceAt === this.#nonces.length) {
      randomFillSync(this.#nonces);
      this.#nonceAt = 0;
    }
    this.#nonceAt += nonceBytes;
    return this.#nonces.subarray(this.#nonceAt - nonceBytes, this.#nonceAt);
  }
}

/** Shells hand iterators on with the quotes of the JSON around them; the service takes those (recorded). */
function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
