// Shards of a stream: list, split, merge, resize. What a protocol makes its clients wait for (one change at a
// time) is not waited for here.
import type { Broker, ShardView } from '../../../broker/index.ts';
import { limits } from '../../../base/limits.ts';
import { ask, run } from '../ask.ts';
import { numberMember, pageLimit, wholeNumber } from '../parameters.ts';
import { AdminProblem, badRequest } from '../problem.ts';
import { pathAddress } from '../queue-path.ts';
import type { StreamSnapshots } from '../snapshots.ts';
import { findStream, shardIndexOf, streamPath } from '../stream-path.ts';
import { hashMember, shardCountOf } from '../stream-settings.ts';
import { shardView } from '../stream-view.ts';
import type { AdminAnswer, AdminCall, AdminDeps, AdminRoute } from '../types.ts';

const shardPath = `${streamPath}/shards/{shard}`;
const indexMax = 2 ** 31 - 1;

export function shardRoutes(deps: AdminDeps, snapshots: StreamSnapshots): readonly AdminRoute[] {
  const changing =
    (change: (deps: AdminDeps, call: AdminCall) => Promise<readonly ShardView[]>) =>
    async (call: AdminCall): Promise<AdminAnswer> => {
      const shards = await change(deps, call);
      snapshots.forget();
      deps.logger.info('stream resharded', { ...pathAddress(call.path), user: call.user });
      return { status: 200, body: shardPage(shards, { after: -1, limit: limits.adminPageRowsMax }) };
    };
  return [
    { method: 'GET', path: `${streamPath}/shards`, handle: (call) => listShards(deps, call) },
    { method: 'POST', path: `${streamPath}/resize`, handle: changing(resize) },
    { method: 'POST', path: `${shardPath}/split`, handle: changing(split) },
    { method: 'POST', path: `${shardPath}/merge`, handle: changing(merge) },
  ];
}

async function listShards({ broker }: AdminDeps, { path, query }: AdminCall): Promise<AdminAnswer> {
  const { entity } = findStream(broker, path);
  const after = query.get('after') === null ? -1 : wholeNumber(query, 'after', 0, indexMax);
  const shards = await shardsOf(broker, entity);
  return { status: 200, body: shardPage(shards, { after, limit: pageLimit(query) }) };
}

interface Page {
  readonly after: number;
  readonly limit: number;
}

function shardPage(shards: readonly ShardView[], { after, limit }: Page) {
  const rest = shards.filter((shard) => shard.index > after);
  const page = rest.slice(0, limit);
  return {
    shards: page.map(shardView),
    totalCount: shards.length,
    ...(page.length < rest.length ? { next: page.at(-1)?.index } : {}),
  };
}

async function shardsOf(broker: Broker, entity: number): Promise<readonly ShardView[]> {
  return (await ask(broker, { kind: 'listShards', entity }, 'shards')).shards;
}

async function resize({ broker }: AdminDeps, { path, body }: AdminCall): Promise<readonly ShardView[]> {
  const { entity } = findStream(broker, path);
  const shardCount = shardCountOf(body);
  if (shardCount === undefined) throw badRequest('shardCount is missing');
  return (await run(broker, { kind: 'resizeStream', entity, shardCount }, 'shards')).shards;
}

/** Without a key hash: in the middle. */
async function split({ broker }: AdminDeps, { path, body }: AdminCall): Promise<readonly ShardView[]> {
  const { entity } = findStream(broker, path);
  const shardIndex = shardIndexOf(path);
  const { startHash, endHash } = pick(await shardsOf(broker, entity), shardIndex);
  const atHash = hashMember(body, 'atHash') ?? startHash + (endHash - startHash + 1n) / 2n;
  return (await run(broker, { kind: 'splitShard', entity, shardIndex, atHash }, 'shards')).shards;
}

/** In either order: the core wants the lower one first. */
async function merge({ broker }: AdminDeps, { path, body }: AdminCall): Promise<readonly ShardView[]> {
  const { entity } = findStream(broker, path);
  const other = numberMember(body, 'with', indexMax);
  if (other === undefined) throw badRequest('with is missing: the number of the neighbour');
  const shards = await shardsOf(broker, entity);
  const pair = [pick(shards, shardIndexOf(path)), pick(shards, other)];
  const [lower, upper] = pair.sort((a, b) => (a.startHash < b.startHash ? -1 : 1)) as [ShardView, ShardView];
  const command = { kind: 'mergeShards', shardIndex: lower.index, adjacentIndex: upper.index } as const;
  return (await run(broker, { ...command, entity }, 'shards')).shards;
}

function pick(shards: readonly ShardView[], index: number): ShardView {
  const found = shards.find((shard) => shard.index === index);
  if (found === undefined) throw new AdminProblem(404, 'shard_not_found', `there is no shard ${index}`);
  return found;
}
