// Compiles what users write to change a target's input: Input, InputPath and InputTransformer of rules,
// InputTemplate of pipes, Input of schedules. Called by those services when a target is put; the core applies
// the result. Refusals are EventBridge's own words, without a code: they are all a ValidationException.
// Recorded from the service: the texts for paths and placeholders, and what is inserted for missing values.
import { err, ok } from '../../../base/result.ts';
import type { Result } from '../../../base/result.ts';
import type { TemplatePart, Transform, ValueForm } from '../../../broker/index.ts';
import { missingText, splitTemplate, textPart } from './input-template.ts';
import { jsonFault, templateFault } from './json-fault.ts';
import { parseJsonPath } from './json-path.ts';

export interface TargetInput {
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?: InputTransformer | undefined;
}

export interface InputTransformer {
  readonly InputPathsMap?: Readonly<Record<string, string>> | undefined;
  readonly InputTemplate: string;
}

export interface TargetFacts {
  readonly targetId: string;
  readonly ruleArn: string;
  readonly ruleName: string;
}

/** `undefined`: the target gets the event as it is. */
export function compileTargetInput(
  input: TargetInput,
  facts: TargetFacts,
): Result<Transform | undefined, string> {
  const { Input: constant, InputPath: path, InputTransformer: transformer } = input;
  const given = [constant, path, transformer].filter((value) => value !== undefined);
  if (given.length > 1) {
    return err(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${facts.targetId}.`,
    );
  }
  if (constant !== undefined) {
    const fault = jsonFault(constant);
    if (fault === undefined) return ok({ kind: 'constant', text: constant });
    return err(`JSON syntax error in input for target ${facts.targetId}: ${fault}`);
  }
  if (transformer !== undefined) return compileTransformer(transformer, facts);
  if (path === undefined) return ok(undefined);
  const steps = parseJsonPath(path, 'dotted');
  if (steps === undefined) return err(invalidPath(facts.targetId));
  return ok(steps.length === 0 ? undefined : { kind: 'path', path: steps });
}

const eventJson = 'aws.events.event.json';

function compileTransformer(transformer: InputTransformer, facts: TargetFacts): Result<Transform, string> {
  const template = transformer.InputTemplate;
  const subject = `InputTemplate for target ${facts.targetId} contains`;
  const paths = new Map<string, readonly (string | number)[]>();
  for (const [name, text] of Object.entries(transformer.InputPathsMap ?? {})) {
    const path = parseJsonPath(text, 'dotted');
    if (path === undefined) return err(invalidPath(facts.targetId));
    paths.set(name, path);
  }
  let refusal: string | undefined;
  const syntax = { placeholder: /<([\w.-]+)>/y, bareForm: 'json' } as const;
  const parts = splitTemplate(template, syntax, (name, form) => {
    const path = paths.get(name);
    if (path !== undefined) return [{ kind: 'value', path, form, missing: missingText(form) }];
    if (name === eventJson && !template.trimStart().startsWith('{')) {
      refusal ??= `${subject} placeholder ${eventJson} valid only for JSON template.`;
    }
    const inserted = predefined(name, form, facts);
    if (inserted === undefined) refusal ??= `${subject} invalid placeholder ${name}.`;
    return inserted;
  });
  if (refusal !== undefined) return err(refusal);
  const fault = templateFault(parts);
  if (fault !== undefined) return err(`Invalid InputTemplate for target ${facts.targetId} : ${fault}`);
  return ok({ kind: 'template', parts });
}

/** The reserved variables (same page, "Predefined variables"). */
function predefined(name: string, form: ValueForm, facts: TargetFacts): readonly TemplatePart[] | undefined {
  switch (name) {
    case 'aws.events.rule-arn':
      return [textPart(facts.ruleArn, form)];
    case 'aws.events.rule-name':
      return [textPart(facts.ruleName, form)];
    case 'aws.events.event.ingestion-time':
      return [{ kind: 'fact', fact: 'time', form, missing: missingText(form) }];
    case 'aws.events.event':
      return eventWithoutDetail(form);
    case eventJson:
      return [{ kind: 'value', path: [], form, missing: missingText(form) }];
    default:
      return undefined;
  }
}

const eventMembers = ['id', 'account', 'detail-type', 'time', 'source', 'region', 'resources', 'version'];

/** Recorded: in this order, and `detail-type` is called `detailType`. */
function eventWithoutDetail(form: ValueForm): readonly TemplatePart[] {
  const mark = form === 'json' ? '"' : '';
  const parts: TemplatePart[] = [];
  for (const [index, member] of eventMembers.entries()) {
    const name = member === 'detail-type' ? 'detailType' : member;
    parts.push({ kind: 'text', text: `${index === 0 ? '{' : ','}${mark}${name}${mark}:` });
    parts.push({ kind: 'value', path: [member], form, missing: missingText(form) });
  }
  parts.push({ kind: 'text', text: '}' });
  return parts;
}

function invalidPath(targetId: string): string {
  return `InputPath for target ${targetId} is invalid.`;
}
