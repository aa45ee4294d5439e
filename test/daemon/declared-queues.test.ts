// Queues of caudal.yaml: there before the ready line, brought up to date at the next start.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand, ListQueueTagsCommand } from '@aws-sdk/client-sqs';
import { afterAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { sqsClient } from '../support/sqs.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'caudal-declared-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const config = (timeout: number): string => `
queues:
  orders:
    attributes:
      VisibilityTimeout: ${timeout}
      RedrivePolicy: { deadLetterTargetArn: orders-dead, maxReceiveCount: 3 }
    policy:
      Version: "2012-10-17"
      Statement: [{ Sid: all, Effect: Allow, Principal: "*", Action: "sqs:SendMessage", Resource: "*" }]
    tags: { team: core }
  orders-dead: {}
  audit.fifo: { region: eu-west-1, attributes: { ContentBasedDeduplication: true } }
`;

async function attributes(
  daemon: Daemon,
  name: string,
  region = 'us-east-1',
): Promise<Record<string, string>> {
  const QueueUrl = `${daemon.endpoint}/000000000000/${name}`;
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  return (await sqsClient(daemon.endpoint, { region }).send(command)).Attributes ?? {};
}

test('declared queues exist with attributes, policy and tags, and follow the file', async () => {
  const first = await startDaemon({ dataDir, config: config(45) });
  const orders = await attributes(first, 'orders');
  expect(orders).toMatchObject({ VisibilityTimeout: '45' });
  expect(JSON.parse(orders['RedrivePolicy'] ?? '')).toMatchObject({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:orders-dead',
  });
  expect(JSON.parse(orders['Policy'] ?? '')).toMatchObject({ Statement: [{ Sid: 'all' }] });
  expect(await attributes(first, 'audit.fifo', 'eu-west-1')).toMatchObject({
    FifoQueue: 'true',
    ContentBasedDeduplication: 'true',
  });
  const QueueUrl = `${first.endpoint}/000000000000/orders`;
  const { Tags } = await sqsClient(first.endpoint).send(new ListQueueTagsCommand({ QueueUrl }));
  expect(Tags).toEqual({ team: 'core' });
  expect(await first.stop()).toBe(0);

  const second = await startDaemon({ dataDir, config: config(45) });
  expect(await attributes(second, 'orders')).toEqual(orders);
  expect(await second.stop()).toBe(0);

  const third = await startDaemon({ dataDir, config: config(60) });
  expect(await attributes(third, 'orders')).toMatchObject({ VisibilityTimeout: '60' });
  expect(await third.stop()).toBe(0);
});
