// EventBridge without a socket: the real service and engine over a real broker in memory, with a clock that
// stands still until it is told to move. For unit tests; nothing in it waits for more than turns of the loop.
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SeededRng } from '../../src/base/rng.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type { Command, Reply } from '../../src/broker/index.ts';
import { createAwsProtocol } from '../../src/protocols/aws/index.ts';
import { eventsService, type Secrets } from '../../src/protocols/aws/services/events/index.ts';
import { MemoryStorage } from '../../src/storage/index.ts';
import { plainRequest } from './aws-signer.ts';
import { LocalReply } from './local-kinesis.ts';

type Fields = Record<string, unknown>;

/** More loop turns than any answer takes; beyond it something hangs. */
const turnsMax = 5_000;

export const account = '000000000000';
export const region = 'us-east-1';
export const namespace = `${account}/${region}`;

/** Hides nothing; what it gives is seen to be no plain text. */
export const testSecrets: Secrets = {
  seal: (owner, plain) => Buffer.from(JSON.stringify([owner, plain])).toString('base64'),
  open(owner, sealed) {
    const [sealedFor, plain] = JSON.parse(Buffer.from(sealed, 'base64').toString()) as [string, string];
    return sealedFor === owner ? plain : undefined;
  },
};

export class LocalEvents {
  readonly clock = new ManualClock();
  readonly storage = new MemoryStorage();
  broker!: Awaited<ReturnType<typeof createBroker>>;
  #handler!: ReturnType<typeof createAwsProtocol>['handler'];

  static async start(limits: 'relaxed' | 'aws' = 'relaxed'): Promise<LocalEvents> {
    const local = new LocalEvents();
    const { clock, storage } = local;
    const logger = silentLogger;
    const rng = new SeededRng(1);
    local.broker = await createBroker({ storage, clock, rng, logger, queueCells: 1, tickMs: 0 });
    local.#serve(limits);
    return local;
  }

  /** The service as a daemon's start makes it; a second time: as its next start does. */
  #serve(limits: 'relaxed' | 'aws'): void {
    const { broker, clock } = this;
    const aws = createAwsProtocol({
      broker,
      clock,
      logger: silentLogger,
      secret: new Uint8Array(32).fill(7),
      users: [],
      roles: [],
      auth: 'none',
      homeRegion: region,
      limits: { default: limits },
      services: [eventsService({ secrets: testSecrets })],
    });
    this.#handler = aws.handler;
  }

  serveAgain(): void {
    this.#serve('relaxed');
  }

  /** The output of a call; an error is thrown with its type as name. */
  async call(
    operation: string,
    input: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Fields> {
    const reply = new LocalReply();
    const named = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSEvents.${operation}` };
    this.#handler(plainRequest({ body: JSON.stringify(input), headers: { ...named, ...headers } }), reply);
    await this.until(() => reply.status !== 0);
    const output = reply.body.length === 0 ? {} : (JSON.parse(reply.body.toString()) as Fields);
    if (reply.status === 200) return output;
    const error = new Error(String(output['message'] ?? output['Message']));
    error.name = String(output['__type']);
    throw error;
  }

  run(command: Command): Promise<Reply> {
    return new Promise((resolve) => this.broker.submit(command, { reveal: resolve, isOpen: () => true }));
  }

  async until(isSo: () => boolean): Promise<void> {
    for (let turns = 0; !isSo(); turns++) {
      if (turns > turnsMax) throw new Error('what was waited for did not come');
      await turn();
      if (turns % 50 === 49) await this.broker.tick();
    }
  }

  async close(): Promise<void> {
    this.storage.releaseAppends();
    await this.broker.close();
  }
}
