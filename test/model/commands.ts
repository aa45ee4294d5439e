// The commands of the model suite: each does one thing to the real broker and says what the answer has to be.
// Called by fast-check through queue.model.test.ts. Answers are judged in the order in which they were
// revealed; while commits are stalled they stay unjudged, and must stay hidden.
import type { AsyncCommand } from 'fast-check';
import type { LeaseRef, OutgoingMessage, PeekReply, Reply } from '../../src/broker/index.ts';
import type { NaiveMessage, NaiveQueue } from './naive-queue.ts';
import type { QueueName } from './scenario.ts';
import type { Asked, System } from './system.ts';
import { fail } from './world.ts';
import type { World } from './world.ts';

export type ModelCommand = AsyncCommand<World, System>;

/** What the commands on one queue share: its name, and that it exists. */
abstract class QueueAction implements ModelCommand {
  readonly queue: QueueName;
  constructor(queue: QueueName) {
    this.queue = queue;
  }
  check(world: Readonly<World>): boolean {
    return world.queues.has(this.queue);
  }
  abstract ask(world: World, system: System, queue: NaiveQueue): readonly Asked[] | Promise<readonly Asked[]>;
  async run(world: World, system: System): Promise<void> {
    await world.conclude(system, await this.ask(world, system, world.queues.get(this.queue) as NaiveQueue));
  }
  abstract toString(): string;
}

export interface SendSpec {
  readonly group: number;
  /** Undefined: an id that nobody else uses. */
  readonly dedupId: number | undefined;
  readonly delayMs: number | undefined;
}

/** One message or a batch; in ordered queues some of the ids were used before. */
export class Send extends QueueAction {
  readonly specs: readonly SendSpec[];
  constructor(queue: QueueName, specs: readonly SendSpec[]) {
    super(queue);
    this.specs = specs;
  }
  ask(world: World, system: System, queue: NaiveQueue): readonly Asked[] {
    const messages = this.specs.map((spec) => outgoing(queue, spec, world.nextBody()));
    if (system.isStalled) for (const { body } of messages) world.unseen.add(body as string);
    const asked = system.submit({ kind: 'send', entity: queue.entity, messages }, (reply) =>
      judgeSend(queue, messages, reply, system.clock.nowMs()),
    );
    const isChange = queue.settings.dedup === 'none' || this.specs.some((spec) => spec.dedupId === undefined);
    return [world.track(system, queue, asked, isChange)];
  }
  toString(): string {
    return `Send(${this.queue}, ${JSON.stringify(this.specs)})`;
  }
}

function outgoing(queue: NaiveQueue, spec: SendSpec, body: string): OutgoingMessage {
  const common = { body, attributes: [], sender: 'model' };
  if (queue.settings.ordering === 'none') return { ...common, delayMs: spec.delayMs };
  const dedupId = spec.dedupId === undefined ? body : `id${spec.dedupId}`;
  return { ...common, group: `g${spec.group}`, dedupId };
}

function judgeSend(
  queue: NaiveQueue,
  messages: readonly OutgoingMessage[],
  reply: Reply,
  nowMs: number,
): void {
  const { messages: answers } = expectKind(reply, 'sent');
  const wrong: string[] = [];
  if (answers.length !== messages.length) fail([`${answers.length} answers to ${messages.length} messages`]);
  messages.forEach((message, index) => {
    const sent = answers[index] as (typeof answers)[number];
    const key = queue.dedupKey(message.group, message.dedupId);
    const first = queue.firstOf(key, nowMs);
    if (sent.isDuplicate !== (first !== undefined)) wrong.push(`duplicate: ${sent.isDuplicate}`);
    if (first !== undefined) {
      const isSame = first.sent?.sequence === sent.sequence && first.sent.id === sent.id;
      if (first.sent !== undefined && !isSame)
        wrong.push('a duplicate was not answered as the first send was');
      return;
    }
    if (sent.sequence <= queue.lastSequence) wrong.push(`sequence ${sent.sequence} does not rise`);
    queue.lastSequence = Math.max(queue.lastSequence, sent.sequence);
    if (key !== undefined) queue.accepted.set(key, { atMs: nowMs, sent });
    const delayMs = message.delayMs ?? queue.settings.delayMs;
    queue.append({
      body: message.body as string,
      group: message.group,
      dedupId: message.dedupId,
      sequence: sent.sequence,
      origin: undefined,
      sentAtMs: nowMs,
      dueAtMs: nowMs + delayMs,
      receiveCount: 0,
      firstReceivedAtMs: 0,
      leasedUntilMs: 0,
      generation: 0,
    });
  });
  fail(wrong);
}

export class Receive extends QueueAction {
  readonly messagesMax: number;
  readonly leaseMs: number | undefined;
  constructor(queue: QueueName, messagesMax: number, leaseMs: number | undefined) {
    super(queue);
    this.messagesMax = messagesMax;
    this.leaseMs = leaseMs;
  }
  async ask(world: World, system: System, queue: NaiveQueue): Promise<readonly Asked[]> {
    const { messagesMax, leaseMs } = this;
    const { entity } = queue;
    /** What the receive had to give up on if it looked at everything. */
    let exhausted: readonly NaiveMessage[] = [];
    const received = system.submit({ kind: 'receive', entity, messagesMax, leaseMs, waitMs: 0 }, (reply) => {
      const spent = queue.available(system.clock.nowMs()).filter((message) => queue.isSpent(message));
      const count = judgeReceive(world, system, this.queue, { messagesMax, leaseMs, reply });
      exhausted = count < messagesMax ? spent : [];
    });
    const asked = [world.track(system, queue, received, false)];
    if (queue.settings.deadLetter === undefined) return asked;
    // What a receive gives up on is not in its answer: a look right behind it shows what has gone. Queries do
    // not queue up behind a receive that is parked for its pages, so that one has to be decided first.
    if (system.isParking) await system.turns(10);
    const looked = system.query({ kind: 'peek', entity, view: 'all', after: 0, limit: 1_000 }, (reply) =>
      judgeGivenUp(world, this.queue, { reply, exhausted, nowMs: system.clock.nowMs() }),
    );
    return [...asked, world.track(system, queue, looked, false)];
  }
  toString(): string {
    return `Receive(${this.queue}, max ${this.messagesMax}, lease ${this.leaseMs})`;
  }
}

interface ReceiveJudged {
  readonly messagesMax: number;
  readonly leaseMs: number | undefined;
  readonly reply: Reply;
}

function judgeReceive(world: World, system: System, name: QueueName, judged: ReceiveJudged): number {
  const queue = world.queues.get(name) as NaiveQueue;
  const { deliveries } = expectKind(judged.reply, 'received');
  const leaseMs = judged.leaseMs ?? queue.settings.leaseMs;
  fail(queue.receive(deliveries, judged.messagesMax, leaseMs, system.clock.nowMs()));
  for (const delivery of deliveries) world.remember(queue.entity, delivery);
  return deliveries.length;
}

interface GivenUpJudged {
  readonly reply: Reply;
  readonly exhausted: readonly NaiveMessage[];
  readonly nowMs: number;
}

/** Only messages that reached the limit may have gone, and all of them where the receive saw everything. */
function judgeGivenUp(world: World, name: QueueName, judged: GivenUpJudged): void {
  const queue = world.queues.get(name) as NaiveQueue;
  const view: PeekReply = expectKind(judged.reply, 'peeked');
  const isThere = (message: NaiveMessage): boolean =>
    view.messages.some((one) => one.sequence === message.sequence && one.state !== 'moving');
  const gone = queue.messages.filter((message) => !isThere(message));
  const wrong = gone
    // A body that is not committed yet cannot be looked at.
    .filter((message) => !world.unseen.has(message.body))
    .filter((message) => !queue.isSpent(message) || queue.state(message, judged.nowMs) !== 'ready')
    .map((message) => `${name}: ${message.body} went away after ${message.receiveCount} receives`);
  for (const message of judged.exhausted) {
    if (isThere(message))
      wrong.push(`${name}: ${message.body} was received beyond its limit and is still there`);
  }
  fail(wrong);
  world.giveUp(
    name,
    gone.filter((message) => !world.unseen.has(message.body)),
  );
}

/** A receive that waits; answered by itself, when something comes or at its deadline. */
export class LongPoll extends QueueAction {
  readonly messagesMax: number;
  readonly waitMs: number;
  constructor(queue: QueueName, messagesMax: number, waitMs: number) {
    super(queue);
    this.messagesMax = messagesMax;
    this.waitMs = waitMs;
  }
  override check(world: Readonly<World>): boolean {
    // Giving up is not in the answer either, and nothing can look right behind an answer that comes by
    // itself.
    const queue = world.queues.get(this.queue);
    return queue !== undefined && queue.settings.deadLetter === undefined && world.waiters.length < 4;
  }
  override async run(world: World, system: System): Promise<void> {
    const queue = world.queues.get(this.queue) as NaiveQueue;
    const { messagesMax, waitMs } = this;
    const deadlineMs = system.clock.nowMs() + waitMs;
    const asked = system.submit({ kind: 'receive', entity: queue.entity, messagesMax, waitMs }, (reply) => {
      if (reply.kind !== 'error') return this.#judge(world, system, reply, deadlineMs);
      const isGone = world.queues.get(this.queue) !== queue && reply.error.code === 'queue_not_found';
      const isUndone = system.isClosing || (system.isFailing && reply.error.isRetryable);
      if (!isGone && !isUndone) fail([`${this.queue}: a wait ended with ${reply.error.code}`]);
    });
    world.waiters.push({ queue: this.queue, deadlineMs, asked });
    world.track(system, queue, asked, false);
    await world.conclude(system, []);
  }
  override ask(): readonly Asked[] {
    return [];
  }
  #judge(world: World, system: System, reply: Reply, deadlineMs: number): void {
    const isEmpty = reply.kind === 'received' && reply.deliveries.length === 0;
    if (isEmpty && system.clock.nowMs() < deadlineMs) {
      fail([`${this.queue}: a wait ended with nothing before its time`]);
    }
    if (!isEmpty) {
      // What it waited for may have come from another queue.
      const queue = world.queues.get(this.queue) as NaiveQueue;
      for (const delivery of expectKind(reply, 'received').deliveries) {
        if (queue.find(delivery) === undefined)
          fail(world.arrive(this.queue, delivery, system.clock.nowMs()));
      }
      judgeReceive(world, system, this.queue, { messagesMax: this.messagesMax, leaseMs: undefined, reply });
    }
  }
  toString(): string {
    return `LongPoll(${this.queue}, max ${this.messagesMax}, wait ${this.waitMs})`;
  }
}

/** Lets the commits go on and judges what comes out. */
export async function release(world: World, system: System): Promise<void> {
  system.release();
  await world.conclude(system, []);
}

/** The client of a waiting receive goes away: nothing may be leased to it any more. */
export class Withdraw implements ModelCommand {
  check(world: Readonly<World>): boolean {
    return world.waiters.length > 0;
  }
  async run(world: World, system: System): Promise<void> {
    // A lease that is decided and not committed yet goes back later: reveal.test.ts has that case.
    if (system.isStalled) await release(world, system);
    const [waiter] = world.waiters.splice(0, 1);
    if (waiter !== undefined) system.withdraw(waiter.asked);
    await world.conclude(system, []);
  }
  toString(): string {
    return 'Withdraw()';
  }
}

export class Settle extends QueueAction {
  readonly pick: number;
  readonly count: number;
  constructor(queue: QueueName, pick: number, count: number) {
    super(queue);
    this.pick = pick;
    this.count = count;
  }
  ask(world: World, system: System, queue: NaiveQueue): readonly Asked[] {
    const leases = pickLeases(world, queue, this.pick, this.count);
    if (leases.length === 0) return [];
    const asked = system.submit({ kind: 'settle', entity: queue.entity, leases }, (reply) => {
      const { outcomes } = expectKind(reply, 'outcomes');
      leases.forEach((lease, index) => {
        const message = queue.find(lease);
        const isHeld =
          message?.generation === lease.generation && queue.state(message, system.clock.nowMs()) === 'leased';
        const code = outcomes[index]?.code;
        // An unordered queue takes any lease that ever was; an ordered one only the lease that still holds.
        const isOrdered = queue.settings.ordering === 'group';
        if (!isOrdered && code !== undefined) fail([`settle was refused: ${code}`]);
        if (isOrdered && isHeld && code !== undefined) fail([`settle of a held lease was refused: ${code}`]);
        if (isOrdered && message !== undefined && !isHeld && code !== 'lease_expired') {
          fail([`settle of an ended lease was answered with ${code}`]);
        }
        if (message !== undefined && (isHeld || !isOrdered)) queue.remove(message);
      });
    });
    return [world.track(system, queue, asked, false)];
  }
  toString(): string {
    return `Settle(${this.queue}, ${this.pick}, ${this.count})`;
  }
}

/** Leases of a queue, newest first, from the `pick`th on. */
function pickLeases(world: World, queue: NaiveQueue, pick: number, count: number) {
  const own = world.handedOut.filter((lease) => lease.entity === queue.entity).toReversed();
  const picked = own.slice(pick % Math.max(own.length, 1), (pick % Math.max(own.length, 1)) + count);
  return picked.map(({ sequence, generation }) => ({ sequence, generation }));
}

/** Several leases at once, each to a deadline of its own. */
export class ChangeLease extends QueueAction {
  readonly changes: readonly { readonly pick: number; readonly leaseMs: number }[];
  constructor(queue: QueueName, changes: readonly { readonly pick: number; readonly leaseMs: number }[]) {
    super(queue);
    this.changes = changes;
  }
  ask(world: World, system: System, queue: NaiveQueue): readonly Asked[] {
    const leases = this.changes.flatMap(({ pick, leaseMs }) =>
      pickLeases(world, queue, pick, 1).map((lease) => ({ ...lease, leaseMs })),
    );
    if (leases.length === 0) return [];
    const asked = system.submit({ kind: 'changeLease', entity: queue.entity, leases }, (reply) => {
      const { outcomes } = expectKind(reply, 'outcomes');
      leases.forEach((change, i) => judgeChange(queue, change, outcomes[i]?.code, system.clock.nowMs()));
    });
    return [world.track(system, queue, asked, false)];
  }
  toString(): string {
    return `ChangeLease(${this.queue}, ${JSON.stringify(this.changes)})`;
  }
}

type LeaseChange = LeaseRef & { readonly leaseMs: number };

function judgeChange(queue: NaiveQueue, change: LeaseChange, code: string | undefined, nowMs: number): void {
  const message = queue.find(change);
  const state = message === undefined ? undefined : queue.state(message, nowMs);
  const isHeld = state === 'leased' && message?.generation === change.generation;
  // An unordered message may be hidden and shown by whoever once held it.
  const isTheirs = (state === 'leased' || state === 'ready') && queue.settings.ordering === 'none';
  const isAllowed = isHeld || isTheirs;
  if (isAllowed !== (code === undefined)) fail([`changing a lease of a ${state} message: ${code}`]);
  if (message === undefined || !isAllowed) return;
  message.leasedUntilMs = nowMs + change.leaseMs;
  if (state === 'ready') message.generation = change.generation;
}

export class Purge extends QueueAction {
  ask(world: World, system: System, queue: NaiveQueue): readonly Asked[] {
    const asked = system.submit({ kind: 'purge', entity: queue.entity }, (reply) => {
      expectKind(reply, 'done');
      queue.messages = [];
      queue.accepted.clear();
      // What is on its way is still in its place, and goes with the rest.
      world.moving = world.moving.filter((one) => one.from !== this.queue);
    });
    return [world.track(system, queue, asked, false)];
  }
  toString(): string {
    return `Purge(${this.queue})`;
  }
}

export function expectKind<K extends Reply['kind']>(reply: Reply, kind: K): Extract<Reply, { kind: K }> {
  if (reply.kind !== kind) throw new Error(`${kind} was to be answered, came ${JSON.stringify(reply)}`);
  return reply as Extract<Reply, { kind: K }>;
}
