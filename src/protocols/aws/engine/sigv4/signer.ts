// The keyed half of Signature Version 4: the signing key of one scope, and HMAC with its pads laid out once,
// so that a signature costs two one-shot hashes and no object. Pure; holds no request.
import { createHmac, hash } from 'node:crypto';
import { writeLatin1 } from '../../../../base/latin1.ts';

const algorithm = 'AWS4-HMAC-SHA256';
const blockBytes = 64;
const digestBytes = 32;
const dateBytes = 16;
const digestHexBytes = 64;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html step 3. */
function signingKey(secret: string, scope: SigningScope): Buffer {
  const dateKey = hmac(`AWS4${secret}`, scope.date);
  const regionKey = hmac(dateKey, scope.region);
  return hmac(hmac(regionKey, scope.service), 'aws4_request');
}

export interface SigningScope {
  /** `20261125`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

function scopeText(scope: SigningScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

/**
 * Signs for one scope. The string to sign differs between requests only in its date and its last line, so
 * the message is kept laid out behind the inner pad and just these two are written into it.
 */
export class Signer {
  readonly key: Buffer;
  readonly scope: string;
  readonly #inner: Buffer;
  readonly #outer: Buffer;
  readonly #dateAt: number;
  readonly #hashAt: number;

  constructor(secret: string, scope: SigningScope) {
    this.key = signingKey(secret, scope);
    this.scope = scopeText(scope);
    const head = `${algorithm}\n`;
    const middle = `\n${this.scope}\n`;
    this.#dateAt = blockBytes + head.length;
    this.#hashAt = this.#dateAt + dateBytes + middle.length;
    this.#inner = Buffer.alloc(this.#hashAt + digestHexBytes);
    this.#outer = Buffer.alloc(blockBytes + digestBytes);
    for (let i = 0; i < blockBytes; i++) {
      const byte = this.key[i] ?? 0;
      this.#inner[i] = byte ^ 0x36;
      this.#outer[i] = byte ^ 0x5c;
    }
    this.#inner.write(head, blockBytes, 'latin1');
    this.#inner.write(middle, this.#dateAt + dateBytes, 'latin1');
  }

  /** `date` is the 16-character timestamp, `requestHash` the hex hash of the canonical request. */
  sign(date: string, requestHash: string): string {
    writeLatin1(this.#inner, date, this.#dateAt);
    writeLatin1(this.#inner, requestHash, this.#hashAt);
    // As latin1 text (under its old name): a Buffer out of crypto.hash costs three times as much (Node 22).
    const innerHash = hash('sha256', this.#inner, 'binary');
    writeLatin1(this.#outer, innerHash, blockBytes);
    return hash('sha256', this.#outer, 'hex');
  }

  /** One chunk of a STREAMING-AWS4-HMAC-SHA256-PAYLOAD body; each signature covers the one before. */
  signChunk(date: string, previousSignature: string, chunk: Buffer): string {
    const chunkHash = hash('sha256', chunk, 'hex');
    const lines = [`${algorithm}-PAYLOAD`, date, this.scope, previousSignature, emptyHash, chunkHash];
    return createHmac('sha256', this.key).update(lines.join('\n')).digest('hex');
  }
}

/** SHA-256 of nothing. */
const emptyHash = hash('sha256', '', 'hex');

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
