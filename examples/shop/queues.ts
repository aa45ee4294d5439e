// The order queue and what it gives up: made, worked off, redriven. The worker is honest about failures: it
// says so (visibility zero), and after `maxReceives` the queue puts the order aside, so that the customer's
// others go on.
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { Order } from './orders.ts';

const maxReceives = 2;

export interface OrderQueues {
  readonly url: string;
  readonly deadUrl: string;
  readonly deadArn: string;
}

export async function openQueues(sqs: SQSClient): Promise<OrderQueues> {
  const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  const dead = await sqs.send(new CreateQueueCommand({ QueueName: 'orders-dead.fifo', Attributes: fifo }));
  const asked = { QueueUrl: dead.QueueUrl, AttributeNames: ['QueueArn' as const] };
  const { Attributes: attributes = {} } = await sqs.send(new GetQueueAttributesCommand(asked));
  const deadArn = attributes['QueueArn'] ?? '';
  const policy = JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: maxReceives });
  const queue = await sqs.send(
    new CreateQueueCommand({ QueueName: 'orders.fifo', Attributes: { ...fifo, RedrivePolicy: policy } }),
  );
  return { url: queue.QueueUrl ?? '', deadUrl: dead.QueueUrl ?? '', deadArn };
}

/** One round: answers whether there was anything. */
export async function work(sqs: SQSClient, url: string, ship: (order: Order) => boolean): Promise<boolean> {
  const receive = { QueueUrl: url, WaitTimeSeconds: 1, MaxNumberOfMessages: 1 };
  const { Messages: messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
  for (const { Body: body = '', ReceiptHandle: handle } of messages) {
    const lease = { QueueUrl: url, ReceiptHandle: handle };
    if (ship(JSON.parse(body) as Order)) await sqs.send(new DeleteMessageCommand(lease));
    else await sqs.send(new ChangeMessageVisibilityCommand({ ...lease, VisibilityTimeout: 0 }));
  }
  return messages.length > 0;
}

export async function redrive(sqs: SQSClient, { deadArn }: OrderQueues): Promise<void> {
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: deadArn }));
}

export async function readyCount(sqs: SQSClient, url: string): Promise<number> {
  const asked = { QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages' as const] };
  const { Attributes: counts = {} } = await sqs.send(new GetQueueAttributesCommand(asked));
  return Number(counts['ApproximateNumberOfMessages']);
}
