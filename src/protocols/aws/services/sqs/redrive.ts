// Dead-letter policies of SQS: RedrivePolicy and RedriveAllowPolicy, their texts checked in the service's
// order and turned into the core's policy. Asked when a queue is made or changed; moves themselves are the
// core's business.
import type { DeadLetterPolicy, ResourceName } from '../../../../broker/index.ts';
import type { AwsError } from '../../engine/errors.ts';
import type { Call } from '../../engine/service.ts';
import type { GivenAttributes, QueueDraft } from './attributes.ts';
import type { Sqs } from './sqs.ts';
import { asText, invalidValue, queueDoesNotExist } from './errors.ts';
import { arnOf, parseArn } from './names.ts';

const sourceArnsMax = 10;

interface RedrivePolicy {
  readonly targetArn: string;
  readonly maxReceives: number;
}

/**
 * Checks the redrive attributes that a request gives and settles the draft's dead-letter policy. Those that
 * it does not give are left alone: a dead-letter queue that is gone must not stand in the way of other
 * changes.
 */
export function applyRedrive(
  sqs: Pick<Sqs, 'broker'>,
  call: Pick<Call, 'isQuery'>,
  source: ResourceName,
  change: RedriveChange,
): void {
  const { given, draft } = change;
  if (given['RedriveAllowPolicy'] !== undefined) checkAllowPolicy(draft.annotations['RedriveAllowPolicy']);
  if (given['RedrivePolicy'] === undefined) return;
  const text = draft.annotations['RedrivePolicy'];
  delete draft.settings.deadLetter;
  if (text === undefined) return;
  const policy = deadLetterPolicy(sqs, call, source, text);
  draft.settings.deadLetter = policy;
  draft.annotations['RedrivePolicy'] = withNumber(text, policy.maxReceives);
}

/** AWS shows the count as a number, also when it came as text; clients that compare policies rely on it. */
function withNumber(text: string, maxReceiveCount: number): string {
  const members = jsonObject(text)!;
  return typeof members['maxReceiveCount'] === 'number'
    ? text
    : JSON.stringify({ ...members, maxReceiveCount });
}

export interface RedriveChange {
  readonly given: GivenAttributes;
  readonly draft: QueueDraft;
}

function deadLetterPolicy(
  sqs: Pick<Sqs, 'broker'>,
  call: Pick<Call, 'isQuery'>,
  source: ResourceName,
  text: string,
): DeadLetterPolicy {
  const policy = parseRedrivePolicy(text);
  const target = parseArn(policy.targetArn);
  if (target === undefined)
    throw invalid(text, `Invalid value for deadLetterTargetArn: ${policy.targetArn}.`);
  if (target.namespace !== source.namespace) {
    throw invalid(text, 'Dead-letter queue must be in the same account and region as the source.');
  }
  const isFifo = source.name.endsWith('.fifo');
  if (target.name.endsWith('.fifo') !== isFifo) {
    throw invalid(text, 'Dead-letter queue must be same type of queue as the source.');
  }
  const definition = sqs.broker.catalog.find(target);
  if (definition === undefined) throw queueDoesNotExist(call);
  if (!mayUse(definition.annotations['RedriveAllowPolicy'], arnOf(source))) {
    throw invalid(text, 'Queue does not have permission to use the specified dead-letter queue.');
  }
  return { target, maxReceives: policy.maxReceives };
}

function parseRedrivePolicy(text: string): RedrivePolicy {
  const members = jsonObject(text);
  if (members === undefined) throw invalid(text, 'Redrive policy is not a valid JSON map.');
  const { deadLetterTargetArn: arn, maxReceiveCount: count } = members;
  if (arn === undefined) throw lacking(text, 'deadLetterTargetArn');
  if (count === undefined) throw lacking(text, 'maxReceiveCount');
  const isText = typeof count === 'string' && /^\d+$/.test(count);
  const maxReceives = typeof count === 'number' || isText ? Number(count) : Number.NaN;
  if (!Number.isInteger(maxReceives) || maxReceives < 1 || maxReceives > 1000) {
    throw invalid(
      text,
      `Invalid value for maxReceiveCount: ${asText(count)}, valid values are from 1 to 1000 both inclusive.`,
    );
  }
  return { targetArn: asText(arn), maxReceives };
}

const permissions: ReadonlySet<unknown> = new Set(['allowAll', 'denyAll', 'byQueue']);

function checkAllowPolicy(text: string | undefined): void {
  if (text === undefined) return;
  const policy = jsonObject(text);
  if (policy === undefined) throw invalidAllow(text, 'Redrive allow policy is not a valid JSON map.');
  const { redrivePermission: permission, sourceQueueArns: arns } = policy;
  if (!permissions.has(permission)) {
    throw invalidAllow(text, 'redrivePermission must be one of allowAll, denyAll and byQueue.');
  }
  if (permission !== 'byQueue') {
    if (arns === undefined) return;
    throw invalidAllow(text, 'sourceQueueArns can only be given when redrivePermission is byQueue.');
  }
  const isList = Array.isArray(arns) && arns.length > 0 && arns.length <= sourceArnsMax;
  if (!isList || !arns.every((arn) => typeof arn === 'string' && parseArn(arn) !== undefined)) {
    throw invalidAllow(text, `sourceQueueArns must be a list of 1 to ${sourceArnsMax} queue ARNs.`);
  }
}

/** What a target's RedriveAllowPolicy says to a source; without one everybody may. */
function mayUse(text: string | undefined, sourceArn: string): boolean {
  const policy = text === undefined ? undefined : jsonObject(text);
  if (policy === undefined || policy['redrivePermission'] === 'allowAll') return true;
  const arns = policy['sourceQueueArns'];
  return policy['redrivePermission'] === 'byQueue' && Array.isArray(arns) && arns.includes(sourceArn);
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function lacking(text: string, member: string): AwsError {
  return invalid(text, `Redrive policy does not contain mandatory attribute: ${member}.`);
}

function invalid(text: string, reason: string): AwsError {
  return invalidValue('RedrivePolicy', text, reason);
}

function invalidAllow(text: string, reason: string): AwsError {
  return invalidValue('RedriveAllowPolicy', text, reason);
}
