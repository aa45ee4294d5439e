// What the SNS contract suites share beyond those of SQS: an unmodified SDK client on the same daemon,
// topics and subscribed queues of a test's own, and the error that a command must fail with.
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, expect } from 'vitest';
import type { DaemonOptions } from './daemon.ts';
import { arnOf, credentials, describeSqs, type SqsSuite, uniqueName } from './sqs-suite.ts';

type Texts = Record<string, string>;

export interface SubscribedQueue {
  readonly url: string;
  readonly queueArn: string;
  readonly subscriptionArn: string;
}

export interface SnsSuite {
  readonly sqs: SqsSuite;
  readonly sns: SNSClient;
  newSns(options?: { readonly region?: string }): SNSClient;
  /** Its ARN. A FIFO topic when the attributes say so. */
  createTopic(attributes?: Texts, name?: string): Promise<string>;
  /** A new queue, subscribed. */
  subscribedQueue(topicArn: string, attributes?: Texts, queue?: Texts): Promise<SubscribedQueue>;
  subscriptionAttributes(subscriptionArn: string): Promise<Texts>;
}

export function describeSns(
  title: string,
  body: (suite: SnsSuite) => void,
  options: DaemonOptions = {},
): void {
  const given = (sqs: SqsSuite): void => {
    const suite = new Suite(sqs);
    afterAll(() => suite.stop());
    body(suite);
  };
  describeSqs(title, given, options);
}

class Suite implements SnsSuite {
  readonly sqs: SqsSuite;
  readonly #clients: SNSClient[] = [];

  constructor(sqs: SqsSuite) {
    this.sqs = sqs;
  }
  get sns(): SNSClient {
    return this.#clients[0] ?? this.newSns();
  }
  stop(): void {
    for (const client of this.#clients) client.destroy();
  }

  newSns({ region = 'us-east-1' }: { readonly region?: string } = {}): SNSClient {
    const { endpoint } = this.sqs.daemon;
    const client = new SNSClient({ endpoint, region, credentials, maxAttempts: 1 });
    this.#clients.push(client);
    return client;
  }

  async createTopic(attributes: Texts = {}, name = uniqueName('t')): Promise<string> {
    const Name = attributes['FifoTopic'] === 'true' ? `${name}.fifo` : name;
    return (await this.sns.send(new CreateTopicCommand({ Name, Attributes: attributes }))).TopicArn!;
  }

  async subscribedQueue(
    TopicArn: string,
    Attributes: Texts = {},
    queue: Texts = {},
  ): Promise<SubscribedQueue> {
    const url = await this.sqs.createQueue(queue);
    const queueArn = arnOf(url);
    const command = { TopicArn, Protocol: 'sqs', Endpoint: queueArn, Attributes };
    const { SubscriptionArn } = await this.sns.send(new SubscribeCommand(command));
    return { url, queueArn, subscriptionArn: SubscriptionArn! };
  }

  async subscriptionAttributes(SubscriptionArn: string): Promise<Texts> {
    const command = new GetSubscriptionAttributesCommand({ SubscriptionArn });
    return (await this.sns.send(command)).Attributes!;
  }
}

/** What a command fails with: name of the exception, and text. */
export function refusal(name: string, text?: string | RegExp): object {
  if (text === undefined) return { name };
  return { name, message: typeof text === 'string' ? text : expect.stringMatching(text) };
}
