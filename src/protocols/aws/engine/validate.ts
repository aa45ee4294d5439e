// Holds decoded input against the bounds of its shape. Wire-free: each decoder reports wrong types, this
// reports everything else; the service puts the list into its own words.
import type { Plan } from './plan.ts';
import type { Problems } from './problems.ts';
import type { ValidationFailure } from './service.ts';
import type { Shape } from './shapes.ts';

export function validate(plan: Plan, value: unknown, problems: Problems): void {
  switch (plan.kind) {
    case 'structure':
      return validateMembers(plan, value as Readonly<Record<string, unknown>>, problems);
    case 'list':
      return validateList(plan, value as readonly unknown[], problems);
    case 'map':
      return validateMap(plan, value as Readonly<Record<string, unknown>>, problems);
    default: {
      const broken = brokenBound(plan.shape, value);
      if (broken !== undefined) problems.add(broken, plan.shape, value);
    }
  }
}

function validateMembers(plan: Plan, value: Readonly<Record<string, unknown>>, problems: Problems): void {
  const { members } = plan;
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    const inner = value[member.name];
    if (inner === undefined && !member.isRequired) continue;
    problems.enter(member);
    if (inner === undefined) problems.add('required', member.plan.shape, null);
    else validate(member.plan, inner, problems);
    problems.leave();
  }
}

function validateList(plan: Plan, value: readonly unknown[], problems: Problems): void {
  const { min, max } = plan.shape as { readonly min?: number; readonly max?: number };
  if (min !== undefined && value.length < min) problems.add('min', plan.shape, value);
  else if (max !== undefined && value.length > max) problems.add('max', plan.shape, value);
  for (let i = 0; i < value.length && !problems.isFull; i++) {
    problems.enter(i);
    validate(plan.item!, value[i], problems);
    problems.leave();
  }
}

function validateMap(plan: Plan, value: Readonly<Record<string, unknown>>, problems: Problems): void {
  for (const key of Object.keys(value)) {
    problems.enter(key);
    validate(plan.item!, value[key], problems);
    problems.leave();
  }
}

function brokenBound(shape: Shape, value: unknown): ValidationFailure['constraint'] | undefined {
  switch (shape.type) {
    case 'string':
      return brokenTextBound(shape, value as string);
    case 'integer':
    case 'long':
    case 'double':
      if (shape.min !== undefined && (value as number) < shape.min) return 'min';
      return shape.max !== undefined && (value as number) > shape.max ? 'max' : undefined;
    case 'blob':
      return shape.max !== undefined && (value as Uint8Array).byteLength > shape.max ? 'max' : undefined;
    default:
      return undefined;
  }
}

function brokenTextBound(
  shape: Extract<Shape, { type: 'string' }>,
  text: string,
): ValidationFailure['constraint'] | undefined {
  if (shape.min !== undefined && text.length < shape.min) return 'min';
  if (shape.max !== undefined && text.length > shape.max) return 'max';
  if (shape.enum !== undefined && !shape.enum.includes(text)) return 'enum';
  if (shape.pattern !== undefined && !shape.pattern.test(text)) return 'pattern';
  return undefined;
}
