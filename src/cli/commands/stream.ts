// `caudal stream ls|create|delete|peek|put|split|merge|resize|groups`: the admin API's stream verbs at a
// prompt.
import { readFileSync } from 'node:fs';
import type { ParsedArguments } from '../../base/arguments.ts';
import type { AdminClient, Json } from '../admin-client.ts';
import { fail, print, table } from '../output.ts';
import { listAll, numberFlag, numberOf, resourcePath } from '../resource.ts';
import { verbCommand } from '../verbs.ts';
import { groups } from './stream-groups.ts';
import { peek } from './stream-peek.ts';

const hourMs = 3_600_000;

const verbs = {
  ls: list,
  create,
  delete: remove,
  peek,
  put,
  split,
  merge,
  resize,
  groups,
};

const flags = {
  account: 'value',
  region: 'value',
  sort: 'value',
  shards: 'value',
  'retention-hours': 'value',
  automatic: 'switch',
  shard: 'value',
  from: 'value',
  position: 'value',
  count: 'value',
  at: 'value',
  'wait-seconds': 'value',
  base64: 'switch',
  delete: 'switch',
} as const;

export function stream(args: readonly string[]): Promise<number> {
  return verbCommand(args, { name: 'stream', verbs, flags });
}

async function list(
  client: AdminClient,
  given: ParsedArguments,
  [prefix]: readonly string[],
): Promise<number> {
  const query = new URLSearchParams({ limit: '1000', sort: given.values.get('sort') ?? 'name' });
  if (prefix !== undefined) query.set('prefix', prefix);
  const rows = (await listAll(client, 'streams', query)).map(streamRow);
  print(
    table(
      ['stream', 'account', 'region', 'shards', 'retention h', 'records in', 'bytes in', 'records out'],
      rows,
    ),
  );
  return 0;
}

function streamRow(row: Json): (string | number)[] {
  return [
    String(row['name']),
    String(row['account']),
    String(row['region']),
    Number(row['openShardCount']),
    Math.round(Number(row['retentionMs']) / hourMs),
    Number(row['recordCount']),
    Number(row['recordBytes']),
    Number(row['readRecordCount']),
  ];
}

async function create(
  client: AdminClient,
  given: ParsedArguments,
  [name]: readonly string[],
): Promise<number> {
  if (name === undefined)
    return fail('usage: caudal stream create NAME [--shards N] [--retention-hours N]', 2);
  const [account, region, bare] = resourcePath('streams', given, name)
    .split('/')
    .slice(-3)
    .map(decodeURIComponent);
  const hours = numberFlag(given, 'retention-hours');
  await client.post('/v1/streams', {
    account,
    region,
    name: bare,
    shardCount: numberFlag(given, 'shards'),
    retentionMs: hours === undefined ? undefined : hours * hourMs,
    sharding: given.switches.has('automatic') ? 'automatic' : undefined,
  });
  print(`${name} created`);
  return 0;
}

async function remove(
  client: AdminClient,
  given: ParsedArguments,
  [name]: readonly string[],
): Promise<number> {
  if (name === undefined) return fail('usage: caudal stream delete NAME', 2);
  await client.delete(resourcePath('streams', given, name));
  print(`${name} deleted`);
  return 0;
}

async function put(client: AdminClient, given: ParsedArguments, words: readonly string[]): Promise<number> {
  const [name, key, data] = words;
  if (name === undefined || key === undefined || data === undefined)
    return fail('usage: caudal stream put NAME KEY DATA', 2);
  const text = data === '-' ? readFileSync(0, 'utf8') : data;
  const record = { key, data: text, encoding: given.switches.has('base64') ? 'base64' : undefined };
  const answer = await client.post(`${resourcePath('streams', given, name)}/records`, { records: [record] });
  const [placed] = answer['records'] as readonly Json[];
  print(`shard ${String(placed?.['shardIndex'])} sequence ${String(placed?.['sequence'])}`);
  return 0;
}

async function split(client: AdminClient, given: ParsedArguments, words: readonly string[]): Promise<number> {
  const [name, shard] = words;
  if (name === undefined || shard === undefined)
    return fail('usage: caudal stream split NAME SHARD [--at KEY_HASH]', 2);
  return reshard(
    client,
    `${resourcePath('streams', given, name)}/shards/${encodeURIComponent(shard)}/split`,
    {
      atHash: given.values.get('at'),
    },
  );
}

async function merge(client: AdminClient, given: ParsedArguments, words: readonly string[]): Promise<number> {
  const [name, shard, other] = words;
  if (name === undefined || shard === undefined || other === undefined)
    return fail('usage: caudal stream merge NAME SHARD NEIGHBOUR', 2);
  return reshard(
    client,
    `${resourcePath('streams', given, name)}/shards/${encodeURIComponent(shard)}/merge`,
    {
      with: numberOf(other, 'NEIGHBOUR'),
    },
  );
}

async function resize(
  client: AdminClient,
  given: ParsedArguments,
  words: readonly string[],
): Promise<number> {
  const [name, count] = words;
  if (name === undefined || count === undefined) return fail('usage: caudal stream resize NAME COUNT', 2);
  return reshard(client, `${resourcePath('streams', given, name)}/resize`, {
    shardCount: numberOf(count, 'COUNT'),
  });
}

async function reshard(client: AdminClient, path: string, body: object): Promise<number> {
  const { shards } = await client.post(path, body);
  const rows = (shards as readonly Json[]).map((shard) => [
    Number(shard['index']),
    shard['closedAtMs'] === undefined ? 'open' : 'closed',
    (shard['parents'] as readonly number[]).join(' ') || '-',
    hexOf(shard['startHash']),
    hexOf(shard['endHash']),
    Number(shard['nextSequence']) - Number(shard['firstSequence']),
  ]);
  print(table(['shard', 'state', 'parents', 'from', 'to', 'records'], rows));
  return 0;
}

function hexOf(hash: unknown): string {
  return BigInt(String(hash)).toString(16).padStart(32, '0');
}
