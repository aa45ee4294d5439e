// A pushed target of an EventBridge rule as a source of the delivery pump: functions, URLs and API
// destinations with their connections. Called by deliveries.ts.
import type { Delivery } from '../broker/index.ts';
import type { Outcome, PushSource } from '../connectors/driver.ts';
import { failure } from '../connectors/driver.ts';
import { AuthorizedClient } from '../connectors/connections/authorized-client.ts';
import { destinationRules } from '../connectors/http-client.ts';
import { HttpTransport } from '../connectors/http/http-transport.ts';
import { eventRetryPolicy } from '../connectors/retry-policy.ts';
import {
  deadLetter,
  functionInvocation,
  httpRequest,
  httpTarget,
  openConnection,
  type PushedTarget,
  retryOf,
} from '../protocols/aws/index.ts';
import {
  answerBytesMax,
  attemptTimeoutMs,
  type DeliveriesDeps,
  functionOf,
  type PushedBinding,
} from './delivery-source.ts';

/** Of API destinations (user guide, "API destinations"). */
const destinationTimeoutMs = 5_000;

export function ruleSource(
  deps: DeliveriesDeps,
  { binding, target, queueEntity, pushed }: PushedBinding & { readonly pushed: PushedTarget },
): PushSource {
  const { retriesMax, maxAgeMs } = retryOf(pushed);
  const { deadLetter: queue } = target;
  const isFunction = pushed.medium === 'function';
  return {
    key: `${binding.name.name}/${target.id}`,
    queueEntity,
    driver: {
      deliver: (delivery, signal) =>
        isFunction ? invoke(deps, pushed, delivery, signal) : request(deps, pushed, delivery, signal),
    },
    retry: eventRetryPolicy(retriesMax, maxAgeMs),
    timeoutMs: attemptTimeoutMs,
    ratePerSecond: isFunction ? undefined : httpTarget(deps.broker.catalog, pushed)?.ratePerSecond,
    deadLetter:
      queue === undefined
        ? undefined
        : { queue, message: (delivery, givenUp) => deadLetter(pushed, delivery, givenUp) },
  };
}

async function invoke(
  deps: DeliveriesDeps,
  pushed: PushedTarget,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  const { arn, event, requestId } = functionInvocation(pushed, delivery);
  const called = functionOf(deps, arn);
  return 'kind' in called ? called : deps.outbound.functions.send({ ...called, event, requestId }, signal);
}

async function request(
  deps: DeliveriesDeps,
  pushed: PushedTarget,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  const { outbound, broker, clock, secrets } = deps;
  const target = httpTarget(broker.catalog, pushed);
  if (target === undefined)
    return failure('destination_not_found', 'the API destination does not exist', true);
  const { connectionArn } = target;
  const client =
    connectionArn === undefined
      ? outbound.client
      : new AuthorizedClient({
          client: outbound.client,
          tokens: outbound.tokens,
          clock,
          connection: () => openConnection(broker.catalog, connectionArn, secrets),
        });
  const transport = new HttpTransport({ client, clock, rules: destinationRules });
  const prepared = {
    ...httpRequest(pushed, target, delivery),
    timeoutMs: destinationTimeoutMs,
    answerBytesMax,
  };
  return transport.send(prepared, signal);
}
