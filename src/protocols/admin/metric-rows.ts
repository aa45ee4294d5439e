// Values of many rows under a bounded set of labels: the first rows by name have labels of their own, all
// others are one, so that a scrape stays bounded. Called by the metrics of queues and streams.
import type { SetValue } from '../../base/metrics.ts';
import type { NamedRow } from './list-page.ts';
import { addressOf } from './queue-path.ts';
import type { AdminDeps } from './types.ts';

export interface Spread<R> {
  readonly value: (row: R) => number;
  readonly join: (a: number, b: number) => number;
}

export const sum = (a: number, b: number): number => a + b;

/** So many rows have labels of their own. */
export function namedCount({ isPerQueue, queuesMax }: AdminDeps['metrics'], rowCount: number): number {
  return isPerQueue ? Math.min(queuesMax, rowCount) : 0;
}

export function spread<R extends NamedRow>(
  settings: AdminDeps['metrics'],
  rows: readonly R[],
  set: SetValue,
  { value, join }: Spread<R>,
): void {
  const ownCount = namedCount(settings, rows.length);
  let other: number | undefined;
  for (const [index, row] of rows.entries()) {
    if (index >= ownCount) {
      other = other === undefined ? value(row) : join(other, value(row));
      continue;
    }
    const { account, region, name } = addressOf(row.definition.name);
    set([account, region, name], value(row));
  }
  if (other !== undefined) set(['other', 'other', 'other'], other);
}
