// Streams as resources: list, one, create, declare, delete. Shards are in shards.ts, records in records.ts.
import type { Broker, StreamDefinition } from '../../../broker/index.ts';
import { limits } from '../../../base/limits.ts';
import { ask, run } from '../ask.ts';
import { listPage } from '../list-page.ts';
import { textMap, textMember } from '../parameters.ts';
import { AdminProblem, badRequest } from '../problem.ts';
import { pathAddress, type QueueAddress } from '../queue-path.ts';
import type { StreamSnapshots } from '../snapshots.ts';
import { findStream, streamName, streamPath } from '../stream-path.ts';
import { areSame, checkAddress, initialShardCount, settingsOf, shardCountOf } from '../stream-settings.ts';
import { shardView, streamLine } from '../stream-view.ts';
import type { AdminAnswer, AdminCall, AdminDeps, AdminRoute } from '../types.ts';

/** Somebody else changes the same stream: read again, this often at the most. */
const attemptsMax = 5;

type Body = Readonly<Record<string, unknown>>;

export function streamRoutes(deps: AdminDeps, snapshots: StreamSnapshots): readonly AdminRoute[] {
  return [
    { method: 'GET', path: '/v1/streams', handle: (call) => listStreams(snapshots, call) },
    { method: 'POST', path: '/v1/streams', handle: (call) => createStream(deps, snapshots, call) },
    { method: 'GET', path: streamPath, handle: (call) => showStream(deps, call) },
    { method: 'PUT', path: streamPath, handle: (call) => declareStream(deps, snapshots, call) },
    { method: 'DELETE', path: streamPath, handle: (call) => deleteStream(deps, snapshots, call) },
  ];
}

async function listStreams(snapshots: StreamSnapshots, { query }: AdminCall): Promise<AdminAnswer> {
  const { rows, leftOutCount } = await snapshots.latest();
  const page = listPage(rows, query, {
    shards: ({ stats }) => stats.openShardCount,
    records: ({ stats }) => stats.recordCount,
    bytes: ({ stats }) => stats.recordBytes,
  });
  return {
    status: 200,
    body: {
      streams: page.rows.map(({ definition, stats }) => streamLine(definition, stats)),
      totalCount: page.totalCount,
      ...(leftOutCount > 0 ? { leftOutCount } : {}),
      ...(page.next === undefined ? {} : { next: page.next }),
    },
  };
}

async function showStream({ broker }: AdminDeps, { path }: AdminCall): Promise<AdminAnswer> {
  const definition = findStream(broker, path);
  const { entity } = definition;
  const stats = await ask(broker, { kind: 'streamStats', entity }, 'streamStats');
  const { shards } = await ask(broker, { kind: 'listShards', entity }, 'shards');
  return {
    status: 200,
    body: {
      ...streamLine(definition, stats),
      entity,
      cell: definition.cell,
      createdAtMs: definition.createdAtMs,
      modifiedAtMs: definition.modifiedAtMs,
      maxRecordBytes: definition.settings.maxRecordBytes,
      initialShardCount: definition.initialShardCount,
      consumers: definition.consumers,
      annotations: definition.annotations,
      tags: definition.tags,
      shards: shards.slice(0, limits.adminPageRowsMax).map(shardView),
      shardCount: shards.length,
    },
  };
}

async function createStream(
  deps: AdminDeps,
  snapshots: StreamSnapshots,
  { body, user }: AdminCall,
): Promise<AdminAnswer> {
  const name = textMember(body, 'name');
  if (name === undefined) throw badRequest('name is missing');
  const account = textMember(body, 'account') ?? '000000000000';
  const address = { account, region: textMember(body, 'region') ?? deps.region, name };
  if (!(await create(deps.broker, address, body)))
    throw new AdminProblem(409, 'stream_exists', `there is a stream ${name} already; PUT changes it`);
  snapshots.forget();
  deps.logger.info('stream created', { ...address, user });
  return { status: 201, body: { ...address, result: 'created' } };
}

/** False when it is there already. */
async function create(broker: Broker, address: QueueAddress, body: Body): Promise<boolean> {
  checkAddress(address);
  const settings = settingsOf(body);
  const reply = await run(
    broker,
    {
      kind: 'createStream',
      name: streamName(address),
      settings,
      initialShardCount: initialShardCount(body, settings),
      readyAfterMs: 0,
      annotations: {},
      tags: textMap(body, 'tags'),
    },
    'stream',
  );
  return reply.isCreated;
}

async function declareStream(
  { broker, logger }: AdminDeps,
  snapshots: StreamSnapshots,
  { body, path, user }: AdminCall,
): Promise<AdminAnswer> {
  const address = pathAddress(path);
  const existing = broker.catalog.streams.find(streamName(address));
  const isCreated = existing === undefined && (await create(broker, address, body));
  const result = isCreated ? 'created' : await bringTo(broker, findStream(broker, path), body);
  snapshots.forget();
  if (result !== 'unchanged') logger.info(`stream ${result}`, { ...address, user });
  return { status: isCreated ? 201 : 200, body: { ...address, result } };
}

async function bringTo(broker: Broker, stream: StreamDefinition, body: Body) {
  const isChanged = await changeDefinition(broker, stream.entity, body);
  const isResized = await changeShards(broker, stream.entity, body);
  return isChanged || isResized ? 'changed' : 'unchanged';
}

async function changeDefinition(broker: Broker, entity: number, body: Body): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const current = broker.catalog.streams.byEntity(entity);
    if (current === undefined) throw new AdminProblem(404, 'stream_not_found', 'the stream is gone');
    const settings = settingsOf(body, current.settings);
    const tags = body['tags'] === undefined ? current.tags : textMap(body, 'tags');
    if (areSame(settings, current.settings) && isSameMap(tags, current.tags)) return false;
    try {
      const expectedRevision = current.revision;
      await run(broker, { kind: 'updateStream', entity, expectedRevision, settings, tags }, 'stream');
      return true;
    } catch (error) {
      const isConflict = error instanceof AdminProblem && error.code === 'revision_conflict';
      if (!isConflict || attempt === attemptsMax) throw error;
    }
  }
}

/** Automatic sharding has its own mind about the number of shards; what is asked for is where it started. */
async function changeShards(broker: Broker, entity: number, body: Body): Promise<boolean> {
  const shardCount = shardCountOf(body);
  const isFixed = broker.catalog.streams.byEntity(entity)?.settings.sharding === 'fixed';
  if (shardCount === undefined || !isFixed) return false;
  const { openShardCount } = await ask(broker, { kind: 'streamStats', entity }, 'streamStats');
  if (openShardCount === shardCount) return false;
  await run(broker, { kind: 'resizeStream', entity, shardCount }, 'shards');
  return true;
}

function isSameMap(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

async function deleteStream(
  { broker, logger }: AdminDeps,
  snapshots: StreamSnapshots,
  { path, user }: AdminCall,
): Promise<AdminAnswer> {
  const { entity } = findStream(broker, path);
  await run(broker, { kind: 'deleteStream', entity, afterMs: 0 }, 'stream');
  snapshots.forget();
  logger.info('stream deleted', { ...pathAddress(path), user });
  return { status: 200, body: {} };
}
