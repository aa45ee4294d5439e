// Serializes and signs (SigV4) complete HTTP/1.1 requests for AWS JSON services, the way the JavaScript SDK
// does: every request has an invocation id of its own, so no two signatures are equal. Called by the
// workloads, mostly ahead of the measured window. It never parses or sends anything.
import { createHmac, hash } from 'node:crypto';

export interface SigningTarget {
  readonly host: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
  /** Default: JSON 1.0, what SQS speaks. */
  readonly contentType?: string;
}

const blockBytes = 64;
export const formContentType = 'application/x-www-form-urlencoded; charset=utf-8';
const signedAlways =
  'amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-content-sha256;x-amz-date';
// Brings the head of a 273 B SendMessage to the 700 B that the yardstick is defined with.
const userAgent = 'aws-sdk-js/3.1175.0 os/linux api/sqs#3';

export class RequestSigner {
  readonly #target: SigningTarget;
  readonly #nowMs: () => number;
  readonly #invocationPrefix: string;
  readonly #contentType: string;
  /** The Query protocol names its action in the body. */
  readonly #hasTarget: boolean;
  readonly #signedHeaders: string;
  #invocationCount = 0;
  #second = -1;
  #timestamp = '';
  #scope = '';
  #day = '';
  /** HMAC key of the day, already mixed with the inner and outer pads: two one-shot hashes a signature. */
  #innerPad = Buffer.alloc(0);
  #outerPad = Buffer.alloc(0);

  constructor(target: SigningTarget, seed: number, nowMs: () => number = Date.now) {
    this.#target = target;
    this.#nowMs = nowMs;
    this.#contentType = target.contentType ?? 'application/x-amz-json-1.0';
    this.#hasTarget = this.#contentType !== formContentType;
    this.#signedHeaders = this.#hasTarget ? `${signedAlways};x-amz-target` : signedAlways;
    this.#invocationPrefix = `${(seed >>> 0).toString(16).padStart(8, '0')}-cafe-4bad-8bad-`;
  }

  /** `body` has to be ASCII: its length is taken as its byte count. */
  sign(operation: string, body: string): string {
    return this.#head(operation, hash('sha256', body, 'hex'), body.length) + body;
  }

  /** The head of a request whose body is these bytes; the caller sends both. */
  signHead(operation: string, body: Buffer): string {
    return this.#head(operation, hash('sha256', body, 'hex'), body.length);
  }

  #head(operation: string, bodyHash: string, bodyBytes: number): string {
    this.#advanceClock();
    const contentType = this.#contentType;
    const { host, accessKeyId } = this.#target;
    const target = this.#hasTarget ? `x-amz-target: ${operation}\r\n` : '';
    const invocation = this.#invocationPrefix + (this.#invocationCount++).toString(16).padStart(12, '0');
    const canonical =
      'POST\n/\n\n' +
      `amz-sdk-invocation-id:${invocation}\namz-sdk-request:attempt=1; max=3\n` +
      `content-length:${bodyBytes}\ncontent-type:${contentType}\nhost:${host}\n` +
      `x-amz-content-sha256:${bodyHash}\nx-amz-date:${this.#timestamp}\n` +
      `${this.#hasTarget ? `x-amz-target:${operation}\n` : ''}\n${this.#signedHeaders}\n${bodyHash}`;
    const canonicalHash = hash('sha256', canonical, 'hex');
    const toSign = `AWS4-HMAC-SHA256\n${this.#timestamp}\n${this.#scope}\n${canonicalHash}`;
    return (
      `POST / HTTP/1.1\r\nhost: ${host}\r\ncontent-type: ${contentType}\r\n` +
      `content-length: ${bodyBytes}\r\n${target}x-amz-date: ${this.#timestamp}\r\n` +
      `x-amz-content-sha256: ${bodyHash}\r\namz-sdk-invocation-id: ${invocation}\r\n` +
      `amz-sdk-request: attempt=1; max=3\r\nuser-agent: ${userAgent}\r\n` +
      `authorization: AWS4-HMAC-SHA256 Credential=${accessKeyId}/${this.#scope}, ` +
      `SignedHeaders=${this.#signedHeaders}, Signature=${this.#hmac(toSign)}\r\n\r\n`
    );
  }

  #hmac(text: string): string {
    // Fewer calls into the native side than createHmac, which costs about twice as much.
    const inner = hash('sha256', Buffer.concat([this.#innerPad, Buffer.from(text, 'latin1')]), 'buffer');
    return hash('sha256', Buffer.concat([this.#outerPad, inner]), 'hex');
  }

  #advanceClock(): void {
    const second = Math.floor(this.#nowMs() / 1000);
    if (second === this.#second) return;
    this.#second = second;
    const iso = new Date(second * 1000).toISOString();
    this.#timestamp = `${iso.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const day = this.#timestamp.slice(0, 8);
    if (day !== this.#day) this.#deriveKey(day);
  }

  #deriveKey(day: string): void {
    const { region, service, secretAccessKey } = this.#target;
    this.#day = day;
    this.#scope = `${day}/${region}/${service}/aws4_request`;
    let key: string | Buffer = `AWS4${secretAccessKey}`;
    for (const part of [day, region, service, 'aws4_request'])
      key = createHmac('sha256', key).update(part).digest();
    const block = Buffer.alloc(blockBytes);
    (key as Buffer).copy(block);
    this.#innerPad = Buffer.from(block.map((byte) => byte ^ 0x36));
    this.#outerPad = Buffer.from(block.map((byte) => byte ^ 0x5c));
  }
}
