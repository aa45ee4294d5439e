// Goal: the texts that clients know are those of the service, word for word.
import { expect, test } from 'vitest';
import type { AwsError } from '../../engine/errors.ts';
import {
  expiredIterator,
  foreignSequence,
  invalidHashKey,
  invalidOrdering,
  kinesisErrors,
  rateExceeded,
  shardDoesNotExist,
  wrongStart,
} from './errors.ts';

const place = { name: 's', account: '000000000000' };
const shard = 'shardId-000000000000';

test.each<[AwsError, string, string]>([
  [
    shardDoesNotExist(shard, place),
    'ResourceNotFoundException',
    'Shard shardId-000000000000 in stream s under account 000000000000 does not exist',
  ],
  [
    invalidHashKey('340282366920938463463374607431768211456'),
    'InvalidArgumentException',
    'Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ' +
      '340282366920938463463374607431768211456',
  ],
  [
    invalidOrdering('5', place),
    'InvalidArgumentException',
    'ExclusiveMinimumSequenceNumber 5 used in PutRecord on stream s under account 000000000000 is invalid.',
  ],
  [
    wrongStart('AT_SEQUENCE_NUMBER', false),
    'InvalidArgumentException',
    'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) ' +
      'TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified AT_SEQUENCE_NUMBER and no ' +
      'StartingSequenceNumber.',
  ],
  [
    foreignSequence('5', shard, place, true),
    'InvalidArgumentException',
    'StartingSequenceNumber 5 used in GetShardIterator on shard shardId-000000000000 in stream s under ' +
      'account 000000000000 is invalid because it did not come from this stream.',
  ],
  [
    expiredIterator(Date.UTC(2015, 0, 22, 1, 22, 2), Date.UTC(2015, 0, 22, 1, 28, 3)),
    'ExpiredIteratorException',
    'Iterator expired. The iterator was created at time Thu Jan 22 01:22:02 UTC 2015 while right now it is ' +
      'Thu Jan 22 01:28:03 UTC 2015 which is further in the future than the tolerated delay of 300000 ' +
      'milliseconds.',
  ],
  [
    rateExceeded(shard, place),
    'ProvisionedThroughputExceededException',
    'Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.',
  ],
])('%s', (error, type, message) => {
  expect(error).toMatchObject({ type, message });
});

test('bounds of members are a ValidationException', () => {
  const failure = {
    path: 'limit',
    member: 'Limit',
    constraint: 'min',
    shape: { type: 'integer', min: 1 },
    value: 0,
  } as const;
  expect(kinesisErrors.validation([failure])).toMatchObject({
    type: 'ValidationException',
    message:
      "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have " +
      'value greater than or equal to 1',
  });
});
