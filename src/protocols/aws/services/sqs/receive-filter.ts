// Which attributes of a message a receive asks for: system names as a bit mask, user names as a list of
// what to match. Worked out once per request, applied to each message. Pure.
import type { MessageAttribute } from '../../../../broker/index.ts';
import { attributeNames } from './attributes.ts';
import { unknownAttribute } from './errors.ts';

const bits: Readonly<Record<string, number>> = {
  SenderId: 1,
  SentTimestamp: 2,
  ApproximateReceiveCount: 4,
  ApproximateFirstReceiveTimestamp: 8,
  SequenceNumber: 16,
  MessageDeduplicationId: 32,
  MessageGroupId: 64,
  AWSTraceHeader: 128,
  DeadLetterQueueSourceArn: 256,
  All: 511,
};
export const systemBits = bits as {
  readonly [
    K in
      | 'SenderId'
      | 'SentTimestamp'
      | 'ApproximateReceiveCount'
      | 'ApproximateFirstReceiveTimestamp'
      | 'SequenceNumber'
      | 'MessageDeduplicationId'
      | 'MessageGroupId'
      | 'AWSTraceHeader'
      | 'DeadLetterQueueSourceArn'
      | 'All'
  ]: number;
};

/**
 * AttributeNames of old models is a list of queue attributes; those that a message can't have are let pass.
 */
const queueAttributes: ReadonlySet<string> = new Set(attributeNames);

/** Mask of the system attributes; the newer of the two lists wins when both are given (recorded). */
export function systemMask(
  systemNames: readonly string[] | undefined,
  olderNames: readonly string[] | undefined,
): number {
  const names = systemNames !== undefined && systemNames.length > 0 ? systemNames : (olderNames ?? []);
  let mask = 0;
  for (const name of names) {
    if (Object.hasOwn(bits, name)) mask |= bits[name]!;
    else if (!queueAttributes.has(name)) throw unknownAttribute(name);
  }
  return mask;
}

export interface AttributeFilter {
  readonly isAll: boolean;
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

/**
 * undefined: no user attributes are wanted. Names that match nothing are ignored, illegal ones too
 * (recorded).
 */
export function attributeFilter(wanted: readonly string[] | undefined): AttributeFilter | undefined {
  if (wanted === undefined || wanted.length === 0) return undefined;
  const names: string[] = [];
  const prefixes: string[] = [];
  for (const name of wanted) {
    if (name === 'All' || name === '.*' || name === '*') return { isAll: true, names: [], prefixes: [] };
    if (name.endsWith('.*')) prefixes.push(name.slice(0, -2));
    else names.push(name);
  }
  return { isAll: false, names, prefixes };
}

export function filterAttributes(
  attributes: readonly MessageAttribute[],
  filter: AttributeFilter,
): readonly MessageAttribute[] {
  if (filter.isAll || attributes.length === 0) return attributes;
  return attributes.filter(
    ({ name }) => filter.names.includes(name) || filter.prefixes.some((prefix) => name.startsWith(prefix)),
  );
}
