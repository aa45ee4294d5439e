// Pages of the listings of SNS: a hundred a page, and a sealed token that goes on from the last name shown.
import type { Call } from '../../engine/service.ts';
import { invalidParameter } from './errors.ts';
import type { Sns } from './sns.ts';

export const pageSize = 100;

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

export interface Listing<T> {
  readonly token: string | undefined;
  /** Parameter of the token, for errors. */
  readonly parameter?: string;
  /** What is listed besides: a token is good for that alone. */
  readonly scope?: string;
  readonly size?: number;
  /** At least `limit` items after the position, or all that are left. */
  read(after: string | undefined, limit: number): readonly T[];
  positionOf(item: T): string;
}

export function pageOf<T>(sns: Sns, call: Call, listing: Listing<T>): Page<T> {
  const { token, parameter = 'NextToken', scope = '', size = pageSize } = listing;
  const bound = {
    operation: call.operationName,
    account: call.principal.account,
    parameters: `${call.region} ${scope}`,
  };
  const after = token === undefined || token === '' ? undefined : sns.paging.open(bound, token);
  if (token !== undefined && token !== '' && after === undefined) throw invalidParameter(parameter);
  const found = listing.read(after, size + 1);
  const items = found.slice(0, size);
  const last = items.at(-1);
  const hasMore = found.length > size && last !== undefined;
  return { items, nextToken: hasMore ? sns.paging.seal(bound, listing.positionOf(last)) : undefined };
}

interface Named {
  readonly name: { readonly name: string };
}

/** Reads on through a listing of the catalog until enough of what is wanted was found. */
export function readWanted<D extends Named>(
  list: (after: string | undefined, limit: number) => readonly D[],
  isWanted: (definition: D) => boolean,
): (after: string | undefined, limit: number) => D[] {
  return (after, limit) => {
    const found: D[] = [];
    let position = after;
    for (;;) {
      const chunk = list(position, limit);
      for (const definition of chunk) {
        if (isWanted(definition)) found.push(definition);
        if (found.length === limit) return found;
      }
      if (chunk.length < limit) return found;
      position = chunk.at(-1)?.name.name;
    }
  };
}
