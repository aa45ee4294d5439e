// Big orders reach the owner's phone: event bus -> rule over the amount -> topic -> text message. No gateway
// is configured here, so the daemon records the texts, and its admin API shows them.
import {
  type EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { type Order, textAboveEur } from './orders.ts';

const ownerNumber = '+4915123456789';

export async function installAlarm(events: EventBridgeClient, sns: SNSClient): Promise<void> {
  const { TopicArn: topicArn } = await sns.send(new CreateTopicCommand({ Name: 'owner' }));
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sms', Endpoint: ownerNumber }));
  const pattern = { source: ['shop'], detail: { amountEur: [{ numeric: ['>', textAboveEur] }] } };
  await events.send(new PutRuleCommand({ Name: 'big-orders', EventPattern: JSON.stringify(pattern) }));
  const paths = { id: '$.detail.id', who: '$.detail.customer', amount: '$.detail.amountEur' };
  const text = '"Order <id>: <who> buys for <amount> EUR"';
  const target = {
    Id: 'owner',
    Arn: topicArn,
    InputTransformer: { InputPathsMap: paths, InputTemplate: text },
  };
  const put = await events.send(new PutTargetsCommand({ Rule: 'big-orders', Targets: [target] }));
  if (put.FailedEntryCount !== 0) throw new Error(`no target: ${JSON.stringify(put.FailedEntries)}`);
}

export async function announce(events: EventBridgeClient, order: Order): Promise<void> {
  const entry = { Source: 'shop', DetailType: 'order taken', Detail: JSON.stringify(order) };
  const put = await events.send(new PutEventsCommand({ Entries: [entry] }));
  if (put.FailedEntryCount !== 0) throw new Error(`not taken: ${JSON.stringify(put.Entries)}`);
}

/** The texts that the owner would have got. */
export async function recordedTexts(adminEndpoint: string): Promise<string[]> {
  const authorization = `Basic ${Buffer.from('test:test').toString('base64')}`;
  const answer = await fetch(`${adminEndpoint}/v1/recorded-messages`, { headers: { authorization } });
  if (!answer.ok) throw new Error(`recorded messages: ${answer.status} ${await answer.text()}`);
  const { messages } = (await answer.json()) as { messages: { kind: string; to: string[]; text: string }[] };
  return messages
    .filter(({ kind, to }) => kind === 'sms' && to.includes(ownerNumber))
    .map(({ text }) => (JSON.parse(text) as { text: string }).text);
}
