// How often and how quickly a delivery is tried again, by kind of endpoint, and what becomes of one that is
// given up (SNS developer guide, "Amazon SNS message delivery retries" and "Dead-letter queues"). Pure; the
// daemon hands it to the delivery pump.
import type {
  BindingDefinition,
  MessageAttribute,
  OutgoingMessage,
  StoredMessage,
  TopicDefinition,
} from '../../../../broker/index.ts';
import { effectivePolicy } from './delivery-policy.ts';
import { confirmationKindOf, type NotificationDeps } from './notification.ts';
import { envelopeOf, isCopy } from './renderer.ts';
import { annotation } from './subscription.ts';

/** Phases of retries; the form that connectors take. */
export interface SnsRetryPolicy {
  readonly kind: 'phased';
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly immediateCount: number;
  readonly minDelayCount: number;
  readonly rampCount: number;
  readonly maxDelayCount: number;
  readonly ramp: 'linear' | 'arithmetic' | 'geometric' | 'exponential';
  readonly maxAgeMs?: number | undefined;
}

const hourMs = 3_600_000;

const managed: SnsRetryPolicy = {
  kind: 'phased',
  minDelayMs: 1_000,
  maxDelayMs: 20_000,
  immediateCount: 3,
  minDelayCount: 2,
  rampCount: 10,
  maxDelayCount: 100_000,
  ramp: 'exponential',
  maxAgeMs: 23 * 24 * hourMs,
};

const customer: SnsRetryPolicy = {
  kind: 'phased',
  minDelayMs: 10_000,
  maxDelayMs: 600_000,
  immediateCount: 0,
  minDelayCount: 2,
  rampCount: 10,
  maxDelayCount: 38,
  ramp: 'exponential',
  // Six hours of delays, and what the attempts themselves take.
  maxAgeMs: 8 * hourMs,
};

export function snsRetryPolicy(
  topic: TopicDefinition | undefined,
  binding: BindingDefinition,
): SnsRetryPolicy {
  const protocol = binding.annotations[annotation.protocol];
  if (protocol === 'lambda' || protocol === 'firehose') return managed;
  if (protocol !== 'http' && protocol !== 'https') return customer;
  const { healthyRetryPolicy: policy } = policyOf(topic, binding);
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = policy;
  return {
    kind: 'phased',
    minDelayMs: policy.minDelayTarget * 1000,
    maxDelayMs: policy.maxDelayTarget * 1000,
    immediateCount: numNoDelayRetries,
    minDelayCount: numMinDelayRetries,
    rampCount: Math.max(0, policy.numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries),
    maxDelayCount: numMaxDelayRetries,
    ramp: policy.backoffFunction,
  };
}

/** Most deliveries a second that the subscriber wants; undefined: any. */
export function snsRatePerSecond(
  topic: TopicDefinition | undefined,
  binding: BindingDefinition,
): number | undefined {
  return policyOf(topic, binding).maxReceivesPerSecond;
}

function policyOf(topic: TopicDefinition | undefined, binding: BindingDefinition) {
  return effectivePolicy(topic?.annotations['DeliveryPolicy'], binding.annotations['DeliveryPolicy']);
}

/** Why it was given up, as the pump says it. */
export interface GivenUpFacts {
  readonly code: string;
  readonly message: string;
}

/** What would have been delivered, for the dead-letter queue; undefined: confirmations are not kept. */
export function snsDeadLetter(
  deps: NotificationDeps,
  binding: BindingDefinition,
  message: StoredMessage,
  { code, message: text }: GivenUpFacts,
): OutgoingMessage | undefined {
  if (!isCopy(message) || confirmationKindOf(message) !== undefined) return undefined;
  const isRaw = binding.annotations['RawMessageDelivery'] === 'true';
  const why: readonly MessageAttribute[] = [
    { name: 'RequestID', type: 'String', value: message.id },
    { name: 'ErrorCode', type: 'String', value: code },
    { name: 'ErrorMessage', type: 'String', value: text },
  ];
  return {
    body: isRaw ? message.bodyText() : envelopeOf(deps, message),
    attributes: isRaw ? [...message.attributes, ...why] : why,
    group: message.group,
    sender: message.sender,
    trace: message.trace,
  };
}
