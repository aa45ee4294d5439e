// An API destination as it is kept, and the way from its ARN to it. Pure.
import type { Catalog } from '../../../../broker/index.ts';
import { findConnection } from './connection.ts';
import { findKept, type Kept } from './documents.ts';
import { parseNamedArn } from './names.ts';

export interface DestinationValue {
  /** Part of its ARN. */
  readonly id: string;
  readonly description?: string | undefined;
  readonly connectionArn: string;
  /** With `*` where targets put their path parameters. */
  readonly endpoint: string;
  readonly method: string;
  readonly ratePerSecond: number;
}

/** EventBridge user guide, "API destinations": invocations per second when nothing is said. */
export const ratePerSecondDefault = 300;

/** An ARN of an earlier one of its name names none. */
export function findDestination(catalog: Catalog, arn: string): Kept<DestinationValue> | undefined {
  const address = parseNamedArn('destination', arn);
  if (address === undefined) return undefined;
  const kept = findKept<DestinationValue>(catalog, address, 'destination', address.name);
  return kept?.value.id === address.id ? kept : undefined;
}

/** Nothing can be delivered without a connection that is authorized. */
export function destinationState(
  catalog: Catalog,
  { connectionArn }: DestinationValue,
): 'ACTIVE' | 'INACTIVE' {
  return findConnection(catalog, connectionArn)?.value.state === 'AUTHORIZED' ? 'ACTIVE' : 'INACTIVE';
}
