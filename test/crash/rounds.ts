// One run of the crash suite: load, kill -9, start again, many times; then stop the load, compare the
// counters with a recount, and drain. Called by the short and the long suite; the daemon is a real process.
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRng } from '../../src/base/rng.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Received, SqsClient } from './client.ts';
import { Ledger } from './ledger.ts';
import { Load, type Queues } from './loads.ts';
import { Volatile } from './volatile.ts';

/** Longer than the leases of the load, so that nothing is held any more. */
const leasesOverMs = 2_500;

export interface Rounds {
  readonly rounds: number;
  readonly queueCells: number;
  /** Cells from the middle round on. */
  readonly queueCellsLater?: number;
  /** Makes bodies large, so that segments roll, are sealed and compacted between the kills. */
  readonly paddingBytes?: number;
  readonly seed: number;
}

export interface Verdict {
  readonly violations: readonly string[];
  readonly deliveryCount: number;
  readonly acknowledgedCount: number;
}

export async function runRounds(options: Rounds): Promise<Verdict> {
  const daemon = await startDaemon({ queueCells: options.queueCells, flags: ['--auth', 'none'] });
  const client = new SqsClient(daemon.endpoint);
  const ledger = new Ledger();
  try {
    const queues = await createQueues(client);
    const load = new Load(client, ledger, queues, options.paddingBytes ?? 0);
    load.start();
    await killAgainAndAgain(options, daemon, { client, ledger, load });
    load.isSending = false;
    await load.stop();
    await pause(leasesOverMs);
    await drain(client, ledger, queues);
    const acknowledgedCount = ledger.acknowledgedCount('');
    return { violations: ledger.violations, deliveryCount: ledger.deliveryCount, acknowledgedCount };
  } finally {
    client.close();
    await daemon.stop();
  }
}

interface Running {
  readonly client: SqsClient;
  readonly ledger: Ledger;
  readonly load: Load;
}

async function killAgainAndAgain(options: Rounds, daemon: Daemon, running: Running): Promise<void> {
  const { client, ledger, load } = running;
  const rng = new SeededRng(options.seed);
  for (let round = 0; round < options.rounds; round++) {
    load.progress = 0;
    const volatile = new Volatile(client, ledger, `volatile-${round % 2}`, round);
    await volatile.begin();
    const deleting = volatile.remake();
    await pause(100 + (rng.nextU32() % 700));
    await daemon.kill9();
    await deleting;
    if (load.progress === 0) ledger.violations.push(`round ${round}: no load reached the daemon`);
    const { queueCellsLater } = options;
    const isLater = queueCellsLater !== undefined && round >= options.rounds / 2;
    await daemon.restart(isLater ? { queueCells: queueCellsLater } : {});
    await volatile.verify();
  }
}

async function createQueues(client: SqsClient): Promise<Queues> {
  const dead = await client.createQueue('dead');
  const deadLetterTargetArn = 'arn:aws:sqs:us-east-1:000000000000:dead';
  return {
    dead,
    standard: await client.createQueue('standard'),
    fifo: await client.createQueue('ordered.fifo', { FifoQueue: 'true' }),
    source: await client.createQueue('source', {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
    }),
  };
}

/**
 * With everything at rest the counters must equal what a drain finds; then nothing acknowledged is missing.
 */
async function drain(client: SqsClient, ledger: Ledger, queues: Queues): Promise<void> {
  // What the source still has must first be given up, which takes a receive or two of each message.
  while ((await client.receive(queues.source, { MaxNumberOfMessages: 10, VisibilityTimeout: 0 })).length > 0);
  await pause(200);
  for (const [name, url] of Object.entries(queues))
    await drainQueue(client, ledger, name as keyof Queues, url);
  const prefixes = { standard: 'std-', fifo: 'fifo-', dead: 'dead-' };
  for (const [name, prefix] of Object.entries(prefixes)) {
    for (const body of ledger.open(prefix))
      ledger.violations.push(`${name}: ${body} was acknowledged and is lost`);
  }
}

async function drainQueue(client: SqsClient, ledger: Ledger, name: keyof Queues, url: string): Promise<void> {
  const [visible, leased, delayed] = await client.counts(url);
  const found = new Set<string>();
  let idle = 0;
  while (idle < 2) {
    const askedAt = ledger.now();
    const received = await client.receive(url, { MaxNumberOfMessages: 10, VisibilityTimeout: 600 });
    idle = received.length === 0 ? idle + 1 : 0;
    ledger.delivered(
      name,
      received.map((message) => message.Body),
      askedAt,
    );
    for (const message of received) await remove(client, ledger, url, message);
    for (const message of received) {
      if (found.has(message.Body))
        ledger.violations.push(`${name}: ${message.Body} came twice while it was drained`);
      found.add(message.Body);
    }
  }
  if (visible !== found.size || leased !== 0 || delayed !== 0) {
    ledger.violations.push(`${name}: counted ${visible}, ${leased}, ${delayed}, found ${found.size}`);
  }
  const after = await client.counts(url);
  if (after.some((count) => count !== 0))
    ledger.violations.push(`${name}: counted ${after.join(', ')} when empty`);
}

async function remove(client: SqsClient, ledger: Ledger, QueueUrl: string, message: Received): Promise<void> {
  ledger.deleting(message.Body);
  await client.call('DeleteMessage', { QueueUrl, ReceiptHandle: message.ReceiptHandle });
  ledger.deleted(message.Body);
}
