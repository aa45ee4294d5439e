// Kinesis without a socket: the real service and engine over a real broker in memory, with a clock that
// stands still until it is told to move. Requests are answered when the broker has nothing left to do.
import { setImmediate as turn } from 'node:timers/promises';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { ManualClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SeededRng } from '../../src/base/rng.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type { HttpReply, HttpStream } from '../../src/net/http.ts';
import { createAwsProtocol } from '../../src/protocols/aws/index.ts';
import { kinesisService, type KinesisSettings } from '../../src/protocols/aws/services/kinesis/index.ts';
import { MemoryStorage } from '../../src/storage/index.ts';
import { plainRequest } from './aws-signer.ts';

type Fields = Record<string, unknown>;

/** More loop turns than any answer takes; beyond it something hangs. */
const turnsMax = 2_000;

export interface LocalOptions {
  readonly settings?: KinesisSettings;
  readonly limits?: 'relaxed' | 'aws';
}

export class LocalKinesis {
  readonly clock = new ManualClock();
  readonly storage = new MemoryStorage();
  broker!: Awaited<ReturnType<typeof createBroker>>;
  #handler!: ReturnType<typeof createAwsProtocol>['handler'];

  static async start(options: LocalOptions = {}): Promise<LocalKinesis> {
    const local = new LocalKinesis();
    await local.#open(options);
    return local;
  }

  async #open({ settings = {}, limits = 'relaxed' }: LocalOptions): Promise<void> {
    const { clock, storage } = this;
    const logger = silentLogger;
    const rng = new SeededRng(1);
    this.broker = await createBroker({ storage, clock, rng, logger, queueCells: 1, tickMs: 0 });
    const aws = createAwsProtocol({
      broker: this.broker,
      clock,
      logger,
      secret: new Uint8Array(32).fill(7),
      users: [],
      roles: [],
      auth: 'none',
      homeRegion: 'us-east-1',
      limits: { default: limits },
      services: [kinesisService(settings)],
    });
    this.#handler = aws.handler;
  }

  /** Sends a request; its reply fills while the loop turns. */
  send(operation: string, body: Buffer | string, headers: Readonly<Record<string, string>> = {}): LocalReply {
    const reply = new LocalReply();
    const named = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Kinesis_20131202.${operation}`,
      ...headers,
    };
    this.#handler(plainRequest({ body, headers: named }), reply);
    return reply;
  }

  async answered(reply: LocalReply): Promise<LocalReply> {
    for (let turns = 0; reply.status === 0; turns++) {
      if (turns > turnsMax) throw new Error('a request was not answered');
      await turn();
    }
    return reply;
  }

  /** The output of a call by JSON; an error is thrown with its type as name. */
  async call(
    operation: string,
    input: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Fields> {
    const reply = await this.answered(this.send(operation, JSON.stringify(input), headers));
    const output = reply.body.length === 0 ? {} : (JSON.parse(reply.body.toString()) as Fields);
    if (reply.status === 200) return output;
    const error = new Error(String(output['message'] ?? output['Message']));
    error.name = String(output['__type']);
    throw error;
  }

  /** Lets everything that is under way come to its end. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 20; turns++) await turn();
    await this.broker.tick();
  }

  async close(): Promise<void> {
    this.storage.releaseAppends();
    await this.broker.close();
  }
}

export class LocalReply implements HttpReply, HttpStream {
  isOpen = true;
  hasRoom = true;
  status = 0;
  body: Buffer = Buffer.alloc(0);
  readonly headers = new Map<string, string>();
  readonly chunks: Buffer[] = [];
  isEnded = false;
  /** What `write` answers: false plays a client that does not read. */
  isReading = true;
  #onClose: (() => void) | undefined;
  #onDrain: (() => void) | undefined;

  send(status: number, headers: readonly string[], body: Buffer | string): void {
    this.#begin(status, headers);
    this.body = Buffer.from(body as string);
    this.isEnded = true;
  }
  stream(status: number, headers: readonly string[]): HttpStream {
    this.#begin(status, headers);
    return this;
  }
  write(chunk: Buffer): boolean {
    this.chunks.push(Buffer.from(chunk));
    return this.isReading;
  }
  end(): void {
    this.isEnded = true;
  }
  onDrain(listener: () => void): void {
    this.#onDrain = listener;
  }
  onClose(listener: () => void): void {
    this.#onClose = listener;
  }
  /** The client reads again. */
  drain(): void {
    this.isReading = true;
    this.#onDrain?.();
  }
  /** The client goes away. */
  close(): void {
    this.isOpen = false;
    this.#onClose?.();
  }

  /** Kind and payload of every frame so far. */
  get frames(): readonly Frame[] {
    return framesOf(Buffer.concat(this.chunks));
  }
  /** Payloads of the events behind the initial response. */
  get events(): readonly Fields[] {
    return this.frames.filter(({ kind }) => kind === 'SubscribeToShardEvent').map(({ payload }) => payload);
  }

  #begin(status: number, headers: readonly string[]): void {
    if (this.status !== 0) throw new Error('answered twice');
    this.status = status;
    for (let i = 0; i < headers.length; i += 2) this.headers.set(headers[i]!.toLowerCase(), headers[i + 1]!);
  }
}

export interface Frame {
  readonly kind: string;
  readonly payload: Fields;
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const { headers, body } = codec.decode(bytes.subarray(at, at + bytes.readUInt32BE(at)));
    const kind = headers[':event-type'] ?? headers[':exception-type'];
    frames.push({ kind: String(kind?.value), payload: JSON.parse(Buffer.from(body).toString()) as Fields });
  }
  return frames;
}
