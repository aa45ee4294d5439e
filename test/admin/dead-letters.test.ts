// Dead letters and move tasks as the admin API shows them.
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminOf, type AdminClient } from '../support/admin.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { sqsClient } from '../support/sqs.ts';

const room = '/v1/queues/000000000000/us-east-1';
let daemon: Daemon;
let admin: AdminClient;

beforeAll(async () => {
  const policy = '{ deadLetterTargetArn: dead, maxReceiveCount: 1 }';
  const source = `{ attributes: { VisibilityTimeout: 0, RedrivePolicy: ${policy} } }`;
  daemon = await startDaemon({ config: `queues:\n  one: ${source}\n  two: ${source}\n  dead: {}\n` });
  admin = adminOf(daemon.adminEndpoint);
});
afterAll(() => daemon.stop());

// The second receive of a message that may be received once moves it away.
async function bury(name: string, body: string): Promise<void> {
  await admin('POST', `${room}/${name}/messages`, { body });
  const sqs = sqsClient(daemon.endpoint);
  const receive = new ReceiveMessageCommand({
    QueueUrl: `${daemon.endpoint}/000000000000/${name}`,
    VisibilityTimeout: 0,
  });
  const first = await sqs.send(receive);
  expect(first.Messages?.map((message) => message.Body)).toEqual([body]);
  expect((await sqs.send(receive)).Messages).toBeUndefined();
}

test('dead letters are shown per source, and redriven to where they came from', async () => {
  await bury('one', 'from one');
  await bury('two', 'from two');
  const ofOne = await admin('GET', `${room}/one/dead-letters`);
  expect(ofOne.body).toMatchObject({
    deadLetterQueue: '000000000000/us-east-1/dead',
    maxReceives: 1,
    messages: [{ body: 'from one', origin: '000000000000/us-east-1/one' }],
  });
  expect((await admin('GET', `${room}/dead`)).body).toMatchObject({
    readyCount: 2,
    deadLetterSources: ['000000000000/us-east-1/one', '000000000000/us-east-1/two'],
  });
  expect((await admin('GET', `${room}/dead/dead-letters`)).status).toBe(409);

  const started = await admin('POST', `${room}/dead/redrive`, {});
  expect([started.status, started.body['source']]).toEqual([201, '000000000000/us-east-1/dead']);
  await expect
    .poll(async () => ((await admin('GET', '/v1/tasks')).body['tasks'] as { status: string }[])[0]?.status, {
      timeout: 10_000,
    })
    .toBe('completed');
  const { body } = await admin('GET', `${room}/dead/tasks`);
  expect(body['tasks']).toMatchObject([{ taskId: started.body['taskId'], movedCount: 2, toMoveCount: 2 }]);
  expect((await admin('GET', `${room}/one/messages`)).body['messages']).toMatchObject([{ body: 'from one' }]);
  expect((await admin('GET', `${room}/two/messages`)).body['messages']).toMatchObject([{ body: 'from two' }]);
  const cancel = await admin('DELETE', `${room}/dead/tasks/${String(started.body['taskId'])}`);
  expect(cancel.status).toBe(409);
});

test('a leased message is seen as leased', async () => {
  await admin('POST', '/v1/queues', { name: 'busy', attributes: { VisibilityTimeout: 600 } });
  await admin('POST', `${room}/busy/messages`, { body: 'held' });
  const sqs = sqsClient(daemon.endpoint);
  const QueueUrl = `${daemon.endpoint}/000000000000/busy`;
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect((await admin('GET', `${room}/busy/messages?view=leased`)).body['messages']).toMatchObject([
    { body: 'held', state: 'leased', receiveCount: 1 },
  ]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle }));
  expect((await admin('GET', `${room}/busy/messages`)).body['messages']).toEqual([]);
});

test('a redrive of no dead-letter queue, or to nowhere, is refused', async () => {
  expect((await admin('POST', `${room}/one/redrive`, {})).status).toBe(409);
  expect((await admin('POST', `${room}/dead/redrive`, { target: 'nowhere' })).status).toBe(404);
  expect((await admin('POST', `${room}/dead/redrive`, { target: 'a/b' })).status).toBe(400);
});
