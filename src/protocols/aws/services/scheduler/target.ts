// The target of a schedule as the core keeps it: where it leads, with which group or key, and where what
// cannot be delivered goes. Throws the refusals of Scheduler. What it is sent is made when it is due
// (firing.ts).
import type { BindingTarget, MessageAttribute } from '../../../../broker/index.ts';
import { queueOfArn, targetAddress } from '../events/target-address.ts';
import { validationError } from './errors.ts';
import type { Target } from './schedule.ts';

/** Scheduler user guide, "Configuring a dead-letter queue": 24 hours and 185 retries. */
const eventAgeSecondsDefault = 86_400;
export const retriesDefault = 185;

export function bindingTarget(arn: string, target: Target): BindingTarget {
  const address = targetAddress(target.Arn);
  if (typeof address === 'string' || (address.kind === 'push' && address.medium !== 'function')) {
    throw validationError(`Provided Arn ${target.Arn} is not supported. ${reason(address)}`.trimEnd());
  }
  checkInput(target);
  const base = { id: '', ...deadLetterOf(arn, target) };
  switch (address.kind) {
    case 'queue':
      return { ...base, ...groupOf(target), kind: 'queue', name: address.name, rendering: 0 };
    case 'topic':
      return { ...base, kind: 'topic', name: address.name };
    case 'stream':
      return { ...base, ...keyOf(target), kind: 'stream', name: address.name };
    case 'push':
      return { ...base, kind: 'push', retentionMs: maxAgeMs(target) };
  }
}

export function maxAgeMs({ RetryPolicy: policy }: Target): number {
  return (policy?.MaximumEventAgeInSeconds ?? eventAgeSecondsDefault) * 1000;
}

function reason(address: unknown): string {
  return typeof address === 'string' ? address : '';
}

export function isBus(target: Target): boolean {
  return /^arn:aws[\w-]*:events:[^:]*:\d{12}:event-bus\//.test(target.Arn);
}

/** Buses and functions take JSON alone (Scheduler API reference, Target.Input). */
function checkInput(target: Target): void {
  const { Input: input, Arn: arn, EventBridgeParameters: parameters } = target;
  const isBusTarget = isBus(target);
  if (isBusTarget && parameters === undefined) {
    throw validationError('EventBridgeParameters must be specified for EventBridge event bus targets.');
  }
  if (input === undefined || (!isBusTarget && !arn.includes(':lambda:'))) return;
  const value = parsed(input);
  if (value === undefined || (isBusTarget && (typeof value !== 'object' || value === null))) {
    throw validationError('Input must be a well-formed JSON for this target.');
  }
}

/** Attributes such as `<aws.scheduler.execution-id>` are replaced later and may stand outside of strings. */
function parsed(input: string): unknown {
  for (const stand of ['0', 'x']) {
    try {
      return JSON.parse(input.replaceAll(/<aws\.scheduler\.[a-z-]+>/g, stand));
    } catch {
      // The other kind of stand-in, then.
    }
  }
  return undefined;
}

function groupOf({ Arn: arn, SqsParameters: parameters }: Target): { readonly group?: string } {
  const group = parameters?.MessageGroupId;
  if (arn.endsWith('.fifo') && group === undefined) {
    throw validationError('SqsParameters.MessageGroupId must be specified for FIFO queue targets.');
  }
  return group === undefined ? {} : { group };
}

function keyOf({ KinesisParameters: parameters }: Target): { readonly key: string } {
  if (parameters !== undefined) return { key: parameters.PartitionKey };
  throw validationError('KinesisParameters must be specified for Kinesis stream targets.');
}

function deadLetterOf(arn: string, { Arn: targetArn, DeadLetterConfig: config }: Target) {
  if (config?.Arn === undefined) return {};
  const deadLetter = queueOfArn(config.Arn);
  if (deadLetter === undefined) throw validationError('DeadLetterConfig.Arn is not the ARN of a queue.');
  const deadLetterAttributes: readonly MessageAttribute[] = [
    textAttribute('SCHEDULE_ARN', arn),
    textAttribute('TARGET_ARN', targetArn),
    textAttribute('ERROR_CODE', 'ResourceNotFound'),
    textAttribute('ERROR_MESSAGE', 'The target does not exist or does not take this message.'),
  ];
  return { deadLetter, deadLetterAttributes };
}

export function textAttribute(name: string, value: string): MessageAttribute {
  return { name, type: 'String', value };
}
