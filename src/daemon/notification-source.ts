// A subscription as a source of the delivery pump: SNS's requests, retries and dead letters. Called by
// deliveries.ts.
import type { Delivery, OutgoingMessage } from '../broker/index.ts';
import type { GivenUp, Outcome, PushSource } from '../connectors/driver.ts';
import { failure } from '../connectors/driver.ts';
import {
  type SnsDelivery,
  snsDeadLetter,
  snsDelivery,
  snsRatePerSecond,
  snsRetryPolicy,
} from '../protocols/aws/index.ts';
import {
  answerBytesMax,
  attemptTimeoutMs,
  type DeliveriesDeps,
  functionOf,
  type PushedBinding,
} from './delivery-source.ts';

export function notificationSource(deps: DeliveriesDeps, pushed: PushedBinding): PushSource {
  const { binding, target, queueEntity } = pushed;
  const topic = deps.broker.catalog.topics.byEntity(binding.topic);
  const { deadLetter } = target;
  return {
    key: binding.name.name,
    queueEntity,
    driver: { deliver: (delivery, signal) => notify(deps, pushed, delivery, signal) },
    retry: snsRetryPolicy(topic, binding),
    timeoutMs: attemptTimeoutMs,
    ratePerSecond: snsRatePerSecond(topic, binding),
    deadLetter:
      deadLetter === undefined
        ? undefined
        : { queue: deadLetter, message: (delivery, why) => deadNotification(deps, pushed, delivery, why) },
  };
}

async function notify(
  deps: DeliveriesDeps,
  { binding }: PushedBinding,
  { message }: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  await deps.signing.ready();
  return send(deps, await snsDelivery(deps.signing.notification, binding, message), signal);
}

async function deadNotification(
  { signing }: DeliveriesDeps,
  { binding }: PushedBinding,
  { message }: Delivery,
  { failure: last, condition }: GivenUp,
): Promise<OutgoingMessage> {
  await signing.ready();
  const why = { code: last?.code ?? condition, message: last?.message ?? 'no attempt is left' };
  const dead = snsDeadLetter(signing.notification, binding, message, why);
  return dead ?? { body: message.bodyText(), attributes: [], sender: message.sender };
}

function send(deps: DeliveriesDeps, request: SnsDelivery, signal: AbortSignal): Promise<Outcome> | Outcome {
  const { outbound } = deps;
  switch (request.kind) {
    case 'http':
      return outbound.http.send({ ...request, answerBytesMax }, signal);
    case 'email':
      return outbound.email.send({ ...request, from: outbound.emailFrom }, signal);
    case 'sms':
      return outbound.sms.send(request, signal);
    case 'function': {
      const called = functionOf(deps, request.functionArn);
      return 'kind' in called ? called : outbound.functions.send({ ...called, ...request }, signal);
    }
    case 'apns':
    case 'fcm':
      outbound.recorded.record('push', request.to, request);
      return { kind: 'delivered' };
    case 'firehose':
      return failure('not_implemented', 'delivery streams are not built', true);
    case 'refused':
      return failure(request.code, request.message, true);
  }
}
