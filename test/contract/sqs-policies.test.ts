// Goal: who may do what with a queue: the owner's users by their policies, other accounts by the queue's
// policy. Method: a daemon with users of two accounts and their keys.
import {
  AddPermissionCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { describeSqs, failureOf, type SqsSuite, uniqueName } from '../support/sqs-suite.ts';

const owner = '111111111111';
const other = '222222222222';

const config = `
users:
  owner:
    account: "${owner}"
    keys: [{ id: OWNER, secret: owner-secret }]
  sender:
    account: "${owner}"
    keys: [{ id: SENDER, secret: sender-secret }]
    policies:
      - Version: "2012-10-17"
        Statement: [{ Effect: Allow, Action: "sqs:Send*", Resource: "arn:aws:sqs:*:${owner}:open-*" }]
  other:
    account: "${other}"
    keys: [{ id: OTHER, secret: other-secret }]
`;

const as = (sqs: SqsSuite, name: string): SQSClient =>
  sqs.newClient({ accessKeyId: name.toUpperCase(), secretAccessKey: `${name}-secret` });

describeSqs(
  'SQS policies',
  (sqs) => {
    async function queue(prefix = 'q'): Promise<string> {
      const command = new CreateQueueCommand({ QueueName: uniqueName(prefix) });
      return (await as(sqs, 'owner').send(command)).QueueUrl!;
    }
    const send = (user: string, QueueUrl: string): Promise<unknown> =>
      as(sqs, user).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const denied = { name: 'AccessDenied', Code: 'AccessDenied', $metadata: { httpStatusCode: 403 } };

    test('a user with policies may do what they say, and nothing else', async () => {
      const open = await queue('open');
      expect(new URL(open).pathname).toMatch(new RegExp(`^/${owner}/open-`));
      await send('sender', open);
      const Entries = [{ Id: 'a', MessageBody: 'x' }];
      await as(sqs, 'sender').send(new SendMessageBatchCommand({ QueueUrl: open, Entries }));
      expect(
        await failureOf(as(sqs, 'sender').send(new ReceiveMessageCommand({ QueueUrl: open }))),
      ).toMatchObject(denied);
      expect(await failureOf(send('sender', await queue()))).toMatchObject(denied);
      const create = new CreateQueueCommand({ QueueName: uniqueName('open') });
      expect(await failureOf(as(sqs, 'sender').send(create))).toMatchObject(denied);
    });

    test('another account: denied, then allowed by AddPermission, for that action alone', async () => {
      const url = await queue();
      expect(await failureOf(send('other', url))).toMatchObject(denied);
      const grant = {
        QueueUrl: url,
        Label: 'l',
        AWSAccountIds: [other],
        Actions: ['SendMessage', 'GetQueueUrl'],
      };
      await as(sqs, 'owner').send(new AddPermissionCommand(grant));
      await send('other', url);
      const QueueName = url.slice(url.lastIndexOf('/') + 1);
      const find = new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId: owner });
      expect((await as(sqs, 'other').send(find)).QueueUrl).toBe(url);
      expect(
        await failureOf(as(sqs, 'other').send(new ReceiveMessageCommand({ QueueUrl: url }))),
      ).toMatchObject(denied);
      const [message] = (
        await as(sqs, 'owner').send(
          new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames: ['SenderId'] }),
        )
      ).Messages!;
      expect(message?.Attributes?.SenderId).toEqual(expect.any(String));
    });

    test('what only the owner may do stays with the owner, whatever the policy says', async () => {
      const url = await queue();
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: '*' }],
      });
      await as(sqs, 'owner').send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
      await send('other', url);
      expect(await failureOf(as(sqs, 'other').send(new DeleteQueueCommand({ QueueUrl: url })))).toMatchObject(
        denied,
      );
    });

    test('an explicit deny binds everybody', async () => {
      const url = await queue('open');
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }],
      });
      await as(sqs, 'owner').send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
      expect(await failureOf(send('sender', url))).toMatchObject(denied);
      expect(await failureOf(send('owner', url))).toMatchObject(denied);
    });

    test('a missing queue is missing for everybody, before anything is denied', async () => {
      const error = await failureOf(send('sender', `/${owner}/none-such`));
      expect(error.name).toBe('QueueDoesNotExist');
    });
  },
  { config },
);
