// Move tasks: start a redrive, list those of one queue or of all, cancel.
import { limits } from '../../../base/limits.ts';
import { type Broker, type MoveTask, nameKey, type QueueDefinition } from '../../../broker/index.ts';
import { ask, run } from '../ask.ts';
import { numberMember, textMember } from '../parameters.ts';
import { AdminProblem } from '../problem.ts';
import { addressText, findQueue, parseAddress, pathAddress, resourceName } from '../queue-path.ts';
import type { AdminAnswer, AdminCall, AdminDeps, AdminRoute } from '../types.ts';

const path = '/v1/queues/{account}/{region}/{name}';
const rateMax = 1_000_000;

export function taskRoutes(deps: AdminDeps): readonly AdminRoute[] {
  return [
    { method: 'GET', path: '/v1/tasks', handle: () => listAll(deps) },
    { method: 'POST', path: `${path}/redrive`, handle: (call) => redrive(deps, call) },
    { method: 'GET', path: `${path}/tasks`, handle: (call) => listTasks(deps, call) },
    { method: 'DELETE', path: `${path}/tasks/{taskId}`, handle: (call) => cancelTask(deps, call) },
  ];
}

async function redrive(
  { broker, logger }: AdminDeps,
  { path: parameters, body, user }: AdminCall,
): Promise<AdminAnswer> {
  const address = pathAddress(parameters);
  const source = findQueue(broker, address);
  const to = textMember(body, 'target');
  const target = to === undefined ? undefined : parseAddress(to, address);
  if (target !== undefined) findQueue(broker, target);
  else if (broker.catalog.deadLetterSources(source.name).length === 0) {
    const message = `${source.name.name} is no queue's dead-letter queue; a target is needed`;
    throw new AdminProblem(409, 'not_a_dead_letter_queue', message);
  }
  const reply = await run(
    broker,
    {
      kind: 'startMove',
      entity: source.entity,
      target: target === undefined ? undefined : resourceName(target),
      ratePerSecondMax: numberMember(body, 'ratePerSecondMax', rateMax) || undefined,
    },
    'move',
  );
  logger.info('redrive started', { ...address, taskId: reply.task.taskId, user });
  return { status: 201, body: taskView(reply.task, source) };
}

async function listTasks({ broker }: AdminDeps, { path: parameters }: AdminCall): Promise<AdminAnswer> {
  return { status: 200, body: { tasks: await tasksOf(broker, findQueue(broker, pathAddress(parameters))) } };
}

// Only dead-letter queues have tasks, so that thousands of other queues need not be asked.
async function listAll({ broker }: AdminDeps): Promise<AdminAnswer> {
  const targets = new Map<string, QueueDefinition>();
  for (const { settings } of broker.catalog.all()) {
    if (settings.deadLetter === undefined) continue;
    const target = broker.catalog.find(settings.deadLetter.target);
    if (target !== undefined && targets.size < limits.adminPageRowsMax)
      targets.set(nameKey(target.name), target);
  }
  const tasks: object[] = [];
  for (const target of targets.values()) tasks.push(...(await tasksOf(broker, target)));
  return { status: 200, body: { tasks } };
}

async function tasksOf(broker: Broker, source: QueueDefinition): Promise<readonly object[]> {
  const { tasks } = await ask(broker, { kind: 'listMoves', entity: source.entity }, 'moves');
  return tasks.map((task) => taskView(task, source));
}

async function cancelTask({ broker }: AdminDeps, { path: parameters }: AdminCall): Promise<AdminAnswer> {
  const source = findQueue(broker, pathAddress(parameters));
  const taskId = parameters['taskId'] ?? '';
  const reply = await run(broker, { kind: 'cancelMove', entity: source.entity, taskId }, 'move');
  return { status: 200, body: taskView(reply.task, source) };
}

function taskView(task: MoveTask, source: QueueDefinition) {
  return {
    taskId: task.taskId,
    source: addressText(source.name),
    ...(task.target === undefined ? {} : { target: addressText(task.target) }),
    status: task.status,
    startedAtMs: task.startedAtMs,
    movedCount: task.movedCount,
    toMoveCount: task.toMoveCount,
    ...(task.ratePerSecondMax === undefined ? {} : { ratePerSecondMax: task.ratePerSecondMax }),
    ...(task.failure === undefined ? {} : { failure: task.failure.message }),
  };
}
