// `caudal stream groups NAME [GROUP]`: the consumer groups of a stream, or who of one has which shard how
// far. A verb of `caudal stream`.
import type { ParsedArguments } from '../../base/arguments.ts';
import type { AdminClient, Json } from '../admin-client.ts';
import { fail, print, table } from '../output.ts';
import { resourcePath } from '../resource.ts';

export async function groups(
  client: AdminClient,
  given: ParsedArguments,
  [name, group]: readonly string[],
): Promise<number> {
  const isDeletion = given.switches.has('delete');
  if (name === undefined || (isDeletion && group === undefined))
    return fail('usage: caudal stream groups NAME [GROUP [--delete]]', 2);
  const path = `${resourcePath('streams', given, name)}/groups`;
  if (group === undefined) return list(client, path);
  const groupPath = `${path}/${encodeURIComponent(group)}`;
  if (!isDeletion) return show(client, groupPath);
  await client.delete(groupPath);
  print(`${group} deleted`);
  return 0;
}

async function list(client: AdminClient, path: string): Promise<number> {
  const { groups: found } = await client.get(`${path}?limit=1000`);
  const rows = (found as readonly Json[]).map((group) => [
    String(group['name']),
    Number(group['memberCount']),
    Number(group['shardCount']),
    Number(group['doneShardCount']),
    Number(group['behindCount']),
  ]);
  print(table(['group', 'members', 'shards', 'done', 'behind'], rows));
  return 0;
}

async function show(client: AdminClient, path: string): Promise<number> {
  const { shards } = await client.get(path);
  const rows = (shards as readonly Json[]).map((shard) => [
    Number(shard['shardIndex']),
    String(shard['member'] ?? '-'),
    stateOf(shard),
    Number(shard['nextSequence']),
    Number(shard['behindCount']),
  ]);
  print(table(['shard', 'member', 'state', 'next', 'behind'], rows));
  return 0;
}

function stateOf(shard: Json): string {
  if (shard['isDone'] === true) return 'done';
  if (shard['isRevoked'] === true) return 'revoked';
  return shard['member'] === undefined ? 'free' : 'held';
}
