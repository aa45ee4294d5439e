// Queues as resources: list, one, create, declare, delete, purge.
import type { QueueDefinition, QueueStats } from '../../../broker/index.ts';
import { ask, run } from '../ask.ts';
import { listPage } from '../list-page.ts';
import { textMap, textMember } from '../parameters.ts';
import { AdminProblem, badRequest } from '../problem.ts';
import {
  addressOf,
  addressText,
  findQueue,
  pathAddress,
  type QueueAddress,
  resourceName,
} from '../queue-path.ts';
import type { QueueSnapshots } from '../snapshots.ts';
import type { AdminAnswer, AdminCall, AdminDeps, AdminRoute } from '../types.ts';

const path = '/v1/queues/{account}/{region}/{name}';

export function queueRoutes(deps: AdminDeps, snapshots: QueueSnapshots): readonly AdminRoute[] {
  return [
    { method: 'GET', path: '/v1/queues', handle: (call) => listQueues(deps, snapshots, call) },
    { method: 'POST', path: '/v1/queues', handle: (call) => createQueue(deps, snapshots, call) },
    { method: 'GET', path, handle: (call) => showQueue(deps, call) },
    { method: 'PUT', path, handle: (call) => declareQueue(deps, snapshots, call) },
    { method: 'DELETE', path, handle: (call) => deleteQueue(deps, snapshots, call) },
    { method: 'POST', path: `${path}/purge`, handle: (call) => purgeQueue(deps, snapshots, call) },
  ];
}

async function listQueues(deps: AdminDeps, snapshots: QueueSnapshots, call: AdminCall): Promise<AdminAnswer> {
  const { rows, leftOutCount } = await snapshots.latest();
  const page = listPage(rows, call.query, {
    ready: ({ stats }) => stats.readyCount,
    leased: ({ stats }) => stats.leasedCount,
    delayed: ({ stats }) => stats.delayedCount,
    age: ({ stats }) =>
      stats.oldestSentAtMs === undefined ? Number.MIN_SAFE_INTEGER : -stats.oldestSentAtMs,
  });
  return {
    status: 200,
    body: {
      queues: page.rows.map((row) => queueLine(row.definition, row.stats, deps.clock.nowMs())),
      totalCount: page.totalCount,
      ...(leftOutCount > 0 ? { leftOutCount } : {}),
      ...(page.next === undefined ? {} : { next: page.next }),
    },
  };
}

function queueLine(definition: QueueDefinition, stats: QueueStats, nowMs: number) {
  const { settings } = definition;
  return {
    ...addressOf(definition.name),
    ordering: settings.ordering,
    readyCount: stats.readyCount,
    leasedCount: stats.leasedCount,
    delayedCount: stats.delayedCount,
    ...(stats.oldestSentAtMs === undefined ? {} : { oldestAgeMs: Math.max(0, nowMs - stats.oldestSentAtMs) }),
    ...(settings.deadLetter === undefined
      ? {}
      : { deadLetterQueue: addressText(settings.deadLetter.target) }),
  };
}

async function showQueue(
  { broker, clock }: AdminDeps,
  { path: parameters }: AdminCall,
): Promise<AdminAnswer> {
  const definition = findQueue(broker, pathAddress(parameters));
  const stats = await ask(broker, { kind: 'queueStats', entity: definition.entity }, 'queueStats');
  const sources = broker.catalog.deadLetterSources(definition.name);
  return {
    status: 200,
    body: {
      ...queueLine(definition, stats, clock.nowMs()),
      entity: definition.entity,
      cell: definition.cell,
      createdAtMs: definition.createdAtMs,
      modifiedAtMs: definition.modifiedAtMs,
      settings: definition.settings,
      annotations: definition.annotations,
      tags: definition.tags,
      deadLetterSources: sources.map((source) => addressText(source.name)),
      counters: broker.introspect().queueCounters(definition.entity) ?? {},
    },
  };
}

async function createQueue(
  deps: AdminDeps,
  snapshots: QueueSnapshots,
  call: AdminCall,
): Promise<AdminAnswer> {
  const name = textMember(call.body, 'name');
  if (name === undefined) throw badRequest('name is missing');
  const account = textMember(call.body, 'account') ?? '000000000000';
  const address = { account, region: textMember(call.body, 'region') ?? deps.region, name };
  if (deps.broker.catalog.find(resourceName(address)) !== undefined) {
    throw new AdminProblem(409, 'queue_exists', `there is a queue ${name} already; PUT changes it`);
  }
  return declare(deps, snapshots, address, call);
}

function declareQueue(deps: AdminDeps, snapshots: QueueSnapshots, call: AdminCall): Promise<AdminAnswer> {
  return declare(deps, snapshots, pathAddress(call.path), call);
}

async function declare(
  deps: AdminDeps,
  snapshots: QueueSnapshots,
  address: QueueAddress,
  { body }: AdminCall,
): Promise<AdminAnswer> {
  const attributes = textMap(body, 'attributes');
  const result = await deps.declareQueue({ ...address, attributes, tags: textMap(body, 'tags') });
  if (!result.ok) throw badRequest(result.error);
  snapshots.forget();
  return { status: result.value === 'created' ? 201 : 200, body: { ...address, result: result.value } };
}

async function deleteQueue(
  deps: AdminDeps,
  snapshots: QueueSnapshots,
  call: AdminCall,
): Promise<AdminAnswer> {
  const { entity } = findQueue(deps.broker, pathAddress(call.path));
  await run(deps.broker, { kind: 'deleteQueue', entity }, 'catalog');
  snapshots.forget();
  deps.logger.info('queue deleted', { ...pathAddress(call.path), user: call.user });
  return { status: 200, body: {} };
}

async function purgeQueue(deps: AdminDeps, snapshots: QueueSnapshots, call: AdminCall): Promise<AdminAnswer> {
  const { entity } = findQueue(deps.broker, pathAddress(call.path));
  await run(deps.broker, { kind: 'purge', entity }, 'done');
  snapshots.forget();
  deps.logger.info('queue purged', { ...pathAddress(call.path), user: call.user });
  return { status: 200, body: {} };
}
