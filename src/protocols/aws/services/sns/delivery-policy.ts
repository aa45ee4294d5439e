// Delivery policies of HTTP endpoints: reads and checks their two forms (topic, subscription), and says
// what is in force for a subscription (SNS developer guide, "Amazon SNS message delivery retries"). Pure.
import type { AwsError } from '../../engine/errors.ts';

export interface HealthyRetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly numRetries: number;
  readonly numMaxDelayRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly backoffFunction: 'linear' | 'arithmetic' | 'geometric' | 'exponential';
}

/** What is in force for one subscription. */
export interface EffectivePolicy {
  readonly healthyRetryPolicy: HealthyRetryPolicy;
  readonly maxReceivesPerSecond: number | undefined;
  readonly headerContentType: string;
}

export type Say = (detail: string) => AwsError;
type Json = Readonly<Record<string, unknown>>;

const defaultContentType = 'text/plain; charset=UTF-8';
const defaultRetries: HealthyRetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};
const backoffFunctions = ['linear', 'arithmetic', 'geometric', 'exponential'];
const contentType =
  /^(?:text\/[a-z.+-]+|application\/(?:json|xml|[a-z.+-]+\+(?:xml|json)|x-www-form-urlencoded|octet-stream))(?:;\s*charset=[\w-]+)?$/i;
const delaySecondsMax = 3600;
const retriesMax = 100;

/** Throws what SetTopicAttributes and CreateTopic answer. */
export function checkTopicPolicy(text: string, say: Say): void {
  const { http } = parsed(text, say);
  if (http === undefined) return;
  const part = object(http, 'http', say);
  checkParts(
    {
      retries: part['defaultHealthyRetryPolicy'],
      throttle: part['defaultThrottlePolicy'],
      request: part['defaultRequestPolicy'],
      names: 'http.default',
    },
    say,
  );
}

/** Throws what Subscribe and SetSubscriptionAttributes answer. */
export function checkSubscriptionPolicy(text: string, say: Say): void {
  const policy = parsed(text, say);
  checkParts(
    {
      retries: policy['healthyRetryPolicy'],
      throttle: policy['throttlePolicy'],
      request: policy['requestPolicy'],
      names: '',
    },
    say,
  );
}

interface Parts {
  readonly retries: unknown;
  readonly throttle: unknown;
  readonly request: unknown;
  readonly names: string;
}

function checkParts({ retries, throttle, request, names }: Parts, say: Say): void {
  if (retries !== undefined && retries !== null) checkRetries(object(retries, names, say), say);
  if (throttle !== undefined && throttle !== null) {
    const most = object(throttle, names, say)['maxReceivesPerSecond'];
    if (most !== undefined && most !== null && !(Number.isInteger(most) && (most as number) >= 1)) {
      throw say('DeliveryPolicy: throttlePolicy.maxReceivesPerSecond must be at least 1');
    }
  }
  if (request === undefined || request === null) return;
  const type = object(request, names, say)['headerContentType'];
  if (type === undefined || type === null) return;
  if (typeof type !== 'string' || !contentType.test(type)) {
    throw say('DeliveryPolicy: requestPolicy.headerContentType is not a supported media type');
  }
}

function checkRetries(given: Json, say: Say): void {
  const policy = retriesOf(given);
  const bad = (text: string): AwsError => say(`DeliveryPolicy: healthyRetryPolicy.${text}`);
  const { minDelayTarget, maxDelayTarget, numRetries, backoffFunction } = policy;
  for (const [name, value] of Object.entries(policy)) {
    if (name !== 'backoffFunction' && !(Number.isInteger(value) && value >= 0)) {
      throw bad(`${name} must be a non-negative integer`);
    }
  }
  if (minDelayTarget < 1) throw bad('minDelayTarget must be at least 1');
  if (maxDelayTarget > delaySecondsMax) {
    throw bad(`maxDelayTarget must be less than or equal to ${delaySecondsMax}`);
  }
  if (minDelayTarget > maxDelayTarget) throw bad('maxDelayTarget must be greater than minDelayTarget');
  if (numRetries > retriesMax) throw bad(`numRetries must be less than or equal to ${retriesMax}`);
  if (!backoffFunctions.includes(backoffFunction)) throw bad('backoffFunction is not a known function');
  const phases = policy.numNoDelayRetries + policy.numMinDelayRetries + policy.numMaxDelayRetries;
  if (phases > numRetries) {
    throw bad('numRetries must be greater than or equal to the sum of the retries of all phases');
  }
  if (
    policy.numMinDelayRetries * minDelayTarget + policy.numMaxDelayRetries * maxDelayTarget >
    delaySecondsMax
  ) {
    throw bad(`total delay must be less than or equal to ${delaySecondsMax} seconds`);
  }
}

function retriesOf(given: unknown): HealthyRetryPolicy {
  const known = isObject(given) ? Object.entries(given).filter(([, value]) => value !== null) : [];
  return { ...defaultRetries, ...(Object.fromEntries(known) as Partial<HealthyRetryPolicy>) };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string, say: Say): Json {
  try {
    return object(JSON.parse(text), 'DeliveryPolicy', say);
  } catch (error) {
    if (error instanceof SyntaxError) throw say('DeliveryPolicy: failed to parse JSON');
    throw error;
  }
}

function object(value: unknown, name: string, say: Say): Json {
  if (isObject(value)) return value;
  throw say(`DeliveryPolicy: ${name} must be an object`);
}

/** Of texts that were checked when they were set. */
export function effectivePolicy(topicText: string | undefined, ownText: string | undefined): EffectivePolicy {
  const topic = part(read(topicText), 'http');
  const own = topic['disableSubscriptionOverrides'] === true ? {} : read(ownText);
  const request = { ...part(topic, 'defaultRequestPolicy'), ...part(own, 'requestPolicy') };
  const throttle = { ...part(topic, 'defaultThrottlePolicy'), ...part(own, 'throttlePolicy') };
  const hasOwnRetries = isObject(own['healthyRetryPolicy']);
  return {
    healthyRetryPolicy: retriesOf(
      hasOwnRetries ? own['healthyRetryPolicy'] : topic['defaultHealthyRetryPolicy'],
    ),
    maxReceivesPerSecond: throttle['maxReceivesPerSecond'] as number | undefined,
    headerContentType: (request['headerContentType'] as string | undefined) ?? defaultContentType,
  };
}

/** EffectiveDeliveryPolicy of a topic (recorded form). */
export function effectiveTopicText(topicText: string | undefined): string {
  const policy = effectivePolicy(topicText, undefined);
  const topic = part(read(topicText), 'http');
  const { maxReceivesPerSecond } = policy;
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: policy.healthyRetryPolicy,
      disableSubscriptionOverrides: topic['disableSubscriptionOverrides'] === true,
      ...(maxReceivesPerSecond === undefined ? {} : { defaultThrottlePolicy: { maxReceivesPerSecond } }),
      defaultRequestPolicy: { headerContentType: policy.headerContentType },
    },
  });
}

/** EffectiveDeliveryPolicy of a subscription. */
export function effectiveSubscriptionText(
  topicText: string | undefined,
  ownText: string | undefined,
): string {
  const policy = effectivePolicy(topicText, ownText);
  const { maxReceivesPerSecond } = policy;
  return JSON.stringify({
    healthyRetryPolicy: policy.healthyRetryPolicy,
    sicklyRetryPolicy: null,
    throttlePolicy: maxReceivesPerSecond === undefined ? null : { maxReceivesPerSecond },
    requestPolicy: { headerContentType: policy.headerContentType },
    guaranteed: false,
  });
}

/** DeliveryPolicy of a subscription as it is shown: whole, with nulls for what was not given (recorded). */
export function shownSubscriptionText(ownText: string): string {
  const own = read(ownText);
  const healthy = own['healthyRetryPolicy'];
  return JSON.stringify({
    healthyRetryPolicy: isObject(healthy) ? retriesOf(healthy) : null,
    sicklyRetryPolicy: null,
    throttlePolicy: own['throttlePolicy'] ?? null,
    requestPolicy: own['requestPolicy'] ?? null,
    guaranteed: false,
  });
}

function read(text: string | undefined): Json {
  return text === undefined || text === '' ? {} : (JSON.parse(text) as Json);
}

function part(value: Json, name: string): Json {
  const inner = value[name];
  return isObject(inner) ? inner : {};
}
