// Goal: what `limits: aws` refuses, and the relaxed profile does not.
import { CreateTopicCommand, SetSubscriptionAttributesCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { LocalSns } from '../../../../../test/support/local-sns.ts';

const FilterPolicy = '{"a":["b"]}';

async function subscribed(limits: 'relaxed' | 'aws', isFifo: boolean, Attributes: Record<string, string>) {
  const local = await LocalSns.start({ limits });
  const Name = isFifo ? 't.fifo' : 't';
  const made = await local.sns.send(
    new CreateTopicCommand({ Name, Attributes: isFifo ? { FifoTopic: 'true' } : {} }),
  );
  const subscribe = async (i: number, given = Attributes): Promise<string> => {
    const Endpoint = `arn:aws:sqs:us-east-1:000000000000:q${i}`;
    const command = { TopicArn: made.TopicArn, Protocol: 'sqs', Endpoint, Attributes: given };
    return (await local.sns.send(new SubscribeCommand(command))).SubscriptionArn!;
  };
  return { local, subscribe };
}

test.each([
  ['relaxed', undefined],
  ['aws', 'SubscriptionLimitExceededException'],
] as const)('a FIFO topic and its hundred subscriptions, %s', async (limits, refusal) => {
  const { local, subscribe } = await subscribed(limits, true, {});
  for (let i = 0; i < 100; i++) await subscribe(i);
  const name = await subscribe(100).then(
    () => undefined,
    (error: Error) => error.name,
  );
  expect(name).toBe(refusal);
  await local.close();
});

test('a topic and its two hundred filter policies; those that are there can be changed', async () => {
  const { local, subscribe } = await subscribed('aws', false, { FilterPolicy });
  let arn = '';
  for (let i = 0; i < 200; i++) arn = await subscribe(i);
  await expect(subscribe(200)).rejects.toThrow('filter policies');
  const other = await subscribe(201, {});
  const set = (SubscriptionArn: string, AttributeValue: string) =>
    local.sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn,
        AttributeName: 'FilterPolicy',
        AttributeValue,
      }),
    );
  await expect(set(other, FilterPolicy)).rejects.toThrow('filter policies');
  await set(arn, '{"a":["c"]}');
  await set(arn, '{}');
  await set(other, FilterPolicy);
  await local.close();
});
