// What the SQS contract suites share: a real daemon per number of queue cells, an unmodified SDK client on
// it, and bounded waits. Nothing here knows the product's insides.
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe } from 'vitest';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
import { type ClientOptions, sqsClient } from './sqs.ts';

export const account = '000000000000';
export const region = 'us-east-1';
/** The built-in key, good from loopback. */
export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** How long a suite waits for what must come; far beyond what it takes. */
export const patienceMs = 15_000;

export type Attributes = Partial<Record<QueueAttributeName, string>>;

export interface SqsSuite {
  readonly daemon: Daemon;
  readonly client: SQSClient;
  /** A client of its own: an agent with connections that can be cut. */
  newClient(options?: ClientOptions): SQSClient;
  createQueue(attributes?: Attributes, name?: string): Promise<string>;
  send(QueueUrl: string, MessageBody: string, more?: Partial<SendMessageCommandInput>): Promise<string>;
  /** One short poll, or a long one when WaitTimeSeconds says so. */
  receive(QueueUrl: string, more?: Partial<ReceiveMessageCommandInput>): Promise<readonly Message[]>;
  /** Long polls until `count` messages came, or patience ends. */
  receiveAll(QueueUrl: string, count: number, more?: Partial<ReceiveMessageCommandInput>): Promise<Message[]>;
  remove(QueueUrl: string, message: Message): Promise<void>;
  attributes(QueueUrl: string, ...names: QueueAttributeName[]): Promise<Attributes>;
  counts(QueueUrl: string): Promise<{ ready: number; leased: number; delayed: number }>;
}

let serial = 0;
/** A name that no other test of this process uses. */
export function uniqueName(prefix = 'q'): string {
  serial++;
  return `${prefix}-${process.pid}-${serial}`;
}

export function arnOf(queueUrl: string): string {
  return `arn:aws:sqs:${region}:${account}:${queueUrl.slice(queueUrl.lastIndexOf('/') + 1)}`;
}

export const bodies = (messages: readonly Message[]): string[] => messages.map(({ Body }) => Body ?? '');

/** The suite once with one queue cell and once with three, or with what CAUDAL_TEST_CELLS says. */
export function describeSqs(title: string, body: (sqs: SqsSuite) => void, options: DaemonOptions = {}): void {
  const chosen = process.env['CAUDAL_TEST_CELLS'];
  const cellCounts = chosen === undefined || chosen === '' ? [1, 3] : [Number(chosen)];
  describe.each(cellCounts)(`${title} (%i queue cells)`, (queueCells) => {
    const suite = new Suite();
    beforeAll(async () => suite.start(await startDaemon({ ...options, queueCells })));
    afterAll(() => suite.stop());
    body(suite);
  });
}

class Suite implements SqsSuite {
  #daemon: Daemon | undefined;
  #clients: SQSClient[] = [];

  get daemon(): Daemon {
    if (this.#daemon === undefined) throw new Error('the daemon runs inside of tests and hooks only');
    return this.#daemon;
  }
  get client(): SQSClient {
    return this.#clients[0] ?? this.newClient();
  }

  start(daemon: Daemon): void {
    this.#daemon = daemon;
    this.newClient();
  }
  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.#daemon?.stop();
  }

  newClient(options: ClientOptions = {}): SQSClient {
    const client = sqsClient(this.daemon.endpoint, options);
    this.#clients.push(client);
    return client;
  }

  async createQueue(attributes: Attributes = {}, name = uniqueName()): Promise<string> {
    const QueueName = attributes.FifoQueue === 'true' && !name.endsWith('.fifo') ? `${name}.fifo` : name;
    const created = await this.client.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
    return created.QueueUrl!;
  }

  async send(
    QueueUrl: string,
    MessageBody: string,
    more: Partial<SendMessageCommandInput> = {},
  ): Promise<string> {
    const sent = await this.client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
    return sent.MessageId!;
  }

  async receive(
    QueueUrl: string,
    more: Partial<ReceiveMessageCommandInput> = {},
  ): Promise<readonly Message[]> {
    const input = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0, ...more };
    return (await this.client.send(new ReceiveMessageCommand(input))).Messages ?? [];
  }

  async receiveAll(
    QueueUrl: string,
    count: number,
    more: Partial<ReceiveMessageCommandInput> = {},
  ): Promise<Message[]> {
    const messages: Message[] = [];
    const endMs = Date.now() + patienceMs;
    while (messages.length < count && Date.now() < endMs) {
      messages.push(...(await this.receive(QueueUrl, { WaitTimeSeconds: 5, ...more })));
    }
    if (messages.length < count)
      throw new Error(`${messages.length} of ${count} messages came from ${QueueUrl}`);
    return messages;
  }

  async remove(QueueUrl: string, message: Message): Promise<void> {
    await this.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle! }));
  }

  async attributes(QueueUrl: string, ...names: QueueAttributeName[]): Promise<Attributes> {
    const AttributeNames = names.length === 0 ? (['All'] as const) : names;
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] });
    return (await this.client.send(command)).Attributes ?? {};
  }

  async counts(QueueUrl: string): Promise<{ ready: number; leased: number; delayed: number }> {
    const attributes = await this.attributes(QueueUrl);
    return {
      ready: Number(attributes.ApproximateNumberOfMessages),
      leased: Number(attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: Number(attributes.ApproximateNumberOfMessagesDelayed),
    };
  }
}

/** What a promise that must fail fails with. */
export async function failureOf(work: Promise<unknown>): Promise<SdkError> {
  try {
    await work;
  } catch (error) {
    return error as SdkError;
  }
  throw new Error('it did not fail');
}

/** Both halves of an error as the JS SDK shows them: `name` from the JSON, `Code` from the header. */
export interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly Code?: string;
  readonly Error?: { readonly Code?: string; readonly Type?: string };
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** Asks again until it holds; for what the daemon does by itself a little later. */
export async function eventually(check: () => Promise<boolean>, what: string): Promise<void> {
  const endMs = Date.now() + patienceMs;
  while (!(await check())) {
    if (Date.now() > endMs) throw new Error(`it did not come to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
