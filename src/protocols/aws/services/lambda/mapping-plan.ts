// What a mapping asks of the poller that the daemon runs for it: its source, how to batch, which items pass,
// the event of a batch and what the function's answer says about its items.
import type { Catalog, Delivery, DocumentDefinition, ResourceName } from '../../../../broker/index.ts';
import { matches } from '../../../../broker/index.ts';
import { compileFilters } from '../../patterns/event-pattern.ts';
import { arnOf } from '../sqs/names.ts';
import { Receipts } from '../sqs/receipt.ts';
import { failedItems } from './batch-failures.ts';
import { filterPatterns, mappingOf } from './mapping.ts';
import { filterDocument, type EventQueue, queueRecord } from './queue-event.ts';

export interface MappingPlan {
  readonly key: string;
  readonly queue: ResourceName;
  readonly functionName: string;
  readonly batchItemsMax: number;
  readonly windowMs: number;
  /** Undefined: the daemon's default. */
  readonly concurrency: number | undefined;
  readonly keeps: ((delivery: Delivery) => boolean) | undefined;
  /** JSON; undefined when the queue is gone. */
  event(batch: readonly Delivery[]): string | undefined;
  /** Indexes of the batch; undefined: all of it failed. */
  failed(payload: Buffer, batch: readonly Delivery[]): ReadonlySet<number> | undefined;
}

/** Undefined for one that is switched off, or has no queue. */
export function mappingPlan(
  catalog: Catalog,
  definition: DocumentDefinition,
  secret: Uint8Array,
): MappingPlan | undefined {
  const { id, value } = mappingOf(definition);
  if (!value.isEnabled || value.source.kind !== 'queue') return undefined;
  const { fields } = value;
  const { name } = value.source;
  const receipts = new Receipts(secret);
  const find = (): EventQueue | undefined => {
    const queue = catalog.find(name);
    if (queue === undefined) return undefined;
    const isFifo = queue.settings.ordering === 'group';
    return { name, arn: arnOf(name), entity: queue.entity, isFifo, receipts };
  };
  return {
    key: `mapping ${id}`,
    queue: name,
    functionName: value.functionName,
    batchItemsMax: fields.BatchSize,
    windowMs: fields.MaximumBatchingWindowInSeconds * 1000,
    concurrency: fields.ScalingConfig?.MaximumConcurrency,
    keeps: filterOf(filterPatterns(fields), find),
    event(batch) {
      const queue = find();
      if (queue === undefined) return undefined;
      return JSON.stringify({ Records: batch.map((delivery) => queueRecord(queue, delivery)) });
    },
    failed(payload, batch) {
      if (!fields.FunctionResponseTypes.includes('ReportBatchItemFailures')) return new Set();
      return failedItems(
        payload,
        batch.map(({ message }) => message.id),
      );
    },
  };
}

function filterOf(patterns: readonly string[], find: () => EventQueue | undefined): MappingPlan['keeps'] {
  if (patterns.length === 0) return undefined;
  const matcher = compileFilters(patterns);
  return (delivery) => {
    const queue = find();
    if (queue === undefined) return true;
    return matches(matcher, { attributes: [], body: filterDocument(queueRecord(queue, delivery)) });
  };
}
