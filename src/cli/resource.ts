// Queues and streams as commands name them: NAME, or ACCOUNT/REGION/NAME, to the paths of the admin API;
// and the pages of its lists put together. Called by the commands of queues and streams.
import type { ParsedArguments } from '../base/arguments.ts';
import { type AdminClient, AdminError, type Json } from './admin-client.ts';

export type ResourceList = 'queues' | 'streams';

export function resourcePath(list: ResourceList, given: ParsedArguments, name: string): string {
  const parts = name.split('/');
  if (parts.length !== 1 && parts.length !== 3)
    throw new AdminError(`'${name}' is neither NAME nor ACCOUNT/REGION/NAME`);
  const account = given.values.get('account') ?? '000000000000';
  const region = given.values.get('region') ?? process.env['CAUDAL_REGION'] ?? 'us-east-1';
  const whole = parts.length === 3 ? parts : [account, region, name];
  return `/v1/${list}/${whole.map(encodeURIComponent).join('/')}`;
}

/** All rows of `query`, page by page. */
export async function listAll(
  client: AdminClient,
  list: ResourceList,
  query: URLSearchParams,
): Promise<readonly Json[]> {
  const rows: Json[] = [];
  for (let next: unknown = ''; next !== undefined;) {
    if (typeof next === 'string' && next !== '') query.set('next', next);
    const page = await client.get(`/v1/${list}?${query}`);
    rows.push(...(page[list] as readonly Json[]));
    next = page['next'];
  }
  return rows;
}

export function numberOf(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new AdminError(`${flag}: '${text}' is not a number`);
  return value;
}

/** Undefined when the flag was not given. */
export function numberFlag(given: ParsedArguments, flag: string): number | undefined {
  const text = given.values.get(flag);
  return text === undefined ? undefined : numberOf(text, `--${flag}`);
}
