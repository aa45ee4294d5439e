// Opaque paging tokens: a position, sealed together with what it is good for, so that a token of another
// listing, caller or daemon is refused instead of giving a strange page. Services word the refusal.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What a token is bound to. A client must repeat its parameters, as AWS asks it to. */
export interface PageScope {
  readonly operation: string;
  readonly account: string;
  /** Those that choose what is listed (a prefix, a queue), in any stable form; not the page size. */
  readonly parameters: string;
}

const nonceBytes = 12;
const tagBytes = 16;

export class Paging {
  readonly #key: Buffer;

  constructor(secret: Uint8Array) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'caudal paging token', 32));
  }

  /** `position` is whatever the listing goes on from, such as the last name shown. */
  seal(scope: PageScope, position: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(scopeBytes(scope));
    const sealed = Buffer.concat([cipher.update(position, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** Undefined for everything that was not sealed for this scope. */
  open(scope: PageScope, token: string): string | undefined {
    const bytes = Buffer.from(token, 'base64');
    const sealedAt = nonceBytes + tagBytes;
    if (bytes.length < sealedAt) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceBytes));
      decipher.setAAD(scopeBytes(scope)).setAuthTag(bytes.subarray(nonceBytes, sealedAt));
      return decipher.update(bytes.subarray(sealedAt), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return undefined;
    }
  }
}

function scopeBytes(scope: PageScope): Buffer {
  return Buffer.from(JSON.stringify([scope.operation, scope.account, scope.parameters]));
}
