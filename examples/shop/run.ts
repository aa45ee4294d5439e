// The shop: orders in a FIFO queue, in order per customer; one that cannot be shipped goes aside and comes
// back by redrive; and the owner gets a text for each order above an amount. Run it with:
// sh examples/shop/run.sh
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ExampleDaemon } from '../common/daemon.ts';
import { say, tell, until } from '../common/story.ts';
import { announce, installAlarm, recordedTexts } from './alarm.ts';
import { type Order, orders, textAboveEur, unknownArticle } from './orders.ts';
import { openQueues, readyCount, redrive, work } from './queues.ts';

const patienceMs = 20_000;
const daemon = new ExampleDaemon();
const shipped: Order[] = [];
const catalogue = new Set(['lamp', 'desk', 'chair', 'sofa']);

await tell(async () => {
  await daemon.start();
  say(`The shop opens: a daemon at ${daemon.endpoint}.`);
  const sqs = new SQSClient(daemon.clientConfig);
  const events = new EventBridgeClient(daemon.clientConfig);
  const queues = await openQueues(sqs);
  await installAlarm(events, new SNSClient(daemon.clientConfig));

  for (const order of orders) {
    const body = JSON.stringify(order);
    await sqs.send(
      new SendMessageCommand({ QueueUrl: queues.url, MessageBody: body, MessageGroupId: order.customer }),
    );
    await announce(events, order);
  }
  say(`${orders.length} orders were taken.`);

  const normal = orders.filter(({ article }) => article !== unknownArticle);
  await until('the orders that can be shipped', patienceMs, async () => {
    await work(sqs, queues.url, ship);
    return shipped.length >= normal.length;
  });
  expectSame('shipped orders by customer', byCustomer(shipped), byCustomer(normal));
  say(`  ${shipped.length} were shipped, each customer's in order.`);
  await until('the order put aside', patienceMs, async () => (await readyCount(sqs, queues.deadUrl)) === 1);
  say(`  One waits among the dead letters: nobody knows what a ${unknownArticle} is.`);

  catalogue.add(unknownArticle);
  await redrive(sqs, queues);
  await until('the redriven order', patienceMs, async () => {
    await work(sqs, queues.url, ship);
    return shipped.length >= orders.length;
  });
  expectSame('all orders', shipped.map(({ id }) => id).sort(), orders.map(({ id }) => id).sort());
  say('  The catalogue learned it, the order was redriven and shipped.');

  const expected = orders.filter(({ amountEur }) => amountEur > textAboveEur).map(textOf);
  const texts = (): Promise<string[]> => recordedTexts(daemon.adminEndpoint);
  await until('the texts', patienceMs, async () => (await texts()).length >= expected.length);
  expectSame('texts to the owner', (await texts()).sort(), [...expected].sort());
  for (const text of await texts()) say(`  Text to the owner: ${text}`);
  await daemon.stop();
  say('Every order was shipped once, and every big one was told.');
});

function ship(order: Order): boolean {
  if (!catalogue.has(order.article)) return false;
  shipped.push(order);
  return true;
}

/** A rule's text template makes a JSON string: its quotes are part of what is texted, as on AWS. */
function textOf({ id, customer, amountEur }: Order): string {
  return `"Order ${id}: ${customer} buys for ${amountEur} EUR"`;
}

/** Ids in order, for each customer. */
function byCustomer(list: readonly Order[]): string[] {
  const customers = [...new Set(list.map(({ customer }) => customer))].sort();
  return customers.map((name) =>
    list
      .filter(({ customer }) => customer === name)
      .map(({ id }) => id)
      .join(' '),
  );
}

function expectSame(what: string, found: readonly string[], expected: readonly string[]): void {
  const [is, shouldBe] = [JSON.stringify(found), JSON.stringify(expected)];
  if (is !== shouldBe) throw new Error(`${what}: ${is} instead of ${shouldBe}`);
}
