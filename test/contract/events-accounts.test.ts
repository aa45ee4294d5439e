// Goal: another account puts events on a bus by its policy alone, and they say where they come from; identity
// policies are asked about rules.
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { refusal } from '../support/events-sdk.ts';

const owner = '111111111111';
const other = '222222222222';
const config = `
users:
  owner:
    account: "${owner}"
    keys: [{ id: OWNER, secret: owner-secret }]
  other:
    account: "${other}"
    keys: [{ id: OTHER, secret: other-secret }]
  reader:
    account: "${owner}"
    keys: [{ id: READER, secret: reader-secret }]
    policies:
      - Version: "2012-10-17"
        Statement: [{ Effect: Allow, Action: "events:List*", Resource: "*" }]
`;

let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon({ config });
});
afterAll(async () => {
  await daemon.stop();
});

const configOf = (name: string) => ({
  endpoint: daemon.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: name.toUpperCase(), secretAccessKey: `${name}-secret` },
  maxAttempts: 1,
});
const EventPattern = '{"source":["s"]}';

test('another account needs the policy of the bus', async () => {
  const sqs = new SQSClient(configOf('owner'));
  const mine = new EventBridgeClient(configOf('owner'));
  const theirs = new EventBridgeClient(configOf('other'));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  const { EventBusArn } = await mine.send(new CreateEventBusCommand({ Name: 'b' }));
  await mine.send(new PutRuleCommand({ Name: 'r', EventBusName: 'b', EventPattern }));
  const Targets = [{ Id: 'q', Arn: `arn:aws:sqs:us-east-1:${owner}:q` }];
  await mine.send(new PutTargetsCommand({ Rule: 'r', EventBusName: 'b', Targets }));
  const put = () =>
    theirs.send(
      new PutEventsCommand({
        Entries: [{ Source: 's', DetailType: 't', Detail: '{}', EventBusName: EventBusArn }],
      }),
    );
  expect(await refusal(put())).toBe(
    `AccessDeniedException: User: arn:aws:iam::${other}:user/other is not authorized to perform: ` +
      `events:PutEvents on resource: ${EventBusArn} because no policy allows the events:PutEvents action`,
  );
  const statement = { EventBusName: 'b', StatementId: 's', Principal: other, Action: 'events:PutEvents' };
  await mine.send(new PutPermissionCommand(statement));
  expect(await put()).toMatchObject({ FailedEntryCount: 0 });
  const { Messages: messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
  expect(messages!.map(({ Body: body }) => JSON.parse(body!))).toMatchObject([
    { account: other, source: 's' },
  ]);
});

test('who may only list makes no rule', async () => {
  const reader = new EventBridgeClient(configOf('reader'));
  expect(await refusal(reader.send(new PutRuleCommand({ Name: 'x', EventPattern })))).toMatch(
    /^AccessDeniedException: .* on resource: arn:aws:events:us-east-1:111111111111:rule\/x /,
  );
});
