// Event source mappings as pollers: batches of a queue go to a function of the configuration, and what it
// answers says which of them are done. Called by outward.ts.
import { randomUUID } from 'node:crypto';
import { limits } from '../base/limits.ts';
import type { Delivery, DocumentDefinition } from '../broker/index.ts';
import { failure } from '../connectors/driver.ts';
import type { BatchOutcome, Poller, PollerDeps } from '../connectors/poller/poller.ts';
import { PollerSet } from '../connectors/poller/poller-set.ts';
import { QueuePoller } from '../connectors/poller/queue-poller.ts';
import { type MappingPlan, mappingPlan, mappingPrefix } from '../protocols/aws/index.ts';
import type { FunctionCalls } from './function-calls.ts';
import type { Outbound } from './outbound.ts';

export interface MappingDeps extends PollerDeps {
  readonly outbound: Outbound;
  readonly functions: FunctionCalls;
  /** Of the data directory. */
  readonly secret: Uint8Array;
}

/** Of a function that the configuration has no more: the poller goes on and says so. */
const timeoutMsDefault = 60_000;

export function mappingPollers(deps: MappingDeps): PollerSet {
  const { broker, logger } = deps;
  return new PollerSet({ broker, logger, prefix: mappingPrefix, build: (found) => pollerOf(deps, found) });
}

function pollerOf(deps: MappingDeps, definition: DocumentDefinition): Poller | undefined {
  const plan = mappingPlan(deps.broker.catalog, definition, deps.secret);
  if (plan === undefined) return undefined;
  const { key, queue, batchItemsMax, windowMs, keeps, functionName } = plan;
  return new QueuePoller(deps, {
    key,
    queue,
    batchItemsMax,
    batchBytesMax: limits.pollerBatchBytesMax,
    windowMs,
    concurrency: plan.concurrency ?? limits.pollerConcurrency,
    timeoutMs: deps.outbound.functionNamed(functionName)?.timeoutMs ?? timeoutMsDefault,
    keeps,
    target: (batch, signal) => call(deps.functions, plan, batch, signal),
  });
}

async function call(
  functions: FunctionCalls,
  plan: MappingPlan,
  batch: readonly Delivery[],
  signal: AbortSignal,
): Promise<BatchOutcome> {
  const event = plan.event(batch);
  if (event === undefined) return failure('queue_not_found', `there is no queue ${plan.queue.name}`);
  const request = { name: plan.functionName, event, requestId: randomUUID() };
  const answer = await functions.invoke(request, signal);
  if (answer.kind === 'failed') return answer;
  if (answer.kind === 'functionError')
    return failure('function_error', answer.payload.toString('utf8', 0, 500));
  const failed = plan.failed(answer.payload, batch);
  if (failed === undefined) return failure('answer_malformed', 'batchItemFailures cannot be read');
  return { kind: 'done', failed };
}
