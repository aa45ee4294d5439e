// Filters, orders and pages a list of queues or streams by the query of its request. Pure; called by the
// routes that list.
import { type ResourceName } from '../../broker/index.ts';
import { oneOf, pageLimit } from './parameters.ts';
import { badRequest } from './problem.ts';
import { addressOf, addressText } from './queue-path.ts';

export interface NamedRow {
  readonly definition: { readonly name: ResourceName };
}

export interface ListPage<R> {
  readonly rows: readonly R[];
  readonly totalCount: number;
  readonly next?: string;
}

/** What each `sort` but `name` (the rows' own order) ranks by; larger ones first unless asked otherwise. */
export type Rankings<R> = Readonly<Record<string, (row: R) => number>>;

export function listPage<R extends NamedRow>(
  all: readonly R[],
  query: URLSearchParams,
  rankings: Rankings<R>,
): ListPage<R> {
  const sorting = oneOf(query, 'sort', ['name', ...Object.keys(rankings)]);
  const rank = rankings[sorting];
  const isDescending =
    oneOf(query, 'order', rank === undefined ? ['asc', 'desc'] : ['desc', 'asc']) === 'desc';
  const limit = pageLimit(query);
  const chosen = all.filter(({ definition }) => isWanted(definition.name, query));
  if (rank !== undefined) chosen.sort((a, b) => rank(b) - rank(a));
  if ((rank === undefined) === isDescending) chosen.reverse();
  const start = startOf(chosen, query.get('next'));
  const rows = chosen.slice(start, start + limit);
  const last = rows.at(-1);
  const hasMore = start + limit < chosen.length;
  return {
    rows,
    totalCount: chosen.length,
    // Where the next page starts, and after which row: the list may have changed meanwhile.
    ...(hasMore && last !== undefined
      ? { next: `${start + limit}:${addressText(last.definition.name)}` }
      : {}),
  };
}

function isWanted(name: ResourceName, query: URLSearchParams): boolean {
  const { account, region } = addressOf(name);
  const filter = query.get('filter') ?? '';
  return (
    name.name.startsWith(query.get('prefix') ?? '') &&
    name.name.toLowerCase().includes(filter.toLowerCase()) &&
    account === (query.get('account') ?? account) &&
    region === (query.get('region') ?? region)
  );
}

// The row that the last page ended with says where to go on; its index helps when it is gone.
function startOf(rows: readonly NamedRow[], next: string | null): number {
  if (next === null || next === '') return 0;
  const colon = next.indexOf(':');
  const index = Number(next.slice(0, colon));
  if (colon < 1 || !Number.isInteger(index) || index < 0)
    throw badRequest('next is not what a list answered');
  const after = next.slice(colon + 1);
  const found = rows.findIndex(({ definition }) => addressText(definition.name) === after);
  return found === -1 ? index : found + 1;
}
