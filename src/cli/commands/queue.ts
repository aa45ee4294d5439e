// `caudal queue ls|peek|send|purge|redrive`: the admin API's queue verbs at a prompt.
import { readFileSync } from 'node:fs';
import type { ParsedArguments } from '../../base/arguments.ts';
import type { AdminClient, Json } from '../admin-client.ts';
import { fail, print, table } from '../output.ts';
import { listAll, numberOf, resourcePath } from '../resource.ts';
import { verbCommand } from '../verbs.ts';

const verbs = { ls: list, peek, send, purge, redrive };

const flags = {
  account: 'value',
  region: 'value',
  sort: 'value',
  view: 'value',
  count: 'value',
  full: 'switch',
  group: 'value',
  'dedup-id': 'value',
  'delay-seconds': 'value',
  to: 'value',
  rate: 'value',
} as const;

export function queue(args: readonly string[]): Promise<number> {
  return verbCommand(args, { name: 'queue', verbs, flags });
}

async function list(
  client: AdminClient,
  given: ParsedArguments,
  [prefix]: readonly string[],
): Promise<number> {
  const query = new URLSearchParams({ limit: '1000', sort: given.values.get('sort') ?? 'name' });
  if (prefix !== undefined) query.set('prefix', prefix);
  const rows = (await listAll(client, 'queues', query)).map(queueRow);
  print(table(['queue', 'account', 'region', 'ready', 'leased', 'delayed', 'oldest s'], rows));
  return 0;
}

function queueRow(row: Json): (string | number)[] {
  const oldest = row['oldestAgeMs'];
  return [
    String(row['name']),
    String(row['account']),
    String(row['region']),
    Number(row['readyCount']),
    Number(row['leasedCount']),
    Number(row['delayedCount']),
    typeof oldest === 'number' ? Math.round(oldest / 1000) : '-',
  ];
}

async function peek(client: AdminClient, given: ParsedArguments, [name]: readonly string[]): Promise<number> {
  if (name === undefined) return fail('usage: caudal queue peek NAME', 2);
  const view = given.values.get('view') ?? 'all';
  const query = new URLSearchParams({
    limit: given.values.get('count') ?? '10',
    full: given.switches.has('full') ? 'true' : 'false',
  });
  // What the queue gave up lies in its dead-letter queue.
  if (view !== 'dead') query.set('view', view);
  const page = await client.get(
    `${pathOf(given, name)}/${view === 'dead' ? 'dead-letters' : 'messages'}?${query}`,
  );
  for (const message of page['messages'] as readonly Json[]) print(JSON.stringify(message));
  return 0;
}

async function send(client: AdminClient, given: ParsedArguments, words: readonly string[]): Promise<number> {
  const [name, body] = words;
  if (name === undefined || body === undefined) return fail('usage: caudal queue send NAME BODY', 2);
  const delay = given.values.get('delay-seconds');
  const answer = await client.post(`${pathOf(given, name)}/messages`, {
    body: body === '-' ? readFileSync(0, 'utf8') : body,
    group: given.values.get('group'),
    dedupId: given.values.get('dedup-id'),
    delayMs: delay === undefined ? undefined : numberOf(delay, '--delay-seconds') * 1000,
  });
  print(String(answer['id']));
  return 0;
}

async function purge(
  client: AdminClient,
  given: ParsedArguments,
  [name]: readonly string[],
): Promise<number> {
  if (name === undefined) return fail('usage: caudal queue purge NAME', 2);
  await client.post(`${pathOf(given, name)}/purge`);
  print(`${name} purged`);
  return 0;
}

async function redrive(
  client: AdminClient,
  given: ParsedArguments,
  [name]: readonly string[],
): Promise<number> {
  if (name === undefined) return fail('usage: caudal queue redrive NAME [--to NAME]', 2);
  const rate = given.values.get('rate');
  const task = await client.post(`${pathOf(given, name)}/redrive`, {
    target: given.values.get('to'),
    ratePerSecondMax: rate === undefined ? undefined : numberOf(rate, '--rate'),
  });
  print(`task ${String(task['taskId'])}: ${String(task['status'])}, ${String(task['toMoveCount'])} to move`);
  return 0;
}

const pathOf = (given: ParsedArguments, name: string): string => resourcePath('queues', given, name);
