// Kills the real daemon under SNS publishes that fan out to ten queues, over 1 and 3 cells. Every publication
// that was answered is in every queue exactly once; one that was not is in all of them or in none.
import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { startDaemon } from '../support/daemon.ts';

const queueCount = 10;
const rounds = process.env['CAUDAL_SOAK'] === '1' ? 30 : 3;
const publishers = 8;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

it.each([{ queueCells: 1 }, { queueCells: 3 }])(
  'a fan-out survives kill -9: $queueCells cells',
  async ({ queueCells }) => {
    const daemon = await startDaemon({ queueCells });
    const options = { endpoint: daemon.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
    const [sns, sqs] = [new SNSClient(options), new SQSClient(options)];
    const TopicArn = (await sns.send(new CreateTopicCommand({ Name: 't' }))).TopicArn as string;
    const urls: string[] = [];
    for (let i = 0; i < queueCount; i++) {
      urls.push((await sqs.send(new CreateQueueCommand({ QueueName: `q${i}` }))).QueueUrl as string);
      const Endpoint = `arn:aws:sqs:us-east-1:000000000000:q${i}`;
      const Attributes = { RawMessageDelivery: 'true' };
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    }
    const answered = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      let isOver = false;
      const publish = async (publisher: number): Promise<void> => {
        for (let i = 0; !isOver; i++) {
          const names = [0, 1, 2].map((entry) => `${round}/${publisher}/${i}/${entry}`);
          const entries = names.map((Message, Id) => ({ Id: String(Id), Message }));
          try {
            if (publisher % 2 === 0) {
              await sns.send(new PublishCommand({ TopicArn, Message: names[0] }));
              answered.add(names[0] as string);
            } else {
              await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
              for (const name of names) answered.add(name);
            }
          } catch {
            return;
          }
        }
      };
      const running = Array.from({ length: publishers }, (_, publisher) => publish(publisher));
      const goal = answered.size + 60;
      for (let waited = 0; answered.size < goal && waited < 400; waited++)
        await new Promise((resolve) => setTimeout(resolve, 5));
      await daemon.kill9();
      isOver = true;
      await Promise.all(running);
      await daemon.restart();
    }
    const received = await Promise.all(urls.map((url) => drain(sqs, url)));
    expect(answered.size).toBeGreaterThan(rounds * 50);
    for (const bodies of received) expect(bodies).toEqual(received[0]);
    expect(new Set(received[0]).size).toBe(received[0]?.length);
    const all = new Set(received[0]);
    expect([...answered].filter((body) => !all.has(body))).toEqual([]);
    sns.destroy();
    sqs.destroy();
    await daemon.stop();
  },
);

/** Everything in a queue, sorted; it is over when nothing comes for a second. */
async function drain(sqs: SQSClient, QueueUrl: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
    const { Messages = [] } = await sqs.send(command);
    if (Messages.length === 0) return bodies.sort();
    bodies.push(...Messages.map(({ Body }) => Body as string));
    const Entries = Messages.map(({ ReceiptHandle }, Id) => ({ Id: String(Id), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
