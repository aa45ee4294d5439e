// Listings: pages of names with tokens that the engine seals. A page goes on behind the last name that was
// shown.
import type { Call } from '../../engine/service.ts';
import { validationError } from './errors.ts';
import type { Events } from './events.ts';

const limitDefault = 100;

export interface PageInput {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken: string | undefined;
}

export interface Listing<T> {
  /** What chooses the items: a token is good for that alone. */
  readonly scope: string;
  /** Of the item, unique and ascending in the listing. */
  position(item: T): string;
  /** Items behind `after`, at most `limit` and at least one where there is any. */
  read(after: string | undefined, limit: number): readonly T[];
  /** Items that are passed over; absent: none. */
  isShown?(item: T): boolean;
}

export function pageOf<T>(events: Events, call: Call, input: PageInput, listing: Listing<T>): Page<T> {
  const limit = input.Limit ?? limitDefault;
  const scope = scopeOf(call, listing.scope);
  let after = input.NextToken === undefined ? undefined : events.paging.open(scope, input.NextToken);
  if (after === undefined && input.NextToken !== undefined) throw validationError('Token is invalid.');
  const items: T[] = [];
  for (;;) {
    const found = listing.read(after, limit + 1);
    for (const item of found) {
      if (listing.isShown?.(item) === false) continue;
      if (items.length === limit) {
        const position = listing.position(items.at(-1)!);
        return { items, NextToken: events.paging.seal(scope, position) };
      }
      items.push(item);
    }
    if (found.length <= limit) return { items, NextToken: undefined };
    after = listing.position(found.at(-1)!);
  }
}

function scopeOf(call: Call, scope: string) {
  return {
    operation: call.operationName,
    account: call.principal.account,
    parameters: `${call.region} ${scope}`,
  };
}
