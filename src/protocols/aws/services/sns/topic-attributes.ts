// The attributes of topics: which there are, what each may hold, and how they are shown. Texts are kept as
// they came, in the annotations of the topic; only those that the core must know become settings. Pure.
import type { TopicDefinition, TopicSettings } from '../../../../broker/index.ts';
import { parsePolicy } from '../../engine/iam/policy.ts';
import { checkTopicPolicy, effectiveTopicText, type Say } from './delivery-policy.ts';
import { invalidParameter } from './errors.ts';
import { accountOf, arnOf } from './names.ts';
import { defaultPolicy } from './permissions.ts';

export type Attributes = Readonly<Record<string, string>>;

export interface TopicDraft {
  readonly settings: TopicSettings;
  readonly annotations: Attributes;
}

type Check = (text: string, say: Say) => void;

const oneOf =
  (name: string, ...allowed: string[]): Check =>
  (text, say) => {
    if (!allowed.includes(text)) throw say(`${name}: Invalid value [${text}]`);
  };
const anything: Check = () => {};
const sampleRate: Check = (text, say) => {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 100) throw say(`SuccessFeedbackSampleRate: ${text}`);
};
const roleArn: Check = (text, say) => {
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+/.test(text)) throw say(`FeedbackRoleArn: ${text}`);
};
const policy: Check = (text) => {
  if (!parsePolicy(text).ok) throw invalidParameter('Policy Error: null');
};
const displayName: Check = (text, say) => {
  if (text.length > 100) throw say('DisplayName');
};

function feedbackChecks(protocol: string): [string, Check][] {
  return [
    [`${protocol}SuccessFeedbackRoleArn`, roleArn],
    [`${protocol}FailureFeedbackRoleArn`, roleArn],
    [`${protocol}SuccessFeedbackSampleRate`, sampleRate],
  ];
}

const checks: ReadonlyMap<string, Check> = new Map([
  ['DisplayName', displayName],
  ['Policy', policy],
  ['DeliveryPolicy', checkTopicPolicy],
  ['KmsMasterKeyId', anything],
  ['TracingConfig', oneOf('TracingConfig', 'PassThrough', 'Active')],
  ['SignatureVersion', oneOf('SignatureVersion', '1', '2')],
  ...['HTTP', 'Firehose', 'Lambda', 'Application', 'SQS'].flatMap(feedbackChecks),
]);
const fifoChecks: ReadonlyMap<string, Check> = new Map([
  ['ContentBasedDeduplication', oneOf('ContentBasedDeduplication', 'true', 'false')],
  ['FifoThroughputScope', oneOf('FifoThroughputScope', 'Topic', 'MessageGroup')],
  ['ArchivePolicy', checkArchivePolicy],
]);
/** Their case is not the client's business. */
const booleans: ReadonlySet<string> = new Set(['ContentBasedDeduplication', 'FifoTopic']);

const onCreate: Say = (detail) => invalidParameter(`Attributes Reason: ${detail}`);

/** Settings and annotations of a topic that CreateTopic makes; throws what it answers. */
export function draftNewTopic(given: Attributes): TopicDraft {
  const isFifo = given['FifoTopic']?.toLowerCase() === 'true';
  const annotations: Record<string, string> = {};
  for (const [name, raw] of Object.entries(given)) {
    const text = booleans.has(name) ? raw.toLowerCase() : raw;
    if (name === 'FifoTopic') {
      oneOf('FifoTopic', 'true', 'false')(text, onCreate);
      continue;
    }
    checkOne(name, text, { isFifo, say: onCreate, unknown: () => onCreate(`Unknown attribute ${name}`) });
    if (text !== '') annotations[name] = text;
  }
  return { settings: settingsOf(isFifo, annotations), annotations };
}

/** A topic's settings and annotations after SetTopicAttributes; throws what it answers. */
export function draftChangedTopic(current: TopicDefinition, name: string, raw: string): TopicDraft {
  const isFifo = current.settings.ordering === 'group';
  const text = booleans.has(name) ? raw.toLowerCase() : raw;
  const say: Say = (detail) => invalidParameter(detail);
  checkOne(name, text, { isFifo, say, unknown: () => invalidParameter('AttributeName') });
  const { [name]: _, ...others } = current.annotations;
  const annotations = text === '' ? others : { ...others, [name]: text };
  return { settings: settingsOf(isFifo, annotations), annotations };
}

interface CheckContext {
  readonly isFifo: boolean;
  readonly say: Say;
  readonly unknown: () => Error;
}

function checkOne(name: string, text: string, { isFifo, say, unknown }: CheckContext): void {
  const check = checks.get(name) ?? (isFifo ? fifoChecks.get(name) : undefined);
  if (check !== undefined) {
    // An empty text takes the attribute away.
    if (text !== '') check(text, say);
    return;
  }
  if (fifoChecks.has(name)) throw say(`${name} can only be set for FIFO topics`);
  throw unknown();
}

function settingsOf(isFifo: boolean, annotations: Attributes): TopicSettings {
  if (!isFifo) return { ordering: 'none', dedup: 'none' };
  const isPerGroup = annotations['FifoThroughputScope'] === 'MessageGroup';
  return { ordering: 'group', dedup: isPerGroup ? 'group' : 'topic' };
}

function checkArchivePolicy(text: string, say: Say): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw say('ArchivePolicy: failed to parse JSON');
  }
  if (typeof policy !== 'object' || policy === null) throw say('ArchivePolicy: must be an object');
  const { MessageRetentionPeriod: period } = policy as { MessageRetentionPeriod?: unknown };
  if (period === undefined && Object.keys(policy).length === 0) return;
  const days = Number(period);
  if (!Number.isInteger(days) || days < 1 || days > 365) {
    throw say('ArchivePolicy: MessageRetentionPeriod must be between 1 and 365 days');
  }
}

export function hasArchive({ annotations }: TopicDefinition): boolean {
  const { ArchivePolicy: text } = annotations;
  return text !== undefined && text.includes('MessageRetentionPeriod');
}

export interface SubscriptionCounts {
  readonly confirmedCount: number;
  readonly pendingCount: number;
}

/** Everything that GetTopicAttributes shows. */
export function shownTopicAttributes(topic: TopicDefinition, counts: SubscriptionCounts): Attributes {
  const { name, annotations, settings } = topic;
  const { DataProtectionPolicy: _, ...own } = annotations;
  const isFifo = settings.ordering === 'group';
  return {
    TopicArn: arnOf(name),
    Owner: accountOf(name),
    DisplayName: '',
    Policy: defaultPolicy(topic),
    SubscriptionsConfirmed: String(counts.confirmedCount),
    SubscriptionsPending: String(counts.pendingCount),
    SubscriptionsDeleted: '0',
    EffectiveDeliveryPolicy: effectiveTopicText(annotations['DeliveryPolicy']),
    ...(isFifo ? { FifoTopic: 'true', ContentBasedDeduplication: 'false' } : {}),
    ...own,
    ...(hasArchive(topic) ? { BeginningArchiveTime: new Date(topic.createdAtMs).toISOString() } : {}),
  };
}

/** Whether CreateTopic of an existing topic asks for nothing else than what is there. */
export function hasSameAttributes(topic: TopicDefinition, given: Attributes): boolean {
  const shown = shownTopicAttributes(topic, { confirmedCount: 0, pendingCount: 0 });
  return Object.entries(given).every(([name, text]) => {
    const current = shown[name] ?? (name === 'FifoTopic' ? 'false' : '');
    return current === (booleans.has(name) ? text.toLowerCase() : text);
  });
}
