// Queue attributes of SQS and what they are in the core: numbers become settings, everything that the core
// does not read stays an annotation and is echoed as it came. Used by CreateQueue, SetQueueAttributes,
// GetQueueAttributes and by queues declared in the configuration. Redrive policies have a file of their
// own.
import type { QueueDefinition, QueueSettings } from '../../../../broker/index.ts';
import { parsePolicy } from '../../engine/iam/policy.ts';
import { attributeName, attributeValue, unknownAttribute } from './errors.ts';

export type GivenAttributes = Readonly<Record<string, string>>;

/** SQS developer guide, quotas related to policies. */
const policyBytesMax = 8192;

type Settings = { -readonly [K in keyof QueueSettings]: QueueSettings[K] };

/** What attributes are applied to. Plain and mutable: a draft, made from a definition or from defaults. */
export interface QueueDraft {
  settings: Settings;
  annotations: Record<string, string>;
}

interface NumberAttribute {
  readonly min: number;
  readonly max: number;
  readonly setting: 'delayMs' | 'maxMessageBytes' | 'retentionMs' | 'waitMs' | 'leaseMs';
  readonly scale: number;
}

const numbers: Readonly<Record<string, NumberAttribute>> = {
  VisibilityTimeout: { min: 0, max: 43_200, setting: 'leaseMs', scale: 1000 },
  MaximumMessageSize: { min: 1024, max: 1_048_576, setting: 'maxMessageBytes', scale: 1 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, setting: 'retentionMs', scale: 1000 },
  DelaySeconds: { min: 0, max: 900, setting: 'delayMs', scale: 1000 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, setting: 'waitMs', scale: 1000 },
};

/** Attributes of FIFO queues that may be changed, with their values and defaults. */
const fifoChoices: Readonly<Record<string, readonly [string, string]>> = {
  ContentBasedDeduplication: ['false', 'true'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};

const texts = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId'] as const;
const booleans: ReadonlySet<string> = new Set([
  'FifoQueue',
  'ContentBasedDeduplication',
  'SqsManagedSseEnabled',
]);
const jsonTexts: ReadonlySet<string> = new Set(['Policy', 'RedrivePolicy', 'RedriveAllowPolicy']);

const settable: ReadonlySet<string> = new Set([
  ...Object.keys(numbers),
  ...Object.keys(fifoChoices),
  ...texts,
  'FifoQueue',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
]);

export const countNames = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** Every name that GetQueueAttributes knows, in the order in which `All` gives them. */
export const attributeNames: readonly string[] = [
  'QueueArn',
  ...countNames,
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  ...Object.keys(numbers),
  ...texts,
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'FifoQueue',
  ...Object.keys(fifoChoices),
];

export function newQueueDraft(isFifo: boolean): QueueDraft {
  return {
    settings: {
      ordering: isFifo ? 'group' : 'none',
      leaseMs: 30_000,
      delayMs: 0,
      retentionMs: 345_600_000,
      maxMessageBytes: 1_048_576,
      waitMs: 0,
      dedup: isFifo ? 'queue' : 'none',
      durability: 'disk',
    },
    annotations: {},
  };
}

export function draftOf(definition: QueueDefinition): QueueDraft {
  return { settings: { ...definition.settings }, annotations: { ...definition.annotations } };
}

/** Checks every attribute and puts it into the draft; throws before anything outside has seen the draft. */
export function applyAttributes(draft: QueueDraft, given: GivenAttributes): void {
  const isFifo = draft.settings.ordering === 'group';
  for (const [name, value] of Object.entries(given)) {
    if (!settable.has(name)) throw unknownAttribute(name);
    if (!isFifo) refuseFifoAttribute(name);
    applyAttribute(draft, name, value);
  }
  applyEncryption(draft.annotations, given);
  if (
    draft.annotations['FifoThroughputLimit'] === 'perMessageGroupId' &&
    draft.annotations['DeduplicationScope'] !== 'messageGroup'
  ) {
    throw attributeValue(
      'FifoThroughputLimit',
      'perMessageGroupId is allowed only when DeduplicationScope is messageGroup.',
    );
  }
}

/** The scope of a queue is decided when it is made; a later change is shown but not followed (recorded). */
export function fixDedupScope(draft: QueueDraft): void {
  if (draft.annotations['DeduplicationScope'] === 'messageGroup') draft.settings.dedup = 'group';
}

function refuseFifoAttribute(name: string): void {
  if (name === 'FifoQueue' || name === 'ContentBasedDeduplication') throw unknownAttribute(name);
  if (name in fifoChoices) {
    throw attributeName(`You can specify the ${name} only when FifoQueue is set to true.`);
  }
}

function applyAttribute(draft: QueueDraft, name: string, value: string): void {
  const number = numbers[name];
  if (number !== undefined) {
    draft.settings[number.setting] = wholeNumber(name, value, number.min, number.max) * number.scale;
  } else if (name === 'FifoQueue') {
    if (!isBoolean(value)) throw attributeValue(name);
    if (value.toLowerCase() === 'false') throw attributeValue(name, 'Modifying queue type is not supported.');
  } else if (name in fifoChoices) {
    draft.annotations[name] = choice(name, value);
  } else if (jsonTexts.has(name)) {
    setText(draft.annotations, name, isEmptyJson(value) ? '' : value);
    if (name === 'Policy') checkPolicy(value);
  }
}

function choice(name: string, value: string): string {
  const choices = fifoChoices[name]!;
  const normal = booleans.has(name) ? value.toLowerCase() : value;
  if (!choices.includes(normal)) throw attributeValue(name);
  return normal;
}

/** Keys and managed encryption exclude each other; the later of two requests wins (recorded). */
function applyEncryption(annotations: Record<string, string>, given: GivenAttributes): void {
  const {
    KmsMasterKeyId: key,
    KmsDataKeyReusePeriodSeconds: period,
    SqsManagedSseEnabled: managed,
  } = given as {
    KmsMasterKeyId?: string;
    KmsDataKeyReusePeriodSeconds?: string;
    SqsManagedSseEnabled?: string;
  };
  if (managed !== undefined && !isBoolean(managed)) throw attributeValue('SqsManagedSseEnabled');
  const isManaged = managed?.toLowerCase() === 'true';
  if (isManaged && key !== undefined && key !== '') {
    throw attributeName(
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS ' +
        'SSE or SQS SSE.',
    );
  }
  if (period !== undefined) {
    annotations['KmsDataKeyReusePeriodSeconds'] = String(
      wholeNumber('KmsDataKeyReusePeriodSeconds', period, 60, 86_400),
    );
  }
  if (key !== undefined) {
    if (key !== '' || annotations['KmsMasterKeyId'] !== undefined)
      annotations['SqsManagedSseEnabled'] = 'false';
    setText(annotations, 'KmsMasterKeyId', key);
  }
  if (managed !== undefined) annotations['SqsManagedSseEnabled'] = String(isManaged);
  if (isManaged) {
    delete annotations['KmsMasterKeyId'];
    delete annotations['KmsDataKeyReusePeriodSeconds'];
  }
}

function checkPolicy(text: string): void {
  if (isEmptyJson(text)) return;
  if (Buffer.byteLength(text) > policyBytesMax || !parsePolicy(text).ok) throw attributeValue('Policy');
}

function setText(annotations: Record<string, string>, name: string, value: string): void {
  if (value === '') delete annotations[name];
  else annotations[name] = value;
}

function isEmptyJson(text: string): boolean {
  return /^\s*(?:\{\s*\})?\s*$/.test(text);
}

function isBoolean(text: string): boolean {
  return /^(?:true|false)$/i.test(text);
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\s*\d+\s*$/.test(text) || value < min || value > max) throw attributeValue(name);
  return value;
}

/** Current text of an attribute; undefined when the queue does not show it. Counts are not its business. */
export function attributeText(definition: QueueDefinition, name: string, arn: string): string | undefined {
  const number = numbers[name];
  if (number !== undefined) return String(definition.settings[number.setting] / number.scale);
  const isFifo = definition.settings.ordering === 'group';
  switch (name) {
    case 'QueueArn':
      return arn;
    case 'CreatedTimestamp':
      return String(Math.floor(definition.createdAtMs / 1000));
    case 'LastModifiedTimestamp':
      return String(Math.floor(definition.modifiedAtMs / 1000));
    case 'FifoQueue':
      return isFifo ? 'true' : undefined;
    case 'SqsManagedSseEnabled':
      return definition.annotations[name] ?? 'true';
    case 'KmsDataKeyReusePeriodSeconds':
      return keyReusePeriod(definition.annotations);
    default:
      return definition.annotations[name] ?? (isFifo ? fifoChoices[name]?.[0] : undefined);
  }
}

/** Shown when a key is set, or when it is not the default of 300. */
function keyReusePeriod(annotations: Readonly<Record<string, string>>): string | undefined {
  const period = annotations['KmsDataKeyReusePeriodSeconds'];
  if (annotations['KmsMasterKeyId'] !== undefined) return period ?? '300';
  return period === '300' ? undefined : period;
}

/** CreateQueue on a name that is taken: the first given attribute that the queue has otherwise. */
export function differingAttribute(
  definition: QueueDefinition,
  given: GivenAttributes,
  arn: string,
): string | undefined {
  for (const [name, value] of Object.entries(given)) {
    if (comparable(name, value) !== comparable(name, attributeText(definition, name, arn) ?? '')) return name;
  }
  return undefined;
}

function comparable(name: string, value: string): string {
  if (name in numbers) return String(Number(value));
  if (booleans.has(name)) return value.toLowerCase();
  if (!jsonTexts.has(name)) return value;
  return isEmptyJson(value) ? '' : sortedJson(JSON.parse(value));
}

/** Policies are the same when they say the same, whatever the order of members and the spaces. */
function sortedJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(sortedJson).join()}]`;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${name}:${sortedJson(member)}`).join()}}`;
}
