// User attributes of a message on their way in: names, types and values checked in the service's words,
// turned into the core's form. Called for each message that has any; never for one that has none.
import type { MessageAttribute } from '../../../../broker/index.ts';
import type { AttributeValue } from './model.ts';
import { invalidParameter } from './errors.ts';
import { hasInvalidCharacters } from './message-text.ts';

export interface PreparedAttributes {
  readonly attributes: readonly MessageAttribute[];
  /** Names, types and values: they count to the size of the message. */
  readonly bytes: number;
}

const attributesMax = 10;
const namePattern = /^(?!\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_.-]{1,256}$/;
/** Recorded: Latin letters with their marks are taken too, whatever the guide says. */
const markedPattern =
  /^(?!\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_.\-\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f]{1,256}$/;
const reservedPattern = /^(?:aws|amazon)\./i;
const typePattern = /^(?:String|Number|Binary)(?:\.[A-Za-z0-9_.-]*)?$/;
const typeCharsMax = 256;

export function prepareAttributes(given: Readonly<Record<string, AttributeValue>>): PreparedAttributes {
  const names = Object.keys(given);
  if (names.length > attributesMax) {
    throw invalidParameter(
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${attributesMax}].`,
    );
  }
  const attributes: MessageAttribute[] = [];
  let bytes = 0;
  for (const name of names) {
    const attribute = prepareAttribute(name, given[name]!);
    const { type, value } = attribute;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type);
    bytes += typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
    attributes.push(attribute);
  }
  return { attributes, bytes };
}

function prepareAttribute(name: string, given: AttributeValue): MessageAttribute {
  checkName(name);
  const type = given.DataType;
  if (type === undefined || type === '') {
    throw invalidParameter(`The message attribute '${name}' must contain non-empty message attribute type.`);
  }
  if (!typePattern.test(type) || type.length > typeCharsMax) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type ` +
        'prefixes is Binary, Number, and String.',
    );
  }
  if (hasMembers(given.StringListValues) || hasMembers(given.BinaryListValues)) {
    throw invalidParameter('Message attribute list values in SendMessage operation are not supported.');
  }
  return { name, type, value: type.startsWith('Binary') ? binaryValue(name, given) : textValue(name, given) };
}

function checkName(name: string): void {
  if (reservedPattern.test(name)) {
    throw invalidParameter(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are " +
        'reserved ' +
        'for internal use.',
    );
  }
  if (namePattern.test(name) || markedPattern.test(name)) return;
  throw invalidParameter(
    `The message attribute name '${name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, ` +
      `underscore (_), ` +
      'hyphen (-), and period (.) characters.',
  );
}

function binaryValue(name: string, given: AttributeValue): Uint8Array {
  const value = given.BinaryValue;
  if (value === undefined || value.byteLength === 0) throw emptyValue(name, 'Binary');
  return value;
}

function textValue(name: string, given: AttributeValue): string {
  const value = given.StringValue;
  const isNumber = given.DataType!.startsWith('Number');
  if (value === undefined || value === '') throw emptyValue(name, isNumber ? 'Number' : 'String');
  if (hasInvalidCharacters(value)) {
    throw invalidParameter(`Invalid characters found in the value of message (user) attribute '${name}'.`);
  }
  if (isNumber && !isNumberText(value)) {
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return value;
}

function emptyValue(name: string, type: string): Error {
  return invalidParameter(
    `Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`,
  );
}

const numberPattern = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,4}))?$/;
const significantDigitsMax = 38;

/** Up to 38 digits, between 10^-128 and 10^126; the text is kept as it is, never normalised. */
export function isNumberText(text: string): boolean {
  const match = numberPattern.exec(text);
  if (match === null) return false;
  const whole = match[1] ?? '';
  const fraction = match[2] ?? match[3] ?? '';
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return true;
  if (digits.replace(/0+$/, '').length > significantDigitsMax) return false;
  // Power of ten of the first digit that counts.
  const magnitude = digits.length - fraction.length - 1 + Number(match[4] ?? 0);
  return magnitude >= -128 && magnitude <= 126;
}

function hasMembers(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}
