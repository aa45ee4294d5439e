// The protocols that a topic can be subscribed by: what an endpoint of each must look like, whether it must
// be asked first, and the target of the core that it becomes. Checks in the words of Subscribe.
import type { BindingTarget, ResourceName } from '../../../../broker/index.ts';
import { findEndpoint, parseEndpointArn } from './application.ts';
import { invalidParameter, invalidSmsEndpoint } from './errors.ts';
import { accountOf, queueOfArn } from './names.ts';
import type { Sns } from './sns.ts';
import type { Topic } from './topic.ts';

export type Protocol =
  | 'http'
  | 'https'
  | 'email'
  | 'email-json'
  | 'sms'
  | 'sqs'
  | 'application'
  | 'lambda'
  | 'firehose';

const rawProtocols: ReadonlySet<string> = new Set<Protocol>(['http', 'https', 'sqs', 'firehose']);
const askedProtocols: ReadonlySet<string> = new Set<Protocol>(['http', 'https', 'email', 'email-json']);

export const phonePattern = /^\+?[1-9]\d{1,14}$/;
const lambdaPattern = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;
const firehosePattern = /^arn:aws[a-z-]*:firehose:[a-z0-9-]+:\d{12}:deliverystream\/[\w.-]+$/;
const emailPattern = /^[^\s@]+@[^\s@]+$/;

export function canBeRaw(protocol: string): boolean {
  return rawProtocols.has(protocol);
}

export function isHttp(protocol: string): boolean {
  return protocol === 'http' || protocol === 'https';
}

/** Throws what Subscribe answers for this protocol and endpoint. */
export function checkEndpoint(sns: Sns, topic: Topic, protocol: string, endpoint: string): void {
  if (!Object.hasOwn(checks, protocol)) {
    throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  if (topic.isFifo && protocol !== 'sqs') throw invalidParameter(`Invalid protocol type: ${protocol}`);
  checks[protocol as Protocol]({ sns, topic, endpoint, protocol });
}

interface Candidate {
  readonly sns: Sns;
  readonly topic: Topic;
  readonly protocol: string;
  readonly endpoint: string;
}

const checks: Readonly<Record<Protocol, (candidate: Candidate) => void>> = {
  http: checkUrl,
  https: checkUrl,
  email: checkEmail,
  'email-json': checkEmail,
  sms: ({ endpoint }) => {
    if (!phonePattern.test(endpoint)) throw invalidSmsEndpoint(endpoint);
  },
  sqs: checkQueue,
  lambda: ({ endpoint }) => {
    if (!lambdaPattern.test(endpoint)) throw invalidParameter('Lambda endpoint ARN');
  },
  firehose: ({ endpoint }) => {
    if (!firehosePattern.test(endpoint)) throw invalidParameter('Firehose endpoint ARN');
  },
  application: ({ sns, endpoint }) => {
    if (findEndpoint(sns, endpoint) !== undefined) return;
    throw invalidParameter(`Endpoint Reason: Endpoint does not exist for endpoint arn ${endpoint}`);
  },
};

function checkUrl({ protocol, endpoint }: Candidate): void {
  if (endpoint.startsWith(`${protocol}://`) && URL.canParse(endpoint)) return;
  throw invalidParameter('Endpoint must match the specified protocol');
}

function checkEmail({ endpoint }: Candidate): void {
  if (!emailPattern.test(endpoint)) throw invalidParameter('Email address');
}

function checkQueue({ topic, endpoint }: Candidate): void {
  const queue = queueOfArn(endpoint);
  if (queue === undefined) throw invalidParameter('SQS endpoint ARN');
  if (topic.isFifo || !queue.name.endsWith('.fifo')) return;
  // The prefix really comes twice (recorded).
  throw invalidParameter(
    'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
  );
}

/** Whether whoever has the endpoint must agree first: those outside always, queues of other accounts too. */
export function needsConfirmation(protocol: string, endpoint: string, account: string): boolean {
  if (askedProtocols.has(protocol)) return true;
  const queue = protocol === 'sqs' ? queueOfArn(endpoint) : undefined;
  return queue !== undefined && accountOf(queue) !== account;
}

export interface TargetFacts {
  readonly protocol: string;
  readonly endpoint: string;
  readonly isRaw: boolean;
  /** It has not agreed (yet, or any more). */
  readonly isAsked: boolean;
  readonly deadLetter: ResourceName | undefined;
}

/** Raw copies carry their attributes as a message of SQS does, and that has ten at most. */
const queueAttributesMax = 10;
/** Renderer of the core for copies that are read as envelopes (BrokerOptions.renderers). */
export const notificationRendering = 1;
/** Of managed endpoints retries end after 23 days, of all others within hours (SNS, "Delivery retries"). */
const managedRetentionMs = 23 * 86_400_000;
const pushRetentionMs = 86_400_000;

/** The target of the core that stands for this endpoint. */
export function targetFor({ protocol, endpoint, isRaw, isAsked, deadLetter }: TargetFacts): BindingTarget {
  const queue = protocol === 'sqs' ? queueOfArn(endpoint) : undefined;
  if (queue !== undefined) {
    // The question whether it agrees is an envelope in any case.
    const isShownRaw = isRaw && !isAsked;
    return {
      id: '',
      kind: 'queue',
      name: queue,
      rendering: isShownRaw ? 0 : notificationRendering,
      channel: 'sqs',
      attributesMax: isShownRaw ? queueAttributesMax : undefined,
      deadLetter,
    };
  }
  const isManaged = protocol === 'lambda' || protocol === 'firehose';
  return {
    id: '',
    kind: 'push',
    channel: protocol === 'application' ? parseEndpointArn(endpoint)?.platform : protocol,
    retentionMs: isManaged ? managedRetentionMs : pushRetentionMs,
    deadLetter,
    annotations: { service: 'sns', protocol, endpoint },
  };
}
