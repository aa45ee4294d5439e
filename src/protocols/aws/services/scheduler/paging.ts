// Listings: pages of definitions in the order of their names, with tokens that the engine seals. A page
// goes on behind the last name that was shown.
import type { Definitions, ResourceName } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import { namespaceOf } from '../events/names.ts';
import { validationError } from './errors.ts';
import { callerPlace, type Scheduler } from './scheduler.ts';

/** API reference: ListSchedules, MaxResults. */
const limitDefault = 100;

export interface Listing<D> {
  readonly definitions: Definitions<D>;
  readonly prefix: string;
  readonly input: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined };
  /** What else chooses the items: a token is good for that alone. */
  readonly scope: string;
  readonly isShown?: (definition: D) => boolean;
}

export function pageOf<D extends { readonly name: ResourceName }>(
  { paging }: Scheduler,
  call: Call,
  { definitions, prefix, input, scope, isShown }: Listing<D>,
): { readonly items: readonly D[]; readonly NextToken: string | undefined } {
  const place = callerPlace(call);
  const namespace = namespaceOf(place);
  const sealed = {
    operation: call.operationName,
    account: place.account,
    parameters: `${call.region} ${prefix} ${scope}`,
  };
  const limit = input.MaxResults ?? limitDefault;
  let after = input.NextToken === undefined ? undefined : paging.open(sealed, input.NextToken);
  if (after === undefined && input.NextToken !== undefined) throw validationError('Invalid NextToken.');
  const items: D[] = [];
  for (;;) {
    const from = after === undefined ? {} : { after };
    const found = definitions.list({ namespace, prefix, limit: limit + 1, ...from });
    for (const definition of found) {
      if (isShown?.(definition) === false) continue;
      if (items.length === limit) {
        return { items, NextToken: paging.seal(sealed, items.at(-1)!.name.name) };
      }
      items.push(definition);
    }
    if (found.length <= limit) return { items, NextToken: undefined };
    after = found.at(-1)!.name.name;
  }
}
