// Attributes of a message on their way in: names, types and values checked in the words of SNS, turned into
// the core's form. Called for each message that has any; never for one that has none. There may be any
// number.
import type { MessageAttribute } from '../../../../broker/index.ts';
import type { AwsError } from '../../engine/errors.ts';
import { invalidValue } from './errors.ts';

export interface AttributeValue {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
}

export interface PreparedAttributes {
  readonly attributes: readonly MessageAttribute[];
  /** Names, types and values: they count to the size of the message. */
  readonly bytes: number;
}

const nameBytesMax = 256;
const typePattern = /^(?:String|Number|Binary)(?:\..+)?$/;
const numberPattern = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?\s*$/;

export function prepareAttributes(given: Readonly<Record<string, AttributeValue>>): PreparedAttributes {
  const attributes: MessageAttribute[] = [];
  let bytes = 0;
  for (const name in given) {
    checkName(name);
    const attribute = prepareAttribute(name, given[name] as AttributeValue);
    const { type, value } = attribute;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type);
    bytes += typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
    attributes.push(attribute);
  }
  return { attributes, bytes };
}

function checkName(name: string): void {
  if (Buffer.byteLength(name) >= nameBytesMax) {
    throw invalidValue('Length of message attribute name must be less than 256 bytes.');
  }
  const strange = /[^A-Za-z0-9_.-]/u.exec(name)?.[0];
  if (strange !== undefined) {
    const code = strange.codePointAt(0)!.toString(16).toUpperCase();
    throw invalidValue(
      `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. ` +
        'Can only include alphanumeric characters, hyphens, underscores, or dots.',
    );
  }
  if (name.startsWith('.')) {
    throw invalidValue("Invalid message attribute name starting with character '.' was found.");
  }
  if (name.endsWith('.')) {
    throw invalidValue("Invalid message attribute name ending with character '.' was found.");
  }
  if (name.includes('..')) {
    throw invalidValue("Message attribute name can not have successive '.' character.");
  }
}

function prepareAttribute(name: string, given: AttributeValue): MessageAttribute {
  const { DataType: type, StringValue: text, BinaryValue: bytes } = given;
  if (type === '') throw valueFault(name, 'must contain non-empty message attribute type.');
  if (!typePattern.test(type)) {
    throw valueFault(
      name,
      'has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and ' +
        'String.',
    );
  }
  const kind = type.startsWith('Binary') ? 'Binary' : type.startsWith('Number') ? 'Number' : 'String';
  const field = kind === 'Binary' ? 'Binary' : 'String';
  const value = kind === 'Binary' ? bytes : text;
  const other = kind === 'Binary' ? text : bytes;
  if (value === undefined && other !== undefined) {
    throw valueFault(name, `with type '${kind}' must use field '${field}'.`);
  }
  if (value === undefined || value.length === 0) {
    throw valueFault(
      name,
      `must contain non-empty message attribute value for message attribute type '${kind}'.`,
    );
  }
  if (kind === 'Number' && !numberPattern.test(value as string)) {
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
  }
  return { name, type, value };
}

function valueFault(name: string, what: string): AwsError {
  return invalidValue(`The message attribute '${name}' ${what}`);
}
