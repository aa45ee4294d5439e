// SNS and SQS without a socket: the real services and engine over a real broker in memory, with unmodified
// SDK clients on them and a clock that stands still until it is told to move.
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ManualClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SeededRng } from '../../src/base/rng.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type { BindingDefinition, Delivery, Reply } from '../../src/broker/index.ts';
import type { HttpReply, HttpRequest, HttpStream, RequestHandler } from '../../src/net/http.ts';
import { createAwsProtocol } from '../../src/protocols/aws/index.ts';
import { snsService, type SnsSettings } from '../../src/protocols/aws/services/sns/index.ts';
import { sqsService } from '../../src/protocols/aws/services/sqs/index.ts';
import { MemoryStorage } from '../../src/storage/index.ts';
import { plainRequest } from './aws-signer.ts';

/** More loop turns than any answer takes; beyond it something hangs. */
const turnsMax = 2_000;

export interface LocalSnsOptions {
  readonly settings?: SnsSettings;
  readonly auth?: 'sigv4' | 'none';
  readonly queueCells?: number;
  readonly limits?: 'relaxed' | 'aws';
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export class LocalSns {
  readonly clock = new ManualClock(Date.now());
  broker!: Awaited<ReturnType<typeof createBroker>>;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  #handler!: RequestHandler;

  constructor() {
    this.sns = this.newSns();
    this.sqs = new SQSClient(this.#clientOptions());
  }

  /** Without authentication a key of twelve digits is an account. */
  newSns(accessKeyId = 'test'): SNSClient {
    return new SNSClient(this.#clientOptions(accessKeyId));
  }

  #clientOptions(accessKeyId = 'test') {
    return {
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:4566',
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey: 'test' },
      requestHandler: { handle: (request: SdkRequest) => this.#serve(request) } as never,
    };
  }

  static async start(options: LocalSnsOptions = {}): Promise<LocalSns> {
    const local = new LocalSns();
    const { settings = {}, auth = 'none', queueCells = 2, limits = 'relaxed' } = options;
    const { clock } = local;
    const rng = new SeededRng(1);
    const storage = new MemoryStorage();
    local.broker = await createBroker({ storage, clock, rng, logger: silentLogger, queueCells, tickMs: 0 });
    local.#handler = createAwsProtocol({
      broker: local.broker,
      clock,
      logger: silentLogger,
      secret: new Uint8Array(32).fill(7),
      users: [],
      roles: [],
      auth,
      homeRegion: 'us-east-1',
      limits: { default: limits },
      services: [sqsService, snsService(settings)],
    }).handler;
    return local;
  }

  /** The answer to an unsigned GET, as a browser follows a link. */
  async follow(url: string): Promise<{ readonly status: number; readonly text: string }> {
    const { pathname, search } = new URL(url);
    const reply = await this.#answer(plainRequest({ method: 'GET', path: pathname, query: search.slice(1) }));
    return { status: reply.status, text: reply.body.toString() };
  }

  /** What waits for the connectors behind the pushed targets of a topic. */
  async pushed(topicArn: string): Promise<{ binding: BindingDefinition; message: Delivery['message'] }[]> {
    const name = topicArn.split(':').at(-1)!;
    const found = [];
    for (const binding of this.broker.catalog.bindings.all()) {
      if (!binding.name.name.startsWith(`${name}/`)) continue;
      for (const target of binding.targets) {
        if (target.kind !== 'push' || target.queueEntity === undefined) continue;
        const receive = { entity: target.queueEntity, messagesMax: 10, leaseMs: 60_000, waitMs: 0 };
        const reply = await this.#ask({ kind: 'receive', ...receive });
        if (reply.kind !== 'received') throw new Error(`no messages: ${JSON.stringify(reply)}`);
        for (const { message } of reply.deliveries) found.push({ binding, message });
      }
    }
    return found;
  }

  async close(): Promise<void> {
    await this.broker.close();
  }

  #ask(command: Parameters<LocalSns['broker']['submit']>[0]): Promise<Reply> {
    return new Promise((resolve) => this.broker.submit(command, { reveal: resolve, isOpen: () => true }));
  }

  async #serve({ method, path, query = {}, headers, body }: SdkRequest) {
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const request = plainRequest({
      method,
      path,
      query: new URLSearchParams(query).toString(),
      headers: Object.fromEntries(lower) as Record<string, string>,
      body: typeof body === 'string' ? body : Buffer.from(new Uint8Array(body ?? [])),
    });
    const reply = await this.#answer(request);
    const answered = Object.fromEntries(reply.headers);
    return { response: { statusCode: reply.status, headers: answered, body: Readable.from([reply.body]) } };
  }

  async #answer(request: HttpRequest): Promise<KeptReply> {
    const reply = new KeptReply();
    this.#handler(request, reply);
    for (let turns = 0; reply.status === 0; turns++) {
      if (turns > turnsMax) throw new Error('a request was not answered');
      await turn();
    }
    return reply;
  }
}

class KeptReply implements HttpReply {
  readonly isOpen = true;
  status = 0;
  body: Buffer = Buffer.alloc(0);
  readonly headers = new Map<string, string>();

  send(status: number, headers: readonly string[], body: Buffer | string): void {
    this.body = Buffer.from(body as string);
    for (let i = 0; i < headers.length; i += 2) this.headers.set(headers[i]!.toLowerCase(), headers[i + 1]!);
    this.status = status;
  }
  stream(): HttpStream {
    throw new Error('SNS streams nothing');
  }
  onClose(): void {
    // Nobody goes away.
  }
}
