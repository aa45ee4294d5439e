// Validation failures in the words of AWS's service framework, which STS, Kinesis and most others use as they
// are: `1 validation error detected: Value '' at 'name' failed to satisfy constraint: ...`.
import { limits } from '../../../base/limits.ts';
import type { ValidationFailure } from './service.ts';
import type { Shape } from './shapes.ts';

export function validationMessage(failures: readonly ValidationFailure[]): string {
  const plural = failures.length === 1 ? 'error' : 'errors';
  return `${failures.length} validation ${plural} detected: ${failures.map(describeFailure).join('; ')}`;
}

function describeFailure(failure: ValidationFailure): string {
  const { path, value } = failure;
  const shape = failure.shape as Shape;
  const shown = value === null || value === undefined ? 'null' : `'${clip(showValue(value, shape))}'`;
  return `Value ${shown} at '${path}' failed to satisfy constraint: ${constraintText(failure, shape)}`;
}

function constraintText({ constraint }: ValidationFailure, shape: Shape): string {
  switch (constraint) {
    case 'required':
      return 'Member must not be null';
    case 'type':
      return `Member must be a ${shape.type}`;
    case 'items':
      return `Member must satisfy constraint: [${boundTexts(shape.type === 'list' ? shape.member : shape)}]`;
    case 'keys':
      return `Map keys must satisfy constraint: [${boundTexts(keyShapeOf(shape))}]`;
    case 'values':
      return `Map value must satisfy constraint: [${boundTexts(shape.type === 'map' ? shape.value : shape)}]`;
    default:
      return boundText(constraint, shape);
  }
}

function keyShapeOf(shape: Shape): Shape {
  return (shape.type === 'map' ? shape.keys : undefined) ?? shape;
}

type Bound = 'min' | 'max' | 'pattern' | 'enum';

/** All bounds of the scalars in a list or map, in the order of the service's own texts. */
function boundTexts(shape: Shape): string {
  const bounds = ['max', 'min', 'pattern', 'enum'] as const;
  return bounds
    .filter((bound) => (shape as { readonly [B in Bound]?: unknown })[bound] !== undefined)
    .map((bound) => boundText(bound, shape))
    .join(', ');
}

function boundText(bound: Bound, shape: Shape): string {
  const bounds = shape as { min?: number; max?: number; pattern?: RegExp; enum?: readonly string[] };
  const isNumber = shape.type === 'integer' || shape.type === 'long' || shape.type === 'double';
  const what = isNumber ? 'value' : 'length';
  switch (bound) {
    case 'min':
      return `Member must have ${what} greater than or equal to ${bounds.min}`;
    case 'max':
      return `Member must have ${what} less than or equal to ${bounds.max}`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${unanchored(bounds.pattern)}`;
    case 'enum':
      return `Member must satisfy enum value set: [${bounds.enum?.join(', ')}]`;
  }
}

/** Rows anchor their patterns; the model, and so the message, does not. */
function unanchored(pattern: RegExp | undefined): string {
  // `source` escapes what would end a literal.
  const source = (pattern?.source ?? '').replaceAll('\\/', '/');
  if (!source.startsWith('^') || !source.endsWith('$')) return source;
  const inner = source.slice(1, -1);
  // Alternatives can only be anchored in a group, which the model does not have: `^(?:0|[1-9]\d*)$`.
  return inner.startsWith('(?:') && inner.endsWith(')') ? inner.slice(3, -1) : inner;
}

/** As Java prints it. */
function showValue(value: unknown, shape: Shape | undefined): string {
  if (value instanceof Uint8Array) {
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.byteLength} cap=${value.byteLength}]`;
  }
  if (Array.isArray(value)) return `[${showAll(value, shape?.type === 'list' ? shape.member : undefined)}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (shape?.type !== 'map') {
    return (shape?.type === 'structure' ? shape.printedAs : undefined) ?? JSON.stringify(value);
  }
  const entries = Object.entries(value);
  return `{${showAll(
    entries.map(([key, item]) => `${key}=${showValue(item, shape.value)}`),
    undefined,
  )}}`;
}

/** No more than are printed: the value is the client's, of any length, and may be listed ten times. */
function showAll(items: readonly unknown[], shape: Shape | undefined): string {
  let text = '';
  for (let i = 0; i < items.length && text.length < limits.awsPrintedValueCharsMax; i++) {
    text += i === 0 ? showValue(items[i], shape) : `, ${showValue(items[i], shape)}`;
  }
  return text;
}

function clip(text: string): string {
  return text.slice(0, limits.awsPrintedValueCharsMax);
}
