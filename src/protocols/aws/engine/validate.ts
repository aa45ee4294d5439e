// Holds decoded input against the bounds of its shape. Wire-free: each decoder reports wrong types, this
// reports everything else; the service puts the list into its own words. A value is listed once for each
// bound that it breaks, and a list or map of scalars once for all of them, as AWS's framework does it.
import { limits } from '../../../base/limits.ts';
import type { Plan } from './plan.ts';
import type { Problems } from './problems.ts';
import type { Shape, StringShape } from './shapes.ts';

type Fields = Readonly<Record<string, unknown>>;

export function validate(plan: Plan, value: unknown, problems: Problems): void {
  switch (plan.kind) {
    case 'structure':
      return validateMembers(plan, value as Fields, problems);
    case 'list':
      return validateList(plan, value as readonly unknown[], problems);
    case 'map':
      return validateMap(plan, value as Fields, problems);
    default:
      if (!isWithin(plan.shape, value)) reportBounds(plan.shape, value, problems);
  }
}

function validateMembers(plan: Plan, value: Fields, problems: Problems): void {
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
  const item = plan.item!;
  reportSize(plan.shape, value.length, { value, problems });
  if (!isContainer(item)) {
    if (!value.every((element) => isWithin(item.shape, element))) problems.add('items', plan.shape, value);
    return;
  }
  for (let i = 0; i < value.length && !problems.isFull; i++) {
    problems.enter(i);
    validate(item, value[i], problems);
    problems.leave();
  }
}

function validateMap(plan: Plan, value: Fields, problems: Problems): void {
  const keys = Object.keys(value);
  const item = plan.item!;
  const keyShape = plan.shape.type === 'map' ? plan.shape.keys : undefined;
  reportSize(plan.shape, keys.length, { value, problems });
  if (keyShape !== undefined && !keys.every((key) => isWithin(keyShape, key))) {
    problems.add('keys', plan.shape, value);
  }
  if (!isContainer(item)) {
    if (!keys.every((key) => isWithin(item.shape, value[key]))) problems.add('values', plan.shape, value);
    return;
  }
  for (let i = 0; i < keys.length && !problems.isFull; i++) {
    problems.enter(keys[i]!);
    validate(item, value[keys[i]!], problems);
    problems.leave();
  }
}

function isContainer(plan: Plan): boolean {
  return plan.kind === 'structure' || plan.kind === 'list' || plan.kind === 'map';
}

/** Whether a scalar keeps all bounds of its shape. */
function isWithin(shape: Shape, value: unknown): boolean {
  switch (shape.type) {
    case 'string':
      return isTextWithin(shape, value as string);
    case 'integer':
    case 'long':
    case 'double':
      return isInRange(shape, value as number);
    case 'blob':
      return isInRange(shape, (value as Uint8Array).byteLength);
    default:
      return true;
  }
}

function isTextWithin(shape: StringShape, text: string): boolean {
  if (!isInRange(shape, text.length)) return false;
  if (shape.enum !== undefined && !shape.enum.includes(text)) return false;
  return shape.pattern === undefined || shape.pattern.test(text);
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function isInRange({ min, max }: Bounds, size: number): boolean {
  return (min === undefined || size >= min) && (max === undefined || size <= max);
}

function reportBounds(shape: Shape, value: unknown, problems: Problems): void {
  if (shape.type === 'string') {
    const text = value as string;
    if (shape.enum !== undefined && !shape.enum.includes(text)) problems.add('enum', shape, text);
    if (isPatternBroken(shape, text)) problems.add('pattern', shape, text);
    return reportSize(shape, text.length, { value, problems });
  }
  const size = shape.type === 'blob' ? (value as Uint8Array).byteLength : (value as number);
  reportSize(shape, size, { value, problems });
}

/** Some patterns of the models take the square of a text's length: one that is too long anyway is not tried. */
function isPatternBroken({ pattern, max }: StringShape, text: string): boolean {
  if (pattern === undefined) return false;
  const isTooLong = max !== undefined && text.length > Math.max(max, limits.awsPatternCharsMax);
  return !isTooLong && !pattern.test(text);
}

interface Place {
  readonly value: unknown;
  readonly problems: Problems;
}

function reportSize(shape: Shape, size: number, { value, problems }: Place): void {
  const { min, max } = shape as Bounds;
  if (min !== undefined && size < min) problems.add('min', shape, value);
  if (max !== undefined && size > max) problems.add('max', shape, value);
}
