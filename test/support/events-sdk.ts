// EventBridge, SQS and Kinesis clients of one daemon, and what the suites of EventBridge do with them again
// and again.
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Daemon } from './daemon.ts';

const account = '000000000000';
const region = 'us-east-1';
export const queueArn = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
export const busArn = (name: string): string => `arn:aws:events:${region}:${account}:event-bus/${name}`;

export const sdkConfig = (endpoint: string) => ({
  endpoint,
  region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});

export class EventsSdk {
  readonly events: EventBridgeClient;
  readonly sqs: SQSClient;
  readonly #daemon: Daemon;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    this.events = new EventBridgeClient(sdkConfig(daemon.endpoint));
    this.sqs = new SQSClient(sdkConfig(daemon.endpoint));
  }

  async queue(name: string, Attributes: Record<string, string> = {}): Promise<string> {
    await this.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    return queueArn(name);
  }

  /** Ids of the events; throws unless all were taken. */
  async put(...entries: PutEventsRequestEntry[]): Promise<string[]> {
    const { Entries: results = [], FailedEntryCount: failedCount } = await this.events.send(
      new PutEventsCommand({
        Entries: entries.map((entry) => ({ DetailType: 't', Detail: '{}', ...entry })),
      }),
    );
    if (failedCount !== 0) throw new Error(JSON.stringify(results));
    return results.map(({ EventId: id }) => id!);
  }

  /** Exactly so many messages, deleted when they were received; throws when they do not come in time. */
  async take(queue: string, count: number): Promise<Message[]> {
    const taken: Message[] = [];
    for (let polls = 0; taken.length < count && polls < count + 10; polls++)
      taken.push(...(await this.poll(queue, 2)));
    if (taken.length !== count) throw new Error(`${taken.length} messages of ${queue}, not ${count}`);
    return taken;
  }

  /** What is there, or comes within the time. */
  async poll(queue: string, WaitTimeSeconds = 0): Promise<Message[]> {
    const QueueUrl = `${this.#daemon.endpoint}/${account}/${queue}`;
    const input = { QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10 };
    const all = { MessageAttributeNames: ['All'], AttributeNames: ['All' as const] };
    const { Messages: messages = [] } = await this.sqs.send(new ReceiveMessageCommand({ ...input, ...all }));
    if (messages.length === 0) return messages;
    const Entries = messages.map(({ ReceiptHandle }, i) => ({
      Id: String(i),
      ReceiptHandle: ReceiptHandle!,
    }));
    await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return messages;
  }

  async bodies(queue: string, count: number): Promise<Record<string, unknown>[]> {
    const messages = await this.take(queue, count);
    return messages.map(({ Body: body }) => JSON.parse(body!) as Record<string, unknown>);
  }
}

/** Name and text of the error that a call fails with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
  throw new Error('the call did not fail');
}
