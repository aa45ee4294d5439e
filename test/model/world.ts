// What the model suite believes: the naive queues, the answers that are still out, the messages on their way
// between queues. Called by the commands; `conclude` ends each of them by comparing belief and broker whole.
import type {
  LeaseRef,
  MoveTask,
  PeekReply,
  PeekedMessage,
  QueueStats,
  Reply,
} from '../../src/broker/index.ts';
import type { NaiveMessage, NaiveQueue } from './naive-queue.ts';
import type { QueueName } from './scenario.ts';
import type { Asked, System } from './system.ts';

interface Moving {
  readonly message: NaiveMessage;
  readonly from: QueueName;
  readonly to: QueueName;
  /** Redriven messages start anew; dead letters keep their counts. */
  readonly isRedrive: boolean;
}

interface HandedOut extends LeaseRef {
  readonly entity: number;
}

/** Of a look or of a delivery. */
type Found = Pick<PeekedMessage, 'sequence' | 'message'>;

/** A move task that has ended, and the queue that it emptied. */
interface Redrive {
  readonly queue: QueueName;
  readonly task: MoveTask;
}

export interface Waiter {
  readonly queue: QueueName;
  readonly deadlineMs: number;
  readonly asked: Asked;
}

export class World {
  readonly queues = new Map<QueueName, NaiveQueue>();
  pending: Asked[] = [];
  waiters: Waiter[] = [];
  /** Cells with a change that is decided and cannot be committed yet. */
  readonly dirtyCells = new Set<number>();
  /** Submitted after such a change in their cell: they must not be answered before it is committed. */
  readonly mustHide = new Set<Asked>();
  /** Bodies sent since commits are stalled: a look at the queue does not show them. */
  readonly unseen = new Set<string>();
  moving: Moving[] = [];
  /** Leases handed out lately, by incarnation. */
  handedOut: HandedOut[] = [];
  #bodyCount = 0;

  /** After a crash: whoever had no answer yet gets none any more. */
  forgetUnanswered(): void {
    this.pending = [];
    this.waiters = [];
    this.mustHide.clear();
    this.dirtyCells.clear();
    this.unseen.clear();
  }

  nextBody(): string {
    return `m${++this.#bodyCount}`;
  }

  remember(entity: number, { sequence, generation }: LeaseRef): void {
    this.handedOut.push({ entity, sequence, generation });
    if (this.handedOut.length > 64) this.handedOut.shift();
  }

  /** Marks what rests on an uncommitted change; `isChange` when the command is surely one itself. */
  track(system: System, queue: NaiveQueue, asked: Asked, isChange: boolean): Asked {
    if (system.isStalled && isChange) this.dirtyCells.add(queue.cell);
    if (this.dirtyCells.has(queue.cell)) this.mustHide.add(asked);
    return asked;
  }

  /** Waits for the answers (or, while commits are stalled, makes sure that there are none), then compares. */
  async conclude(system: System, asked: readonly Asked[]): Promise<void> {
    this.pending.push(...asked);
    if (system.isStalled) {
      await system.turns(3);
      const leaked = this.pending.filter((one) => one.reply !== undefined && this.mustHide.has(one));
      fail(leaked.map((one) => `revealed before the commit: ${JSON.stringify(one.reply)}`));
      this.judge(system);
      return;
    }
    await system.answers(this.pending);
    this.judge(system);
    await system.quiet();
    this.judge(system);
    this.pending = [];
    this.mustHide.clear();
    this.dirtyCells.clear();
    await this.compare(system);
    this.unseen.clear();
  }

  /** Judges what was revealed, in the order in which it was. */
  judge(system: System): void {
    const revealed = system.revealed;
    system.revealed = [];
    for (const asked of revealed) {
      this.waiters = this.waiters.filter((waiter) => waiter.asked !== asked);
      asked.judge(asked.reply as Reply);
    }
  }

  /** Belief and broker, whole: every message, its state, its count; the counters; nobody waits in vain. */
  async compare(system: System, redrive?: Redrive): Promise<void> {
    const nowMs = system.clock.nowMs();
    const views = new Map<QueueName, readonly PeekedMessage[]>();
    for (const [name, queue] of this.queues) {
      queue.messages = queue.messages.filter((one) => one.sentAtMs + queue.settings.retentionMs > nowMs);
      views.set(name, await peekAll(system, queue.entity));
    }
    const wrong: string[] = [];
    for (const [name, view] of views) wrong.push(...this.#findMissing(name, view, nowMs, redrive));
    for (const [name, view] of views) wrong.push(...this.#findArrivals(name, view, nowMs));
    for (const { message, from, to } of this.moving)
      wrong.push(`${message.body} was lost from ${from} to ${to}`);
    for (const [name, queue] of this.queues) {
      for (const message of views.get(name) ?? []) wrong.push(...compareMessage(name, queue, message, nowMs));
      wrong.push(...(await compareCounters(system, name, queue, nowMs)));
    }
    if (redrive?.task.status === 'completed') {
      const left = this.queues.get(redrive.queue)?.available(nowMs).length ?? 0;
      if (left > 0) wrong.push(`${redrive.queue}: a completed move left ${left} messages behind`);
    }
    for (const waiter of this.waiters) {
      const open = this.queues.get(waiter.queue)?.available(nowMs).length ?? 0;
      if (open > 0) wrong.push(`somebody waits on ${waiter.queue}, where ${open} messages are available`);
      if (waiter.deadlineMs <= nowMs) wrong.push(`somebody waits on ${waiter.queue} beyond the deadline`);
    }
    fail(wrong);
  }

  /** What the broker does not have any more: on its way by the redrive, or lost. */
  #findMissing(name: QueueName, view: readonly PeekedMessage[], nowMs: number, redrive?: Redrive): string[] {
    const queue = this.queues.get(name) as NaiveQueue;
    const wrong: string[] = [];
    for (const message of queue.messages) {
      if (view.some((one) => one.sequence === message.sequence && one.state !== 'moving')) continue;
      const isReady = queue.state(message, nowMs) === 'ready';
      if (isReady && this.unseen.has(message.body) && queue.isSpent(message)) {
        this.giveUp(name, [message]);
      } else if (isReady && redrive?.queue === name && message.origin !== undefined) {
        this.moving.push({ message, from: name, to: message.origin, isRedrive: true });
        queue.remove(message);
      } else {
        wrong.push(`${name}: ${message.body} (${message.sequence}) was acknowledged and is lost`);
      }
    }
    return wrong;
  }

  /** A receive gave up on these: they leave for the dead-letter queue. */
  giveUp(name: QueueName, messages: readonly NaiveMessage[]): void {
    const queue = this.queues.get(name) as NaiveQueue;
    const to = queue.settings.deadLetter?.target.name as QueueName;
    for (const message of messages) {
      this.moving.push({ message, from: name, to, isRedrive: false });
      queue.remove(message);
    }
  }

  #findArrivals(name: QueueName, view: readonly PeekedMessage[], nowMs: number): string[] {
    const queue = this.queues.get(name) as NaiveQueue;
    const wrong: string[] = [];
    for (const peeked of view) {
      if (queue.messages.some((one) => one.sequence === peeked.sequence) || peeked.state === 'moving')
        continue;
      wrong.push(...this.arrive(name, peeked, nowMs));
    }
    return wrong;
  }

  /**
   * A message turned up in a queue that it was not sent to: it has to be on its way there, and next in line.
   */
  arrive(name: QueueName, found: Found, nowMs: number): string[] {
    const queue = this.queues.get(name) as NaiveQueue;
    const body = found.message.bodyText();
    this.#giveUpUnseen(name, body, nowMs);
    const index = this.moving.findIndex((one) => one.to === name && one.message.body === body);
    if (index < 0) return [`${name}: ${body} (${found.sequence}) came from nowhere`];
    const [moving] = this.moving.splice(index, 1) as [Moving];
    const { group } = moving.message;
    const overtaken = this.moving
      .slice(0, index)
      .find((one) => one.to === name && one.message.group === group);
    const message = arrived(moving, found, nowMs);
    queue.append(message);
    // It takes its id in the new queue when that is free, and comes in any case.
    const key = queue.dedupKey(group, message.dedupId);
    const atMs = found.message.sentAtMs;
    if (key !== undefined && queue.firstOf(key, atMs) === undefined) {
      queue.accepted.set(key, { atMs, sent: undefined });
    }
    if (queue.settings.ordering === 'none' || overtaken === undefined) return [];
    return [`${name}: ${body} overtook ${overtaken.message.body} on the way`];
  }

  /** It may arrive before the look at its source that shows that it has left. */
  #giveUpUnseen(target: QueueName, body: string, nowMs: number): void {
    for (const [name, queue] of this.queues) {
      if (queue.settings.deadLetter?.target.name !== target) continue;
      const left = queue.messages.filter((one) => one.body === body && queue.isSpent(one));
      this.giveUp(
        name,
        left.filter((one) => queue.state(one, nowMs) === 'ready'),
      );
    }
  }
}

/**
 * A message as it is after its move. An ordered queue counts retention anew, an unordered one from the first
 * send.
 */
function arrived(moving: Moving, found: Found, nowMs: number): NaiveMessage {
  const { message, isRedrive, from } = moving;
  const isOrdered = message.group !== undefined;
  return {
    ...message,
    // A dead letter is deduplicated by its own id.
    dedupId: isRedrive || message.dedupId === undefined ? message.dedupId : found.message.id,
    sequence: found.sequence,
    origin: isRedrive ? undefined : from,
    sentAtMs: isRedrive ? found.message.sentAtMs : isOrdered ? nowMs : message.sentAtMs,
    dueAtMs: 0,
    receiveCount: isRedrive ? 0 : message.receiveCount,
    firstReceivedAtMs: isRedrive ? 0 : message.firstReceivedAtMs,
    leasedUntilMs: 0,
    generation: 0,
  };
}

function compareMessage(name: string, queue: NaiveQueue, peeked: PeekedMessage, nowMs: number): string[] {
  const message = queue.messages.find((one) => one.sequence === peeked.sequence);
  if (message === undefined) return [];
  const wrong: string[] = [];
  const expect = (what: string, actual: unknown, expected: unknown): void => {
    if (actual !== expected) wrong.push(`${name}: ${message.body}: ${what} is ${actual}, not ${expected}`);
  };
  expect('state', peeked.state, queue.state(message, nowMs));
  expect('receive count', peeked.receiveCount, message.receiveCount);
  expect('body', peeked.message.bodyText(), message.body);
  expect('group', peeked.message.group, message.group);
  expect('dedup id', peeked.message.dedupId, message.dedupId);
  expect('send time', peeked.message.sentAtMs, message.sentAtMs);
  expect('origin', peeked.message.origin?.name, message.origin);
  return wrong;
}

async function compareCounters(
  system: System,
  name: string,
  queue: NaiveQueue,
  nowMs: number,
): Promise<string[]> {
  const stats = await ask<QueueStats>(system, { kind: 'queueStats', entity: queue.entity });
  const wrong: string[] = [];
  for (const state of ['ready', 'leased', 'delayed'] as const) {
    const actual = stats[`${state}Count`];
    const recount = queue.count(state, nowMs);
    if (actual !== recount)
      wrong.push(`${name}: ${actual} messages are counted as ${state}, there are ${recount}`);
  }
  return wrong;
}

async function peekAll(system: System, entity: number): Promise<readonly PeekedMessage[]> {
  const found: PeekedMessage[] = [];
  let after = 0;
  for (let pages = 0; pages < 1_000; pages++) {
    const reply = await ask<PeekReply>(system, { kind: 'peek', entity, view: 'all', after, limit: 20 });
    found.push(...reply.messages);
    if (reply.next === undefined) return found;
    after = reply.next;
  }
  throw new Error('peek never came to its end');
}

async function ask<R extends Reply>(system: System, query: Parameters<System['query']>[0]): Promise<R> {
  const asked = system.query(query, () => {});
  await system.answers([asked]);
  system.revealed = system.revealed.filter((one) => one !== asked);
  const reply = asked.reply as Reply;
  if (reply.kind === 'error') throw new Error(`${query.kind}: ${reply.error.code}: ${reply.error.message}`);
  return reply as R;
}

export function fail(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}
