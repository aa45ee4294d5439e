// The attributes of subscriptions: what each may hold, what of it the core must know, and how they are
// shown. Texts are kept in the annotations of the binding. Pure but for a look at the catalog.
import type { BindingDefinition, Matcher } from '../../../../broker/index.ts';
import { compileFilterPolicy } from '../../patterns/filter-policy.ts';
import type { AwsError } from '../../engine/errors.ts';
import {
  checkSubscriptionPolicy,
  effectiveSubscriptionText,
  type Say,
  shownSubscriptionText,
} from './delivery-policy.ts';
import { canBeRaw, isHttp, targetFor } from './endpoints.ts';
import { invalidParameter } from './errors.ts';
import { queueOfArn } from './names.ts';
import { annotation, isPending, type Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';
import type { Attributes } from './topic-attributes.ts';
import type { SubscriptionChange } from './change.ts';

const settable = [
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
  'ReplayPolicy',
  'SubscriptionRoleArn',
] as const;
const settableNames: ReadonlySet<string> = new Set(settable);

export interface AttributeContext {
  readonly topic: Topic;
  readonly protocol: string;
  readonly endpoint: string;
}

export const onSubscribe: Say = (detail) => invalidParameter(`Attributes Reason: ${detail}`);
export const onSet: Say = (detail) => invalidParameter(detail);

/** The annotations that these attributes make of `current`; throws what the request is answered with. */
export function applyAttributes(
  current: Attributes,
  given: Attributes,
  context: AttributeContext,
  say: Say,
): Attributes {
  const next: Record<string, string> = { ...current };
  for (const [name, text] of Object.entries(given)) {
    if (!settableNames.has(name)) throw invalidParameter('AttributeName');
    const kept = checkAttribute(name as (typeof settable)[number], text, context, say);
    if (kept === undefined) delete next[name];
    else next[name] = kept;
  }
  return next;
}

/** The text to keep; undefined takes the attribute away. */
function checkAttribute(
  name: (typeof settable)[number],
  text: string,
  context: AttributeContext,
  say: Say,
): string | undefined {
  switch (name) {
    case 'RawMessageDelivery':
      return checkRaw(text, context, say);
    case 'FilterPolicy':
      return text === '' || isEmptyObject(text) ? undefined : text;
    case 'FilterPolicyScope':
      if (text === 'MessageBody' || text === 'MessageAttributes') return text;
      throw say(
        `FilterPolicyScope: Invalid value [${text}]. Please use either MessageBody or MessageAttributes`,
      );
    case 'RedrivePolicy':
      return checkRedrive(text, context, say);
    case 'DeliveryPolicy':
      if (text === '') return undefined;
      if (!isHttp(context.protocol)) {
        throw say(`Delivery policies are not supported for protocol [${context.protocol}]`);
      }
      checkSubscriptionPolicy(text, say);
      return text;
    case 'SubscriptionRoleArn':
      if (/^arn:aws[a-z-]*:iam::\d{12}:role\/.+/.test(text)) return text;
      throw say('SubscriptionRoleArn: Invalid value');
    case 'ReplayPolicy':
      if (text === '') return undefined;
      throw say('ReplayPolicy: the topic has no archive that messages could be replayed from');
  }
}

function checkRaw(text: string, { protocol }: AttributeContext, say: Say): string {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false') {
    throw say(`RawMessageDelivery: Invalid value [${text}]. Must be true or false.`);
  }
  if (lower === 'true' && !canBeRaw(protocol)) {
    throw say(`Delivery protocol [${protocol}] does not support raw message delivery.`);
  }
  return lower;
}

function checkRedrive(text: string, { topic, endpoint }: AttributeContext, say: Say): string | undefined {
  if (text === '' || isEmptyObject(text)) return undefined;
  const target = redriveTarget(text, say);
  const queue = typeof target === 'string' ? queueOfArn(target) : undefined;
  if (queue === undefined) throw say('RedrivePolicy: deadLetterTargetArn is an invalid arn');
  const isForFifo = topic.isFifo && endpoint.endsWith('.fifo');
  if (isForFifo && !queue.name.endsWith('.fifo')) {
    throw say('RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.');
  }
  return text;
}

function redriveTarget(text: string, say: Say): unknown {
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy !== 'object' || policy === null) throw new SyntaxError('not an object');
    return (policy as { deadLetterTargetArn?: unknown }).deadLetterTargetArn;
  } catch {
    throw say(`RedrivePolicy: failed to parse JSON. Unexpected token in '${text}'`);
  }
}

function isEmptyObject(text: string): boolean {
  return /^\s*\{\s*\}\s*$/.test(text);
}

/** What these annotations make of the binding: its matcher, its target. Throws for a bad filter policy. */
export function compiled(
  annotations: Attributes,
  { protocol, endpoint }: AttributeContext,
  say: Say,
): Pick<SubscriptionChange, 'targets' | 'annotations'> & { readonly matcher: Matcher | null } {
  // What it is asked meanwhile holds a token, which is nothing for a dead-letter queue.
  const isWaiting = annotations[annotation.state] !== 'confirmed';
  const redrive = annotations['RedrivePolicy'];
  const deadLetter =
    isWaiting || redrive === undefined ? undefined : queueOfArn(String(redriveTarget(redrive, say)));
  const isRaw = annotations['RawMessageDelivery'] === 'true';
  return {
    annotations,
    matcher: matcherOf(annotations, say),
    targets: [targetFor({ protocol, endpoint, isRaw, isAsked: isWaiting, deadLetter })],
  };
}

function matcherOf(annotations: Attributes, say: Say): Matcher | null {
  const { FilterPolicy: text, FilterPolicyScope: scope = 'MessageAttributes' } = annotations;
  if (text === undefined) return null;
  try {
    return compileFilterPolicy(text, scope as 'MessageAttributes' | 'MessageBody') ?? null;
  } catch (error) {
    throw filterFault(error, say);
  }
}

function filterFault(error: unknown, say: Say): AwsError {
  if (!(error instanceof Error) || error.name !== 'PatternError') throw error;
  const { message } = error;
  // This one has no prefix of its own in either request (recorded).
  if (message.startsWith('Filter policy scope')) return invalidParameter(message);
  return say(message.startsWith('FilterPolicy') ? message : `FilterPolicy: ${message}`);
}

/** Everything that GetSubscriptionAttributes shows. */
export function shownSubscriptionAttributes({ definition, topic, arn, ...facts }: Subscription): Attributes {
  const { annotations } = definition;
  const { protocol, endpoint, owner } = facts;
  const delivery = annotations['DeliveryPolicy'];
  const shown: Record<string, string> = {
    SubscriptionArn: arn,
    TopicArn: topic.arn,
    Protocol: protocol,
    Endpoint: endpoint,
    Owner: owner,
    SubscriptionPrincipal: annotations[annotation.principal] ?? '',
    PendingConfirmation: String(isPending(definition)),
    ConfirmationWasAuthenticated: annotations[annotation.isAuthenticated] ?? 'false',
    RawMessageDelivery: annotations['RawMessageDelivery'] ?? 'false',
  };
  for (const name of ['FilterPolicy', 'RedrivePolicy', 'SubscriptionRoleArn', 'ReplayPolicy']) {
    const text = annotations[name];
    if (text !== undefined) shown[name] = text;
  }
  if (annotations['FilterPolicy'] !== undefined) {
    shown['FilterPolicyScope'] = annotations['FilterPolicyScope'] ?? 'MessageAttributes';
  }
  if (delivery !== undefined) shown['DeliveryPolicy'] = shownSubscriptionText(delivery);
  if (isHttp(protocol)) {
    const topicPolicy = topic.definition.annotations['DeliveryPolicy'];
    shown['EffectiveDeliveryPolicy'] = effectiveSubscriptionText(topicPolicy, delivery);
  }
  return shown;
}

/** Whether Subscribe of an existing subscription asks for nothing else than what is there. */
export function hasSameAttributes(
  binding: BindingDefinition,
  wanted: Attributes,
  given: Attributes,
): boolean {
  return Object.keys(given).every((name) => {
    const current = binding.annotations[name];
    const next = wanted[name];
    if (name === 'RawMessageDelivery') return (current ?? 'false') === (next ?? 'false');
    return name === 'FilterPolicyScope'
      ? (current ?? 'MessageAttributes') === (next ?? 'MessageAttributes')
      : current === next;
  });
}
