// Move tasks: a dead-letter queue's messages go back to where they came from, or to one queue, a few per
// tick. The task is a record and each message an outbox entry, so that a restart goes on where it stopped.
import { limits } from '../../base/limits.ts';
import type { CancelMove, ListMoves, MoveTask, Reply, StartMove } from '../command.ts';
import type { QueueDefinition } from '../catalog-types.ts';
import { brokerError } from '../errors.ts';
import type { ResourceName } from '../names.ts';
import type { TaskRecord } from './cell-root.ts';
import type { QueueContext } from './context.ts';
import { queueNotFound } from './errors.ts';
import { giveBackAll, pickReady } from './pick.ts';
import { storedMessage } from '../routing/publication.ts';
import type { Queue } from './queue.ts';
import { drawId, lastIdText } from './send.ts';

/** Messages on their way for one task: keeps a slow target from filling the outbox. */
const UNDER_WAY_MAX = 200;

export function decideStartMove(context: QueueContext, command: StartMove): Reply {
  const { root } = context.state;
  if (context.catalog.byEntity(command.entity) === undefined) return queueNotFound;
  const tasks = root.tasks.get(command.entity) ?? [];
  if (tasks.some((task) => isActive(task))) {
    return { kind: 'error', error: brokerError('task_running', 'a move task of this queue is running') };
  }
  drawId(context);
  const queue = context.state.queue(command.entity);
  const task: TaskRecord = {
    taskId: lastIdText(),
    entity: command.entity,
    targetNamespace: command.target?.namespace,
    targetName: command.target?.name,
    ratePerSecondMax: command.ratePerSecondMax,
    startedAtMs: context.state.nowMs,
    toMoveCount: queue.counts.ready + queue.counts.delayed,
    status: 'running',
    movedCount: 0,
  };
  context.record.task(task);
  return { kind: 'move', task: publicTask(task) };
}

export function decideCancelMove(context: QueueContext, command: CancelMove): Reply {
  const task = context.state.root.tasks.get(command.entity)?.find((other) => other.taskId === command.taskId);
  if (task === undefined)
    return { kind: 'error', error: brokerError('task_not_found', 'there is no such move task') };
  if (task.status !== 'running') {
    return {
      kind: 'error',
      error: brokerError('task_not_running', 'only a running move task can be cancelled'),
    };
  }
  const cancelled: TaskRecord = { ...task, status: underWay(context, task) > 0 ? 'cancelling' : 'cancelled' };
  context.record.task(cancelled);
  return { kind: 'move', task: publicTask(cancelled) };
}

export function answerListMoves(context: QueueContext, query: ListMoves): Reply {
  return { kind: 'moves', tasks: (context.state.root.tasks.get(query.entity) ?? []).map(publicTask) };
}

/** Messages that each running task may still move, from time passed: volatile. */
export class MoveTasks {
  readonly #allowance = new Map<string, { tokens: number; atMs: number }>();

  /** Starts moving what the rates allow; finishes tasks that have nothing left. */
  tick(context: QueueContext): void {
    for (const [entity, tasks] of context.state.root.tasks) {
      const task = tasks.find((candidate) => isActive(candidate));
      if (task !== undefined) this.#step(context, context.state.queue(entity), task);
    }
  }

  /** Messages of a task have arrived. When they were the last, it is over now and not a tick later. */
  arrived(context: QueueContext, entity: number, taskId: string): void {
    const task = context.state.root.tasks.get(entity)?.find((other) => other.taskId === taskId);
    if (task === undefined || !isActive(task) || underWay(context, task) > 0) return;
    if (task.status === 'cancelling') this.#end(context, { ...task, status: 'cancelled' });
    else if (context.state.queue(entity).counts.ready === 0)
      this.#end(context, { ...task, status: 'completed' });
  }

  #step(context: QueueContext, queue: Queue, task: TaskRecord): void {
    const waiting = underWay(context, task);
    if (task.status === 'cancelling') {
      if (waiting === 0) this.#end(context, { ...task, status: 'cancelled' });
      return;
    }
    const wanted = Math.min(this.#tokens(context, task), UNDER_WAY_MAX - waiting);
    const room = limits.outboxEntriesMax - context.state.root.outbox.size;
    const picked = pickReady(context, queue, Math.min(wanted, room));
    // Spent only now: picking may answer Need, and is then tried again.
    this.#spend(task, picked.length);
    let movedCount = task.movedCount;
    for (const sequence of picked) {
      const target = targetOf(context, queue, task, sequence);
      if (target === undefined) {
        giveBackAll(queue);
        this.#end(context, { ...task, movedCount, ...targetMissing });
        return;
      }
      context.record.moving(
        {
          outboxSequence: context.state.root.outboxSequence + 1,
          entity: queue.entity,
          sequence,
          targetCell: target.cell,
          targetEntity: target.entity,
          kind: 'redrive',
          taskId: task.taskId,
        },
        'ready',
      );
      movedCount++;
    }
    if (picked.length > 0) context.record.task({ ...task, movedCount });
    else if (wanted > 0 && waiting === 0) this.#end(context, { ...task, status: 'completed' });
  }

  #end(context: QueueContext, task: TaskRecord): void {
    this.#allowance.delete(task.taskId);
    context.record.task(task);
  }

  /** Messages that the rate allows by now; at most a second's worth is saved up. */
  #tokens(context: QueueContext, task: TaskRecord): number {
    const rate = task.ratePerSecondMax ?? limits.moveTaskRateDefault;
    const now = context.state.nowMs;
    const allowance = this.#allowance.get(task.taskId) ?? { tokens: 1, atMs: now };
    const tokens = Math.min(rate, allowance.tokens + ((now - allowance.atMs) * rate) / 1000);
    this.#allowance.set(task.taskId, { tokens, atMs: now });
    return Math.floor(tokens);
  }
  #spend(task: TaskRecord, count: number): void {
    const allowance = this.#allowance.get(task.taskId);
    if (allowance !== undefined) allowance.tokens -= count;
  }
}

const targetMissing = {
  status: 'failed',
  failureCode: 'queue_not_found',
  failureMessage: 'the destination queue does not exist',
} as const;

/** A refused entry ends its task: the destination is gone. */
export function failTask(context: QueueContext, entity: number, taskId: string): void {
  const task = context.state.root.tasks.get(entity)?.find((other) => other.taskId === taskId);
  if (task === undefined || !isActive(task)) return;
  context.record.task({ ...task, movedCount: Math.max(0, task.movedCount - 1), ...targetMissing });
}

function isActive(task: TaskRecord): boolean {
  return task.status === 'running' || task.status === 'cancelling';
}

function underWay(context: QueueContext, task: TaskRecord): number {
  let count = 0;
  for (const entry of context.state.root.outbox.values()) if (entry.taskId === task.taskId) count++;
  return count;
}

/** The task's destination, or the queue that the message once came from. */
function targetOf(
  context: QueueContext,
  queue: Queue,
  task: TaskRecord,
  sequence: number,
): QueueDefinition | undefined {
  if (task.targetName !== undefined && task.targetNamespace !== undefined) {
    return context.catalog.find({ kind: 'queue', namespace: task.targetNamespace, name: task.targetName });
  }
  const origin = storedMessage(context.log, queue.entity, sequence)?.origin;
  return origin === undefined ? undefined : context.catalog.find({ kind: 'queue', ...origin });
}

function publicTask(task: TaskRecord): MoveTask {
  const target: ResourceName | undefined =
    task.targetName === undefined || task.targetNamespace === undefined
      ? undefined
      : { kind: 'queue', namespace: task.targetNamespace, name: task.targetName };
  return {
    taskId: task.taskId,
    entity: task.entity,
    status: task.status,
    target,
    ratePerSecondMax: task.ratePerSecondMax,
    startedAtMs: task.startedAtMs,
    movedCount: task.movedCount,
    toMoveCount: task.toMoveCount,
    failure:
      task.failureMessage === undefined ? undefined : brokerError('queue_not_found', task.failureMessage),
  };
}
