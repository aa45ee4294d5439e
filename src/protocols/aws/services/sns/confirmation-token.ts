// Tokens that confirm a subscription, or restore one that a link ended: they name it and carry their time,
// sealed by the directory's secret, so nothing is stored. 288 hexadecimal characters, as AWS has them.
//
//   u32 entity of the binding   u8 purpose   f64 issued at, ms   67 B chance   64 B HMAC-SHA-512 of all that
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

export type TokenPurpose = 'confirm' | 'restore';

export interface OpenedToken {
  readonly binding: number;
  readonly purpose: TokenPurpose;
  readonly issuedAtMs: number;
}

const purposes: readonly TokenPurpose[] = ['confirm', 'restore'];
const factBytes = 13;
const chanceBytes = 67;
const macBytes = 64;
const tokenPattern = /^[0-9a-f]+$/i;
/** AWS takes anything that looks like a token for one, and only then says that it is invalid (recorded). */
const wellFormedCharsMin = 64;

export class ConfirmationTokens {
  readonly #key: Buffer;

  constructor(secret: Uint8Array) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'caudal sns confirmation', 32));
  }

  issue(token: OpenedToken): string {
    const facts = Buffer.alloc(factBytes);
    facts.writeUInt32BE(token.binding, 0);
    facts.writeUInt8(purposes.indexOf(token.purpose), 4);
    facts.writeDoubleBE(token.issuedAtMs, 5);
    const body = Buffer.concat([facts, randomBytes(chanceBytes)]);
    return Buffer.concat([body, this.#mac(body)]).toString('hex');
  }

  open(text: string): OpenedToken | 'malformed' | 'unknown' {
    if (!tokenPattern.test(text) || text.length < wellFormedCharsMin) return 'malformed';
    const bytes = Buffer.from(text, 'hex');
    if (bytes.length !== factBytes + chanceBytes + macBytes) return 'unknown';
    const body = bytes.subarray(0, -macBytes);
    if (!timingSafeEqual(this.#mac(body), bytes.subarray(-macBytes))) return 'unknown';
    return {
      binding: body.readUInt32BE(0),
      purpose: purposes[body.readUInt8(4)] ?? 'confirm',
      issuedAtMs: body.readDoubleBE(5),
    };
  }

  #mac(body: Buffer): Buffer {
    return createHmac('sha512', this.#key).update(body).digest();
  }
}
