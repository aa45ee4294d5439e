// Message move tasks: StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask. The task itself
// runs in the core; here are ARNs, handles and words. Owner-only: all three work in the caller's own
// account.
import type { MoveStatus, MoveTask, QueueDefinition, ResourceName } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import type { SqsInput, SqsOutput } from '../model.ts';
import type { Queue } from '../queue.ts';
import type { Sqs } from '../sqs.ts';
import {
  accessDenied,
  failureReason,
  invalidParameter,
  invalidValue,
  missingParameter,
  moveResourceNotFound,
  notDeadLetterQueue,
  taskHandleInvalid,
} from '../errors.ts';
import { arnOf, isFifoName, parseArn } from '../names.ts';
import { queueOf } from '../queue.ts';
import { expectReply } from '../reply.ts';

const ratePerSecondMax = 500;
const resultsMax = 10;

export async function startMessageMoveTask(
  sqs: Sqs,
  input: SqsInput<'StartMessageMoveTask'>,
  call: Call,
): Promise<SqsOutput<'StartMessageMoveTask'>> {
  const source = openSource(sqs, call, input.SourceArn, 'sqs:StartMessageMoveTask');
  const rate = input.MaxNumberOfMessagesPerSecond;
  if (rate !== undefined && !(rate >= 1 && rate <= ratePerSecondMax)) {
    throw invalidValue(
      'MaxNumberOfMessagesPerSecond',
      rate,
      `Must be between 1 and ${ratePerSecondMax}, if provided.`,
    );
  }
  const { name } = source.definition;
  if (sqs.broker.catalog.deadLetterSources(name).length === 0) throw notDeadLetterQueue();
  const target = input.DestinationArn === undefined ? undefined : targetOf(sqs, name, input.DestinationArn);
  const reply = await call.run({
    kind: 'startMove',
    entity: source.entity,
    target,
    ratePerSecondMax: rate,
  });
  const { task } = expectReply(reply, 'move', call);
  return { TaskHandle: taskHandle(task.taskId, source.resource.arn) };
}

function openSource(sqs: Sqs, call: Call, arn: string | undefined, action: string): Queue {
  if (arn === undefined) throw missingParameter('SourceArn');
  const queue = queueOf(queueByArn(sqs, 'SourceArn', arn));
  if (queue.resource.account !== call.principal.account) throw accessDenied(arn);
  call.authorize(action, queue.resource);
  return queue;
}

function queueByArn(sqs: Sqs, parameter: string, arn: string): QueueDefinition {
  const name = parseArn(arn);
  const definition = name === undefined ? undefined : sqs.broker.catalog.find(name);
  if (definition === undefined) throw moveResourceNotFound(parameter);
  return definition;
}

function targetOf(sqs: Sqs, source: ResourceName, arn: string): ResourceName {
  const target = queueByArn(sqs, 'DestinationArn', arn).name;
  if (target.namespace !== source.namespace || isFifoName(target.name) !== isFifoName(source.name)) {
    throw invalidParameter('Source and destination queues must be of the same type, account and region.');
  }
  if (target.name === source.name) {
    throw invalidParameter('Source queue arn and destination queue arn can not be the same.');
  }
  return target;
}

function taskHandle(taskId: string, sourceArn: string): string {
  return Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64');
}

function parseTaskHandle(handle: string): { readonly taskId: string; readonly sourceArn: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(handle, 'base64').toString());
  } catch {
    throw taskHandleInvalid();
  }
  if (typeof parsed !== 'object' || parsed === null) throw taskHandleInvalid();
  const { taskId, sourceArn } = parsed as { taskId?: unknown; sourceArn?: unknown };
  if (typeof taskId !== 'string' || typeof sourceArn !== 'string') throw taskHandleInvalid();
  return { taskId, sourceArn };
}

export async function listMessageMoveTasks(
  sqs: Sqs,
  input: SqsInput<'ListMessageMoveTasks'>,
  call: Call,
): Promise<SqsOutput<'ListMessageMoveTasks'>> {
  const source = openSource(sqs, call, input.SourceArn, 'sqs:ListMessageMoveTasks');
  const count = input.MaxResults ?? 1;
  if (!(count >= 1 && count <= resultsMax)) {
    throw invalidValue('MaxResults', count, `Must be between 1 and ${resultsMax}, if provided.`);
  }
  const { tasks } = expectReply(await call.ask({ kind: 'listMoves', entity: source.entity }), 'moves', call);
  return { Results: tasks.slice(0, count).map((task) => wireTask(task, source.resource.arn)) };
}

const statuses: Readonly<Record<MoveStatus, string>> = {
  running: 'RUNNING',
  completed: 'COMPLETED',
  cancelling: 'CANCELLING',
  cancelled: 'CANCELLED',
  failed: 'FAILED',
};

type WireTask = NonNullable<SqsOutput<'ListMessageMoveTasks'>['Results']>[number];

function wireTask(task: MoveTask, sourceArn: string): WireTask {
  return {
    // Only what runs can be cancelled, so only that has a handle to show.
    TaskHandle: task.status === 'running' ? taskHandle(task.taskId, sourceArn) : undefined,
    Status: statuses[task.status],
    SourceArn: sourceArn,
    DestinationArn: task.target === undefined ? undefined : arnOf(task.target),
    MaxNumberOfMessagesPerSecond: task.ratePerSecondMax,
    ApproximateNumberOfMessagesMoved: task.movedCount,
    ApproximateNumberOfMessagesToMove: task.toMoveCount,
    FailureReason: task.failure === undefined ? undefined : failureReason(task.failure),
    StartedTimestamp: task.startedAtMs,
  };
}

export async function cancelMessageMoveTask(
  sqs: Sqs,
  input: SqsInput<'CancelMessageMoveTask'>,
  call: Call,
): Promise<SqsOutput<'CancelMessageMoveTask'>> {
  if (input.TaskHandle === undefined) throw missingParameter('TaskHandle');
  const { taskId, sourceArn } = parseTaskHandle(input.TaskHandle);
  const source = openSource(sqs, call, sourceArn, 'sqs:CancelMessageMoveTask');
  const reply = await call.run({ kind: 'cancelMove', entity: source.entity, taskId });
  return { ApproximateNumberOfMessagesMoved: expectReply(reply, 'move', call).task.movedCount };
}
