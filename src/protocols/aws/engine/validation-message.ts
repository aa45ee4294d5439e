// Validation failures in the words of AWS's service framework, which STS, Kinesis and most others use as they
// are: `1 validation error detected: Value '' at 'name' failed to satisfy constraint: ...`.
import type { ValidationFailure } from './service.ts';
import type { Shape } from './shapes.ts';

export function validationMessage(failures: readonly ValidationFailure[]): string {
  const plural = failures.length === 1 ? 'error' : 'errors';
  return `${failures.length} validation ${plural} detected: ${failures.map(describeFailure).join('; ')}`;
}

function describeFailure(failure: ValidationFailure): string {
  const { path, value } = failure;
  const shown = value === null || value === undefined ? 'null' : `'${showValue(value)}'`;
  return `Value ${shown} at '${path}' failed to satisfy constraint: ${constraintText(failure)}`;
}

function constraintText({ constraint, shape }: ValidationFailure): string {
  const bounds = shape as Shape & { min?: number; max?: number; pattern?: RegExp; enum?: readonly string[] };
  const isNumber = shape.type === 'integer' || shape.type === 'long' || shape.type === 'double';
  const what = isNumber ? 'value' : 'length';
  switch (constraint) {
    case 'required':
      return 'Member must not be null';
    case 'min':
      return `Member must have ${what} greater than or equal to ${bounds.min}`;
    case 'max':
      return `Member must have ${what} less than or equal to ${bounds.max}`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${unanchored(bounds.pattern)}`;
    case 'enum':
      return `Member must satisfy enum value set: [${bounds.enum?.join(', ')}]`;
    case 'type':
      return `Member must be a ${shape.type}`;
  }
}

/** Rows anchor their patterns; the model, and so the message, does not. */
function unanchored(pattern: RegExp | undefined): string {
  const source = pattern?.source ?? '';
  return source.startsWith('^') && source.endsWith('$') ? source.slice(1, -1) : source;
}

function showValue(value: unknown): string {
  if (value instanceof Uint8Array) {
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.byteLength} cap=${value.byteLength}]`;
  }
  if (Array.isArray(value)) return `[${value.map(showValue).join(', ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
