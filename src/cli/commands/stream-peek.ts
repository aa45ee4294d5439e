// `caudal stream peek NAME`: records of one shard, or of all of them, as lines of JSON. A verb of `caudal
// stream`.
import type { ParsedArguments } from '../../base/arguments.ts';
import type { AdminClient, Json } from '../admin-client.ts';
import { fail, print } from '../output.ts';
import { numberFlag, resourcePath } from '../resource.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export async function peek(
  client: AdminClient,
  given: ParsedArguments,
  [name]: readonly string[],
): Promise<number> {
  if (name === undefined) return fail('usage: caudal stream peek NAME [--shard N]', 2);
  const path = resourcePath('streams', given, name);
  const shard = given.values.get('shard');
  let left = numberFlag(given, 'count') ?? 10;
  const query = new URLSearchParams();
  for (const flag of ['from', 'position'])
    if (given.values.has(flag)) query.set(flag, given.values.get(flag) as string);
  const wait = numberFlag(given, 'wait-seconds');
  if (wait !== undefined) query.set('waitMs', String(Math.round(wait * 1000)));
  for (const index of shard === undefined ? await shardsOf(client, path) : [shard]) {
    if (left <= 0) break;
    query.set('limit', String(Math.min(left, 1000)));
    const page = await client.get(`${path}/shards/${encodeURIComponent(index)}/records?${query}`);
    const records = page['records'] as readonly Json[];
    for (const record of records) print(JSON.stringify(shown(index, record)));
    left -= records.length;
  }
  return 0;
}

async function shardsOf(client: AdminClient, path: string): Promise<readonly string[]> {
  const { shards } = await client.get(`${path}/shards?limit=1000`);
  return (shards as readonly Json[]).map((shard) => String(shard['index']));
}

/** Text where it is text: what is shown is for people. */
function shown(index: string, { data, ...record }: Json): Json {
  const bytes = Buffer.from(String(data), 'base64');
  try {
    return { shard: Number(index), ...record, data: utf8.decode(bytes) };
  } catch {
    return { shard: Number(index), ...record, data, encoding: 'base64' };
  }
}
