// Condition operators, each with a case that meets it and one that doesn't, and what a missing key means.
import { expect, test } from 'vitest';
import { isConditionMet, parseConditions } from './condition.ts';

const context: Readonly<Record<string, readonly string[]>> = {
  'aws:sourcearn': ['arn:aws:sns:us-east-1:123456789012:orders'],
  'aws:sourceip': ['10.1.2.3'],
  'aws:securetransport': ['false'],
  'aws:currenttime': ['2026-11-25T12:00:00.000Z'],
  'aws:epochtime': ['1795608000'],
  'aws:username': ['ann'],
  'sts:externalid': ['Secret'],
  'my:count': ['7'],
  'my:many': ['a', 'b'],
  'my:none': [],
};

function isMet(block: unknown): boolean {
  const conditions = parseConditions(block, true);
  if (!conditions.ok) throw new Error(conditions.error);
  const keys = (key: string) => context[key];
  return conditions.value.every((condition) => isConditionMet(condition, keys, (name) => keys(name)?.[0]));
}

test.each<[unknown, boolean]>([
  [undefined, true],
  [{ StringEquals: { 'sts:ExternalId': 'Secret' } }, true],
  [{ StringEquals: { 'sts:ExternalId': 'secret' } }, false],
  [{ StringEquals: { 'sts:ExternalId': ['x', 'Secret'] } }, true],
  [{ StringEquals: { 'aws:username': '${aws:username}' } }, true],
  [{ StringEquals: { 'aws:username': 'a*' } }, false],
  [{ StringNotEquals: { 'sts:ExternalId': 'Secret' } }, false],
  [{ StringNotEquals: { 'sts:ExternalId': ['x', 'y'] } }, true],
  [{ StringNotEquals: { 'sts:ExternalId': ['x', 'Secret'] } }, false],
  [{ StringEqualsIgnoreCase: { 'sts:ExternalId': 'sECRET' } }, true],
  [{ StringNotEqualsIgnoreCase: { 'sts:ExternalId': 'sECRET' } }, false],
  [{ StringLike: { 'aws:username': 'a*' } }, true],
  [{ StringLike: { 'aws:username': 'b*' } }, false],
  [{ StringNotLike: { 'aws:username': 'a?n' } }, false],
  [{ ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:123456789012:orders' } }, true],
  [{ ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:123456789012:*' } }, true],
  [{ ArnLike: { 'aws:SourceArn': 'arn:aws:s3:*:*:*' } }, false],
  [{ ArnNotEquals: { 'aws:SourceArn': 'arn:aws:s3:::x' } }, true],
  [{ ArnNotLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } }, false],
  [{ IpAddress: { 'aws:SourceIp': ['192.168.0.0/16', '10.0.0.0/8'] } }, true],
  [{ IpAddress: { 'aws:SourceIp': '192.168.0.0/16' } }, false],
  [{ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, false],
  [{ Bool: { 'aws:SecureTransport': 'false' } }, true],
  [{ Bool: { 'aws:SecureTransport': false } }, true],
  [{ Bool: { 'aws:SecureTransport': 'true' } }, false],
  [{ NumericEquals: { 'my:count': 7 } }, true],
  [{ NumericEquals: { 'my:count': 'seven' } }, false],
  [{ NumericNotEquals: { 'my:count': '7' } }, false],
  [{ NumericLessThan: { 'my:count': '7' } }, false],
  [{ NumericLessThanEquals: { 'my:count': '7' } }, true],
  [{ NumericGreaterThan: { 'my:count': '6.5' } }, true],
  [{ NumericGreaterThanEquals: { 'my:count': '8' } }, false],
  [{ DateLessThan: { 'aws:CurrentTime': '2026-11-26T00:00:00Z' } }, true],
  [{ DateLessThanEquals: { 'aws:CurrentTime': '2026-11-25T12:00:00Z' } }, true],
  [{ DateGreaterThan: { 'aws:CurrentTime': '2026-11-26T00:00:00Z' } }, false],
  [{ DateGreaterThanEquals: { 'aws:EpochTime': '1795608000' } }, true],
  [{ DateEquals: { 'aws:EpochTime': '2026-11-25T12:00:00Z' } }, true],
  [{ DateNotEquals: { 'aws:CurrentTime': 'soon' } }, true],
  [{ BinaryEquals: { 'my:count': '7' } }, true],
  [{ Null: { 'aws:SourceArn': 'false' } }, true],
  [{ Null: { 'aws:SourceArn': 'true' } }, false],
  [{ Null: { 'my:missing': true } }, true],
  [{ StringEquals: { 'my:missing': 'x' } }, false],
  [{ StringNotEquals: { 'my:missing': 'x' } }, true],
  [{ StringEqualsIfExists: { 'my:missing': 'x' } }, true],
  [{ StringEqualsIfExists: { 'aws:username': 'bob' } }, false],
  [{ 'ForAnyValue:StringEquals': { 'my:many': ['b', 'c'] } }, true],
  [{ 'ForAnyValue:StringEquals': { 'my:many': ['c'] } }, false],
  [{ 'ForAnyValue:StringNotEquals': { 'my:many': ['a'] } }, true],
  [{ 'ForAnyValue:StringNotEquals': { 'my:missing': ['a'] } }, false],
  [{ 'ForAllValues:StringEquals': { 'my:many': ['a', 'b', 'c'] } }, true],
  [{ 'ForAllValues:StringEquals': { 'my:many': ['a'] } }, false],
  [{ 'ForAllValues:StringEquals': { 'my:none': ['a'] } }, true],
  [{ 'ForAllValues:StringLikeIfExists': { 'my:missing': ['a'] } }, true],
  [{ StringEquals: { 'aws:username': 'ann' }, Bool: { 'aws:SecureTransport': 'true' } }, false],
])('%j: %s', (block, expected) => {
  expect(isMet(block)).toBe(expected);
});

test.each([
  [{ StringSortOf: { 'aws:username': 'ann' } }, 'unknown condition operator StringSortOf'],
  [{ constructor: { a: 'b' } }, 'unknown condition operator constructor'],
  [{ StringEquals: 'x' }, 'condition StringEquals is not an object'],
  ['x', 'Condition is not an object'],
])('%j is refused', (block, error) => {
  expect(parseConditions(block, true)).toEqual({ ok: false, error });
});
