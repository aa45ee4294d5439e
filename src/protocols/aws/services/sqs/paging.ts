// Pages of ListQueues and ListDeadLetterSourceQueues. A token is given only to who asked for pages
// (MaxResults).
import type { QueueDefinition, ResourceName } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import type { Sqs } from './sqs.ts';
import { invalidParameter, invalidValue } from './errors.ts';

const resultsMax = 1000;

interface PageInput {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page {
  readonly names: readonly ResourceName[];
  readonly nextToken: string | undefined;
}

export interface Listing {
  /** What the request asked for besides the page: a token is good for that alone. */
  readonly scope: string;
  read(after: string | undefined, limit: number): readonly QueueDefinition[];
}

export function pageOf(sqs: Sqs, call: Call, input: PageInput, listing: Listing): Page {
  const { MaxResults: count, NextToken: token } = input;
  if (count !== undefined && !(count >= 1 && count <= resultsMax)) {
    throw invalidValue('MaxResults', count, `Must be between 1 and ${resultsMax}, if provided.`);
  }
  if (token !== undefined && count === undefined) {
    throw invalidParameter('MaxResults is a mandatory parameter when you provide a value for NextToken.');
  }
  const bound = {
    operation: call.operationName,
    account: call.principal.account,
    parameters: `${call.region} ${listing.scope}`,
  };
  const after = token === undefined ? undefined : sqs.paging.open(bound, token);
  if (token !== undefined && after === undefined) throw invalidParameter('Invalid NextToken value.');
  const limit = count ?? resultsMax;
  const found = listing.read(after, limit + 1);
  const names = found.slice(0, limit).map(({ name }) => name);
  const hasMore = count !== undefined && found.length > limit;
  return { names, nextToken: hasMore ? sqs.paging.seal(bound, names.at(-1)!.name) : undefined };
}
