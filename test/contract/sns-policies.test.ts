// Goal: who may do what with a topic: the owner's users by their policies, other accounts by the topic's
// policy, subscriptions by who made them. Method: a daemon with users of two accounts and their keys.
import {
  AddPermissionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterEach, expect, test } from 'vitest';
import { describeSns, refusal } from '../support/sns-suite.ts';
import { uniqueName } from '../support/sqs-suite.ts';

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
        Statement: [{ Effect: Allow, Action: "sns:Publish", Resource: "arn:aws:sns:*:${owner}:open-*" }]
  other:
    account: "${other}"
    keys: [{ id: OTHER, secret: other-secret }]
`;

const clients: SNSClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

describeSns(
  'SNS policies',
  (suite) => {
    const as = (name: string): SNSClient => {
      const credentials = { accessKeyId: name.toUpperCase(), secretAccessKey: `${name}-secret` };
      const { endpoint } = suite.sqs.daemon;
      const client = new SNSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    };
    const topic = async (prefix = 't'): Promise<string> =>
      (await as('owner').send(new CreateTopicCommand({ Name: uniqueName(prefix) }))).TopicArn!;
    const publish = (user: string, TopicArn: string): Promise<unknown> =>
      as(user).send(new PublishCommand({ TopicArn, Message: 'x' }));
    const denied = refusal('AuthorizationErrorException', /^User: arn:.* is not authorized to perform: SNS:/);

    test('a user with policies may do what they say, and nothing else', async () => {
      const open = await topic('open');
      await publish('sender', open);
      const PublishBatchRequestEntries = [{ Id: 'a', Message: 'x' }];
      await as('sender').send(new PublishBatchCommand({ TopicArn: open, PublishBatchRequestEntries }));
      await expect(publish('sender', await topic())).rejects.toMatchObject(denied);
      const look = new GetTopicAttributesCommand({ TopicArn: open });
      await expect(as('sender').send(look)).rejects.toMatchObject(denied);
      const create = new CreateTopicCommand({ Name: uniqueName('open') });
      await expect(as('sender').send(create)).rejects.toMatchObject(denied);
    });

    test('another account: denied, then allowed by AddPermission, for these actions alone', async () => {
      const TopicArn = await topic();
      await expect(publish('other', TopicArn)).rejects.toMatchObject(denied);
      const grant = { TopicArn, Label: 'l', AWSAccountId: [other], ActionName: ['Publish', 'Subscribe'] };
      await as('owner').send(new AddPermissionCommand(grant));
      await publish('other', TopicArn);
      await publish('owner', TopicArn);
      const remove = new DeleteTopicCommand({ TopicArn });
      await expect(as('other').send(remove)).rejects.toMatchObject(denied);

      const Endpoint = `arn:aws:sqs:us-east-1:${other}:q`;
      const command = new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint });
      const { SubscriptionArn } = await as('other').send(command);
      const look = new GetSubscriptionAttributesCommand({ SubscriptionArn });
      expect((await as('other').send(look)).Attributes).toMatchObject({ Owner: other });
      await as('other').send(new UnsubscribeCommand({ SubscriptionArn }));
    });

    test('a name in a request is of the account that it says', async () => {
      const TopicArn = await topic();
      const same = TopicArn.replace(owner, other);
      await expect(publish('other', same)).rejects.toMatchObject(refusal('NotFoundException'));
      await as('owner').send(new DeleteTopicCommand({ TopicArn }));
      await expect(publish('owner', TopicArn)).rejects.toMatchObject(refusal('NotFoundException'));
    });
  },
  { config },
);
