// The SQS calls that an experiment makes outside its windows: make a queue, read its counts.
import type { Answer, Input } from '../aws-caller.ts';
import { AwsCaller } from '../aws-caller.ts';

export type Attributes = Readonly<Record<string, string>>;

export class SqsApi {
  readonly #caller: AwsCaller;

  constructor(endpoint: string) {
    const contentType = 'application/x-amz-json-1.0';
    this.#caller = new AwsCaller({ endpoint, service: 'sqs', targetPrefix: 'AmazonSQS', contentType });
  }

  /** Answers the queue's URL as the server names it. */
  async createQueue(name: string, attributes: Attributes = {}): Promise<string> {
    const answer = await this.call('CreateQueue', { QueueName: name, Attributes: attributes });
    return String(answer['QueueUrl']);
  }

  /** Messages of a queue: ready, in flight and delayed. */
  async messageCounts(
    queueUrl: string,
  ): Promise<{ ready: number; leased: number; delayed: number; total: number }> {
    const answer = await this.call('GetQueueAttributes', { QueueUrl: queueUrl, AttributeNames: ['All'] });
    const attributes = answer['Attributes'] as Attributes;
    const ready = Number(attributes['ApproximateNumberOfMessages'] ?? 0);
    const leased = Number(attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0);
    const delayed = Number(attributes['ApproximateNumberOfMessagesDelayed'] ?? 0);
    return { ready, leased, delayed, total: ready + leased + delayed };
  }

  call(action: string, input: Input): Promise<Answer> {
    return this.#caller.call(action, input);
  }
}
