// The commands of the model suite that are not about one message: time, the ends and beginnings of queues, of
// commits and of the whole process. Called by fast-check through queue.model.test.ts.
import type { MoveReply, MovesReply, Reply } from '../../src/broker/index.ts';
import { expectKind, release } from './commands.ts';
import type { ModelCommand } from './commands.ts';
import { NaiveQueue } from './naive-queue.ts';
import { resourceName, settingsOf } from './scenario.ts';
import type { QueueName } from './scenario.ts';
import type { System } from './system.ts';
import { fail } from './world.ts';
import type { World } from './world.ts';

export class Tick implements ModelCommand {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  check(): boolean {
    return true;
  }
  async run(world: World, system: System): Promise<void> {
    // A decision is made at the time of its submission: what waits for a commit has to get there first.
    if (system.isStalled) await release(world, system);
    system.clock.advance(this.ms);
    await system.quiet();
    await world.conclude(system, []);
  }
  toString(): string {
    return `Tick(${this.ms})`;
  }
}

export async function createQueue(world: World, system: System, name: QueueName): Promise<void> {
  const settings = settingsOf[name];
  const command = {
    kind: 'createQueue',
    name: resourceName(name),
    settings,
    annotations: {},
    tags: {},
  } as const;
  const asked = system.submit(command, (reply) => {
    const { definition, isCreated } = expectKind(reply, 'catalog');
    if (!isCreated) fail([`${name} was there already`]);
    for (const other of world.queues.values()) {
      if (other.entity === definition.entity) fail([`${name} got the incarnation of another queue`]);
    }
    const target = settings.deadLetter?.target.name as QueueName | undefined;
    const hasTarget = (): boolean => target !== undefined && world.queues.has(target);
    world.queues.set(name, new NaiveQueue(definition, settings, hasTarget));
  });
  await world.conclude(system, [asked]);
}

/** Deletes a queue; `isRemade`: and makes it again at once, under the same name, with nothing in it. */
export class DeleteQueue implements ModelCommand {
  readonly queue: QueueName;
  readonly isRemade: boolean;
  constructor(queue: QueueName, isRemade: boolean) {
    this.queue = queue;
    this.isRemade = isRemade;
  }
  check(world: Readonly<World>): boolean {
    return world.queues.has(this.queue);
  }
  async run(world: World, system: System): Promise<void> {
    if (system.isStalled) await release(world, system);
    const queue = world.queues.get(this.queue) as NaiveQueue;
    // Deleted for those who wait on it as soon as they are told; so it is here.
    world.queues.delete(this.queue);
    const asked = system.submit({ kind: 'deleteQueue', entity: queue.entity }, (reply) => {
      expectKind(reply, 'catalog');
    });
    await world.conclude(system, [asked]);
    if (this.isRemade) await createQueue(world, system, this.queue);
  }
  toString(): string {
    return `DeleteQueue(${this.queue}${this.isRemade ? ', and again' : ''})`;
  }
}

export class CreateQueue implements ModelCommand {
  readonly queue: QueueName;
  constructor(queue: QueueName) {
    this.queue = queue;
  }
  check(world: Readonly<World>): boolean {
    return !world.queues.has(this.queue);
  }
  async run(world: World, system: System): Promise<void> {
    if (system.isStalled) await release(world, system);
    await createQueue(world, system, this.queue);
  }
  toString(): string {
    return `CreateQueue(${this.queue})`;
  }
}

/** Moves the messages of a dead-letter queue back to where they came from. */
export class StartMove implements ModelCommand {
  readonly queue: QueueName;
  constructor(queue: QueueName) {
    this.queue = queue;
  }
  check(world: Readonly<World>): boolean {
    return world.queues.has(this.queue);
  }
  async run(world: World, system: System): Promise<void> {
    if (system.isStalled) await release(world, system);
    const { entity } = world.queues.get(this.queue) as NaiveQueue;
    let reply: Reply | undefined;
    const asked = system.submit({ kind: 'startMove', entity }, (answer) => (reply = answer));
    await system.answers([asked]);
    world.judge(system);
    const { task } = expectKind(reply as Reply, 'move') satisfies MoveReply;
    await this.#finish(world, system, task.taskId);
  }
  /** Ticks until the task has ended; then everything that could go is at its origin, in order. */
  async #finish(world: World, system: System, taskId: string): Promise<void> {
    const { entity } = world.queues.get(this.queue) as NaiveQueue;
    for (let ticks = 0; ticks < 100; ticks++) {
      await system.quiet();
      let moves: MovesReply | undefined;
      const asked = system.query(
        { kind: 'listMoves', entity },
        (reply) => (moves = expectKind(reply, 'moves')),
      );
      await system.answers([asked]);
      world.judge(system);
      const task = moves?.tasks.find((one) => one.taskId === taskId);
      if (task === undefined) return fail([`task ${taskId} is not listed`]);
      if (task.status === 'completed' || task.status === 'failed')
        return world.compare(system, { queue: this.queue, task });
      system.clock.advance(1_000);
    }
    fail(['a move task did not come to its end']);
  }
  toString(): string {
    return `StartMove(${this.queue})`;
  }
}

/** From here on nothing is committed, so nothing may be seen, until Release or the crash. */
export class StallCommit implements ModelCommand {
  check(): boolean {
    return true;
  }
  async run(_world: World, system: System): Promise<void> {
    if (!system.isStalled) system.stall();
  }
  toString(): string {
    return 'StallCommit()';
  }
}

export class Release implements ModelCommand {
  check(): boolean {
    return true;
  }
  async run(world: World, system: System): Promise<void> {
    if (system.isStalled) await release(world, system);
  }
  toString(): string {
    return 'Release()';
  }
}

/**
 * Commits fail. What was decided on them is undone: whoever waits gets an error that invites to retry, or the
 * answer that the undone state would have given him, and nothing else changed.
 */
export class FailCommit implements ModelCommand {
  check(world: Readonly<World>): boolean {
    return world.queues.size > 0;
  }
  async run(world: World, system: System): Promise<void> {
    if (system.isStalled) await release(world, system);
    const queues = [...world.queues.values()];
    system.isFailing = true;
    system.failNextCommits(queues.map((queue) => queue.cell));
    const messages = [{ body: 'undone', group: 'g0', dedupId: 'undone', attributes: [], sender: 'model' }];
    const failed = queues.map(({ entity }) =>
      system.submit({ kind: 'send', entity, messages }, (reply) => {
        const { error } = expectKind(reply, 'error');
        if (!error.isRetryable) fail([`a failed commit was answered with ${error.code}`]);
      }),
    );
    await world.conclude(system, failed);
    system.isFailing = false;
  }
  toString(): string {
    return 'FailCommit()';
  }
}

/** kill -9 and a new start: what was answered is there, what was not answered never was. */
export class Crash implements ModelCommand {
  check(): boolean {
    return true;
  }
  async run(world: World, system: System): Promise<void> {
    await system.crash();
    world.forgetUnanswered();
    await world.conclude(system, []);
  }
  toString(): string {
    return 'Crash()';
  }
}

/** An orderly end and a new start, with more cells now and then. */
export class CloseAndReopen implements ModelCommand {
  readonly queueCells: number;
  constructor(queueCells: number) {
    this.queueCells = queueCells;
  }
  check(): boolean {
    return true;
  }
  async run(world: World, system: System): Promise<void> {
    if (system.isStalled) await release(world, system);
    await system.reopen(Math.max(system.queueCells, this.queueCells));
    world.judge(system);
    system.isClosing = false;
    world.forgetUnanswered();
    await world.conclude(system, []);
  }
  toString(): string {
    return `CloseAndReopen(${this.queueCells})`;
  }
}

/** Folding the log from empty gives the state that the broker has. */
export async function checkReplay(system: System): Promise<void> {
  const live = await system.broker.stateHash();
  const replayed = await system.broker.replayHash();
  if (live !== replayed) fail([`the log folds to ${replayed}, the live state is ${live}`]);
}
