// Request ids in the form of a UUID: random for the process, counted within it. They name a request in logs
// and to the client; nothing trusts them.
import { randomBytes } from 'node:crypto';

const counterDigits = 12;

export class RequestIds {
  readonly #prefix: string;
  #count = 0;

  constructor(random: Buffer = randomBytes(8)) {
    const hex = random.toString('hex');
    // Version and variant bits of a random UUID, for clients that check them.
    this.#prefix = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-8${hex.slice(13, 16)}-`;
  }

  next(): string {
    const digits = (++this.#count).toString(16);
    return this.#prefix + zeros.slice(digits.length) + digits;
  }
}

/** 72 bytes like AWS's, of which the first 66 tell one process from another. */
const secondIdPrefix = randomBytes(66).toString('base64');

/** `x-amz-id-2` of the answer with this request id. */
export function secondIdOf(requestId: string): string {
  return secondIdPrefix + Buffer.from(requestId.slice(-counterDigits), 'hex').toString('base64');
}

const zeros = '0'.repeat(counterDigits);
