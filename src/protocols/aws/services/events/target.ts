// A target of PutTargets as the core keeps it: where it leads, what it gets, and what was given, word for
// word. Throws the refusals of EventBridge; everything that can be wrong is found here, before anything is
// changed.
import type { BindingTarget, MessageAttribute, Transform } from '../../../../broker/index.ts';
import { compileTargetInput } from '../../patterns/input-transformer.ts';
import { parseJsonPath } from '../../patterns/json-path.ts';
import { targetAnnotation } from './annotations.ts';
import { invalidParameter, validationError } from './errors.ts';
import type { Rule, Target } from './rule-ref.ts';
import { queueOfArn, targetAddress } from './target-address.ts';

/** EventBridge user guide, "Using dead-letter queues": 24 hours and 185 attempts. */
export const eventAgeSecondsDefault = 86_400;
export const retryAttemptsDefault = 185;

type RuleFacts = Pick<Rule, 'arn' | 'name'>;

export function bindingTarget(rule: RuleFacts, target: Target): BindingTarget {
  const address = targetAddress(target.Arn);
  if (typeof address === 'string') throw invalidParameter('Arn', `${address} (target ${target.Id})`);
  const transform = transformOf(rule, target);
  const base = {
    id: target.Id,
    ...deadLetterOf(rule, target),
    annotations: { [targetAnnotation.given]: JSON.stringify(target) },
  };
  switch (address.kind) {
    case 'queue':
      return { ...base, ...withTransform(transform), ...queueOf(target), kind: 'queue', name: address.name };
    case 'topic':
      return { ...base, ...withTransform(transform), kind: 'topic', name: address.name };
    case 'stream':
      return { ...base, ...withTransform(transform), ...keyOf(target), kind: 'stream', name: address.name };
    case 'push': {
      // The event itself is kept, as its parameters and its dead letter are made of that.
      const annotations = {
        ...base.annotations,
        [targetAnnotation.medium]: address.medium,
        ...(transform === undefined ? {} : { [targetAnnotation.transform]: JSON.stringify(transform) }),
      };
      const ageSeconds = target.RetryPolicy?.MaximumEventAgeInSeconds ?? eventAgeSecondsDefault;
      return { ...base, annotations, kind: 'push', retentionMs: ageSeconds * 1000 };
    }
  }
}

function withTransform(transform: Transform | undefined): { transform?: Transform } {
  return transform === undefined ? {} : { transform };
}

function transformOf(rule: RuleFacts, target: Target): Transform | undefined {
  const facts = { targetId: target.Id, ruleArn: rule.arn, ruleName: rule.name };
  const compiled = compileTargetInput(target, facts);
  if (!compiled.ok) throw validationError(compiled.error);
  return compiled.value;
}

/** FIFO queues need a group; EventBridge has no default for it. */
function queueOf(target: Target): { readonly rendering: 0; readonly group?: string } {
  const group = target.SqsParameters?.MessageGroupId;
  if (target.Arn.endsWith('.fifo') && (group === undefined || group === '')) {
    throw validationError(`Parameter(s) SqsParameters must be specified for target: ${target.Id}.`);
  }
  return { rendering: 0, ...(group === undefined || group === '' ? {} : { group }) };
}

function keyOf(target: Target): { readonly keyPath?: readonly (string | number)[] } {
  const path = target.KinesisParameters?.PartitionKeyPath;
  if (path === undefined) return {};
  const keyPath = parseJsonPath(path, 'dotted');
  if (keyPath === undefined) {
    throw invalidParameter('PartitionKeyPath', `it is no path (target ${target.Id})`);
  }
  return { keyPath };
}

function deadLetterOf(rule: RuleFacts, target: Target) {
  const arn = target.DeadLetterConfig?.Arn;
  if (arn === undefined) return {};
  const deadLetter = queueOfArn(arn);
  if (deadLetter === undefined) {
    throw validationError(`Parameter DeadLetterConfig.Arn is not valid for target: ${target.Id}.`);
  }
  return { deadLetter, deadLetterAttributes: undeliverable(rule, target) };
}

/** Of what a queue, topic or stream of the daemon does not take. */
function undeliverable(rule: RuleFacts, target: Target): readonly MessageAttribute[] {
  return [
    textAttribute('RULE_ARN', rule.arn),
    textAttribute('TARGET_ARN', target.Arn),
    textAttribute('ERROR_CODE', 'NO_RESOURCE'),
    textAttribute('ERROR_MESSAGE', 'The target does not exist or does not take this event.'),
  ];
}

export function textAttribute(name: string, value: string): MessageAttribute {
  return { name, type: 'String', value };
}
