// Compiles InputTemplate of pipes and Input of schedules. Called by those services; the result is applied
// by broker/routing/transform.ts. A pipe's paths stand in the template itself (`<$.body.x>`), and what its
// sources encode is opened first (EventBridge user guide, "Amazon EventBridge Pipes input
// transformation").
import { err, ok } from '../../../base/result.ts';
import type { Result } from '../../../base/result.ts';
import type { HeldDocument, TemplatePart, Transform, ValueForm } from '../../../broker/index.ts';
import { missingText, splitTemplate, textPart } from './input-template.ts';
import { parseJsonPath } from './json-path.ts';

/** `body` of SQS; `data` of Kinesis and of queue brokers; `value` of Kafka. */
const encodedMembers: readonly HeldDocument[] = [
  { member: 'body', encoding: 'text' },
  { member: 'data', encoding: 'base64' },
  { member: 'value', encoding: 'base64' },
];

/**
 * `variables`: `aws.pipes.pipe-arn`, `.pipe-name`, `.source-arn`, `.enrichment-arn` and `.target-arn`, by
 * their whole names. Fact at run time: `time`. In a template that is neither object nor array, values lose
 * their quotes (same page, "Implicit body data parsing").
 */
export function compilePipeTemplate(
  template: string,
  variables: Readonly<Record<string, string>>,
): Result<Transform, string> {
  let refusal: string | undefined;
  const bareForm = /^\s*[{[]/.test(template) ? 'json' : 'plain';
  const syntax = { placeholder: /<(\$[^<>]*|aws\.[\w.-]+)>/y, bareForm } as const;
  const parts = splitTemplate(template, syntax, (name, form) => {
    const inserted = pipeValue(name, form, variables);
    if (inserted === undefined) refusal ??= `InputTemplate contains invalid placeholder ${name}.`;
    return inserted;
  });
  if (refusal !== undefined) return err(refusal);
  return ok({ kind: 'template', parts, opens: encodedMembers });
}

function pipeValue(
  name: string,
  form: ValueForm,
  variables: Readonly<Record<string, string>>,
): readonly TemplatePart[] | undefined {
  const missing = missingText(form);
  if (Object.hasOwn(variables, name)) return [textPart(variables[name] ?? '', form)];
  if (name === 'aws.pipes.event.ingestion-time') return [{ kind: 'fact', fact: 'time', form, missing }];
  const isEvent = name === 'aws.pipes.event' || name === 'aws.pipes.event.json';
  const path = isEvent ? [] : parseJsonPath(name, 'quoted');
  return path === undefined ? undefined : [{ kind: 'value', path, form, missing }];
}

/** Facts that whoever fires a schedule has to give. */
const scheduleFacts: Readonly<Record<string, string>> = {
  'aws.scheduler.scheduled-time': 'scheduledTime',
  'aws.scheduler.execution-id': 'executionId',
  'aws.scheduler.attempt-number': 'attemptNumber',
};

/** Context attributes are replaced as text, wherever they stand (Scheduler user guide, same title). */
export function compileScheduleInput(input: string, scheduleArn: string): Transform {
  const syntax = { placeholder: /<(aws\.scheduler\.[a-z-]+)>/y, bareForm: 'plain' } as const;
  const parts = splitTemplate(input, syntax, (name, form) => {
    if (name === 'aws.scheduler.schedule-arn') return [textPart(scheduleArn, form)];
    const fact = scheduleFacts[name];
    return fact === undefined ? undefined : [{ kind: 'fact', fact, form, missing: '' }];
  });
  const [only, ...others] = parts;
  if (only === undefined) return { kind: 'constant', text: '' };
  if (others.length === 0 && only.kind === 'text') return { kind: 'constant', text: only.text };
  return { kind: 'template', parts };
}
