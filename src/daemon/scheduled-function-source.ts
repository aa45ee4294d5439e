// A schedule that calls a function, as a source of the delivery pump. Called by deliveries.ts.
import type { Delivery } from '../broker/index.ts';
import type { GivenUp, Outcome, PushSource } from '../connectors/driver.ts';
import { eventRetryPolicy } from '../connectors/retry-policy.ts';
import { type ScheduledFunction, scheduleDeadLetter } from '../protocols/aws/index.ts';
import { attemptTimeoutMs, type DeliveriesDeps, functionOf, type PushedBinding } from './delivery-source.ts';

export function scheduledFunctionSource(
  deps: DeliveriesDeps,
  { binding, target, queueEntity, scheduled }: PushedBinding & { readonly scheduled: ScheduledFunction },
): PushSource {
  const { deadLetter: queue } = target;
  return {
    key: binding.name.name,
    queueEntity,
    driver: { deliver: (delivery, signal) => invoke(deps, scheduled, delivery, signal) },
    retry: eventRetryPolicy(scheduled.retriesMax, scheduled.maxAgeMs),
    timeoutMs: attemptTimeoutMs,
    deadLetter:
      queue === undefined
        ? undefined
        : { queue, message: (delivery, givenUp) => deadLetter(scheduled, delivery, givenUp) },
  };
}

async function invoke(
  deps: DeliveriesDeps,
  { functionArn }: ScheduledFunction,
  { message }: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  const called = functionOf(deps, functionArn);
  if ('kind' in called) return called;
  const call = { ...called, event: message.bodyText(), requestId: message.id };
  return deps.outbound.functions.send(call, signal);
}

function deadLetter(scheduled: ScheduledFunction, delivery: Delivery, givenUp: GivenUp) {
  const { condition, attempts, failure: last } = givenUp;
  const why = { code: last?.code ?? condition, text: last?.message ?? 'no attempt is left' };
  return scheduleDeadLetter(scheduled, delivery, { condition, attempts, ...why });
}
