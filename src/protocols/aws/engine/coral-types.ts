// Types as AWS's Coral framework reads them, for Kinesis and its like: the first value of a wrong type ends
// the request with a SerializationException, whose text stands under capital `Message`. The texts are
// recorded from the service; some are misspelt there.
import { limits } from '../../../base/limits.ts';
import { decodeBase64 } from './base64.ts';
import { AwsError } from './errors.ts';
import type { InputTypes } from './input-types.ts';
import { saturate } from './lenient-types.ts';
import type { Plan } from './plan.ts';
import { timestampFromSeconds } from './timestamp.ts';
import { coralNamespace } from './wire.ts';

export const coralTypes: InputTypes = { scalar: readScalar, mismatch: refuseMisplaced };

function readScalar(plan: Plan, raw: unknown): unknown {
  if (typeof raw === 'object' && !(raw instanceof Uint8Array)) return refuseMisplaced(plan, raw);
  switch (plan.kind) {
    case 'boolean':
      return readBoolean(raw);
    case 'integer':
    case 'long':
    case 'double':
      if (typeof raw === 'number' && !Number.isNaN(raw)) return saturate(plan.kind, Math.floor(raw), raw);
      throw notConvertible(raw, `an ${numberNames[plan.kind]}`);
    case 'timestamp':
      if (typeof raw === 'number' && Number.isFinite(raw)) return timestampFromSeconds(raw);
      throw notConvertible(raw, 'milliseconds since epoch');
    case 'blob':
      return readBlob(raw);
    default:
      if (typeof raw === 'string') return raw;
      throw notConvertible(raw, 'an String');
  }
}

const numberNames = { integer: 'Integer', long: 'Long', double: 'Double' } as const;

function readBoolean(raw: unknown): boolean {
  if (typeof raw === 'boolean') return raw;
  if (typeof raw !== 'string') throw notConvertible(raw, 'an Boolean');
  const text = raw.toUpperCase();
  if (text === 'TRUE' || text === 'YES' || text === '1') return true;
  if (text === 'FALSE' || text === 'NO' || text === '0') return false;
  throw typeError(`'${clip(text)}' can not be converted to an Boolean`);
}

function readBlob(raw: unknown): Uint8Array {
  if (typeof raw !== 'string') throw notConvertible(raw, 'a Blob');
  const bytes = decodeBase64(raw);
  if (bytes !== undefined) return bytes;
  throw typeError(`'${clip(raw)}' can not be converted to a Blob: ${base64Problem(raw)}`);
}

function base64Problem(text: string): string {
  if (text.length % 4 !== 0) {
    return `Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`;
  }
  const wrong = /[^a-zA-Z0-9+/=]|=[^=]/.exec(text);
  if (wrong !== null) return `Invalid Base64 character: '${wrong[0].charAt(0)}'`;
  return 'Invalid last non-pad Base64 character dectected';
}

/** A list or map where it does not belong, or something else where one belongs. */
function refuseMisplaced(plan: Plan, raw: unknown): never {
  if (Array.isArray(raw)) throw typeError('Start of list found where not expected');
  if (typeof raw === 'object' && !(raw instanceof Uint8Array)) {
    throw typeError('Start of structure or map found where not expected.');
  }
  throw typeError(plan.kind === 'structure' ? 'Expected null' : `Expected ${plan.kind} or null`);
}

function notConvertible(raw: unknown, target: string): AwsError {
  return typeError(`class ${javaClassOf(raw)} can not be converted to ${target}`);
}

function javaClassOf(raw: unknown): string {
  switch (typeof raw) {
    case 'string':
      return 'java.lang.String';
    case 'boolean':
      return 'java.lang.Boolean';
    case 'number':
      return 'com.amazon.coral.value.json.numbers.TruncatingBigNumber';
    default:
      return 'java.nio.HeapByteBuffer';
  }
}

function typeError(message: string): AwsError {
  const options = {
    type: 'SerializationException',
    namespace: coralNamespace,
    messageKey: 'Message',
  } as const;
  return new AwsError(message, options);
}

/** The value is the client's, of any length. */
function clip(text: string): string {
  return text.slice(0, limits.awsPrintedValueCharsMax);
}
