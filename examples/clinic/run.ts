// The clinic: a doctor publishes what she does, three desks get what concerns them, each by a filter policy
// of its own. In the middle a worker and the daemon are killed with -9. At the end every book is compared
// with what was acknowledged. Run it with: sh examples/clinic/run.sh
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ExampleDaemon } from '../common/daemon.ts';
import { say, tell, until } from '../common/story.ts';
import { type Action, dayOfActions, type Desk, desks } from './world.ts';

const actionCount = 150;
const killWorkerAt = 50;
const killDaemonAt = 90;
/** How long a killed worker's messages stay hidden. */
const visibilitySeconds = 2;
const patienceMs = 30_000;

const daemon = new ExampleDaemon();
const workers = new Map<string, ChildProcess>();
process.once('exit', () => workers.forEach((worker) => worker.kill('SIGKILL')));

interface OpenDesk extends Desk {
  readonly queueUrl: string;
  readonly book: string;
}

await tell(async () => {
  await daemon.start();
  say(`The clinic opens: a daemon at ${daemon.endpoint}.`);
  const sqs = new SQSClient(daemon.clientConfig);
  const sns = new SNSClient({ ...daemon.clientConfig, maxAttempts: 1 });
  const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'doctor-actions' }));
  const opened: OpenDesk[] = [];
  for (const desk of desks) opened.push(await openDesk({ sns, sqs, topicArn, desk }));
  for (const desk of opened) startWorker(desk);

  const actions = dayOfActions(actionCount);
  for (const [i, action] of actions.entries()) {
    if (i === killWorkerAt) await replaceWorker(opened[1]);
    // Not awaited: the doctor goes on while the daemon lies dead, and finds it again by trying.
    if (i === killDaemonAt) void crash();
    await publish(sns, topicArn, action);
  }
  say(`The doctor is done: ${actions.length} actions, each acknowledged.`);

  await until('the books to be complete', patienceMs, () =>
    opened.every((desk) => isComplete(desk, actions)),
  );
  await until('the queues to be empty', patienceMs, async () => {
    const counts = await Promise.all(opened.map((desk) => messagesLeft(sqs, desk)));
    return counts.every((count) => count === 0);
  });
  for (const desk of opened) say(proof(desk, actions));
  for (const worker of workers.values()) worker.kill('SIGKILL');
  await daemon.stop();
  say('Nothing was lost.');
});

interface Opening {
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly topicArn: string;
  readonly desk: Desk;
}

async function openDesk({ sns, sqs, topicArn, desk }: Opening): Promise<OpenDesk> {
  const attributes = { VisibilityTimeout: String(visibilitySeconds) };
  const created = await sqs.send(new CreateQueueCommand({ QueueName: desk.name, Attributes: attributes }));
  const subscription = {
    TopicArn: topicArn,
    Protocol: 'sqs',
    Endpoint: `arn:aws:sqs:us-east-1:000000000000:${desk.name}`,
    Attributes: { FilterPolicy: JSON.stringify(desk.filterPolicy), RawMessageDelivery: 'true' },
  };
  await sns.send(new SubscribeCommand(subscription));
  say(`  ${desk.name} listens for ${subscription.Attributes.FilterPolicy}`);
  return { ...desk, queueUrl: created.QueueUrl ?? '', book: join(daemon.directory, `${desk.name}.book`) };
}

function startWorker({ name, queueUrl, book }: OpenDesk): void {
  const program = join(import.meta.dirname, 'worker.ts');
  const args = ['--disable-warning=ExperimentalWarning', program, daemon.endpoint, queueUrl, book];
  workers.set(name, spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
}

/** Killed with a message in its hands, which comes back when its visibility timeout is over. */
async function replaceWorker(desk: OpenDesk | undefined): Promise<void> {
  const worker = workers.get(desk?.name ?? '');
  if (desk === undefined || worker === undefined) throw new Error('there is no such worker');
  await once(worker, 'message', { signal: AbortSignal.timeout(patienceMs) });
  worker.kill('SIGKILL');
  startWorker(desk);
  say(`The worker of ${desk.name} was killed with -9 at work; another one takes its place.`);
}

async function crash(): Promise<void> {
  await daemon.kill();
  say('The daemon was killed with -9, and starts again on the same data.');
  await daemon.start();
}

/** Until it is acknowledged: what was not may or may not have happened, as with every broker. */
async function publish(sns: SNSClient, topicArn: string, action: Action): Promise<void> {
  const command = new PublishCommand({
    TopicArn: topicArn,
    Message: JSON.stringify(action),
    MessageAttributes: {
      kind: { DataType: 'String', StringValue: action.kind },
      price: { DataType: 'Number', StringValue: String(action.priceEur) },
    },
  });
  const endMs = Date.now() + patienceMs;
  for (;;) {
    try {
      await sns.send(command);
      return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
      await sleep(50);
    }
  }
}

function linesOf({ book }: OpenDesk): string[] {
  return existsSync(book) ? readFileSync(book, 'utf8').split('\n').slice(0, -1) : [];
}

function isComplete(desk: OpenDesk, actions: readonly Action[]): boolean {
  const written = new Set(linesOf(desk));
  return actions.every((action) => !desk.wants(action) || written.has(action.id));
}

async function messagesLeft(sqs: SQSClient, { queueUrl }: OpenDesk): Promise<number> {
  const { Attributes: counts = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  return (
    Number(counts['ApproximateNumberOfMessages']) + Number(counts['ApproximateNumberOfMessagesNotVisible'])
  );
}

/** Throws for a line that does not belong there. */
function proof(desk: OpenDesk, actions: readonly Action[]): string {
  const wanted = new Set(actions.filter((action) => desk.wants(action)).map(({ id }) => id));
  const lines = linesOf(desk);
  const strange = lines.find((id) => !wanted.has(id));
  if (strange !== undefined)
    throw new Error(`${desk.name} got ${strange}, which its policy does not ask for`);
  const missing = [...wanted].filter((id) => !lines.includes(id));
  if (missing.length > 0) throw new Error(`${desk.name} misses ${missing.join(', ')}`);
  const twice = lines.length - wanted.size;
  const came = `${wanted.size} of ${wanted.size} came`;
  return `  ${desk.name}: ${came}, ${twice} more than once, none by mistake`;
}
