// One desk's worker, a process of its own: receives from its queue, does the work (a line in its book), and
// only then deletes. Killed between the two it does the line again: at least once, never not at
// all. Started by run.ts: node worker.ts ENDPOINT QUEUE_URL BOOK
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const [endpoint = '', queueUrl = '', book = ''] = process.argv.slice(2);
const sqs = new SQSClient({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});
const workMs = 20;

// The clinic has closed, however that came.
process.once('disconnect', () => process.exit(0));

for (;;) {
  try {
    await workOnce();
  } catch {
    // The daemon is away: what we held comes back to somebody, and we come back to it.
    await sleep(100);
  }
}

async function workOnce(): Promise<void> {
  const receive = { QueueUrl: queueUrl, WaitTimeSeconds: 1, MaxNumberOfMessages: 5 };
  const { Messages: messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
  for (const { Body: body = '', ReceiptHandle: handle } of messages) {
    const { id } = JSON.parse(body) as { readonly id: string };
    process.send?.('at work');
    await sleep(workMs);
    appendFileSync(book, `${id}\n`);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: handle }));
  }
}
