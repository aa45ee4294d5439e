// Goal: attributes go in and come out as SQS shows them, and what it refuses is refused in its words.
import { describe, expect, test } from 'vitest';
import type { QueueDefinition } from '../../../../broker/index.ts';
import {
  applyAttributes,
  attributeNames,
  attributeText,
  differingAttribute,
  draftOf,
  fixDedupScope,
  type GivenAttributes,
  newQueueDraft,
} from './attributes.ts';

const arn = 'arn:aws:sqs:us-east-1:000000000000:q';

function definitionOf(given: GivenAttributes, isFifo = false): QueueDefinition {
  const draft = newQueueDraft(isFifo);
  applyAttributes(draft, given);
  fixDedupScope(draft);
  return defined(draft);
}

function defined(draft: ReturnType<typeof newQueueDraft>): QueueDefinition {
  return {
    ...draft,
    name: { namespace: '000000000000/us-east-1', kind: 'queue', name: 'q' },
    entity: 1,
    cell: 0,
    createdAtMs: 1_700_000_000_999,
    modifiedAtMs: 1_700_000_001_000,
    revision: 1,
    tags: {},
  };
}

function changed(definition: QueueDefinition, given: GivenAttributes): QueueDefinition {
  const draft = draftOf(definition);
  applyAttributes(draft, given);
  return defined(draft);
}

function all(definition: QueueDefinition): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of attributeNames) {
    const text = attributeText(definition, name, arn);
    if (text !== undefined) texts[name] = text;
  }
  return texts;
}

const fifo = { FifoQueue: 'true' };

describe('what a queue shows', () => {
  test('a standard queue without attributes', () => {
    expect(all(definitionOf({}))).toEqual({
      QueueArn: arn,
      CreatedTimestamp: '1700000000',
      LastModifiedTimestamp: '1700000001',
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
    });
  });

  test('a FIFO queue shows its four more', () => {
    expect(all(definitionOf({ FifoQueue: 'True' }, true))).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  test('numbers become settings of the core', () => {
    const { settings } = definitionOf({
      VisibilityTimeout: '10',
      DelaySeconds: '900',
      MessageRetentionPeriod: '60',
      MaximumMessageSize: '1024',
      ReceiveMessageWaitTimeSeconds: '20',
    });
    expect(settings).toEqual({
      ordering: 'none',
      dedup: 'none',
      durability: 'disk',
      leaseMs: 10_000,
      delayMs: 900_000,
      retentionMs: 60_000,
      maxMessageBytes: 1024,
      waitMs: 20_000,
    });
  });

  test('policies are echoed as they came and removed by an empty text or {}', () => {
    const policy = ' {"Version": "2012-10-17",  "Statement": []}';
    const queue = definitionOf({ Policy: policy, RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    expect(attributeText(queue, 'Policy', arn)).toBe(policy);
    const without = changed(queue, { Policy: '', RedriveAllowPolicy: '{ }' });
    expect(attributeText(without, 'Policy', arn)).toBeUndefined();
    expect(attributeText(without, 'RedriveAllowPolicy', arn)).toBeUndefined();
  });
});

describe('encryption', () => {
  test('a key turns managed encryption off, clearing it leaves it off, turning it on drops the key', () => {
    const keyed = definitionOf({ KmsMasterKeyId: 'alias/k', KmsDataKeyReusePeriodSeconds: '60' });
    expect(all(keyed)).toMatchObject({
      KmsMasterKeyId: 'alias/k',
      KmsDataKeyReusePeriodSeconds: '60',
      SqsManagedSseEnabled: 'false',
    });
    const cleared = all(changed(keyed, { KmsMasterKeyId: '' }));
    expect(cleared['SqsManagedSseEnabled']).toBe('false');
    expect(cleared['KmsMasterKeyId']).toBeUndefined();
    const managed = all(changed(keyed, { SqsManagedSseEnabled: 'TRUE' }));
    expect(managed['SqsManagedSseEnabled']).toBe('true');
    expect(managed['KmsMasterKeyId']).toBeUndefined();
    expect(managed['KmsDataKeyReusePeriodSeconds']).toBeUndefined();
  });

  test('the reuse period is shown with a key, or when it is not 300', () => {
    const shown = (given: GivenAttributes): unknown =>
      all(definitionOf(given))['KmsDataKeyReusePeriodSeconds'];
    expect(shown({ KmsMasterKeyId: 'k' })).toBe('300');
    expect(shown({ KmsDataKeyReusePeriodSeconds: '300' })).toBeUndefined();
    expect(shown({ KmsDataKeyReusePeriodSeconds: '400' })).toBe('400');
  });

  test('both at once are refused', () => {
    expect(() => definitionOf({ KmsMasterKeyId: 'k', SqsManagedSseEnabled: 'true' })).toThrow(
      'You can use one type of server-side encryption (SSE) at one time.',
    );
  });
});

describe('deduplication scope', () => {
  const high = { ...fifo, DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };

  test('decides at creation; a later change is shown and not followed', () => {
    const queue = definitionOf(high, true);
    expect(queue.settings.dedup).toBe('group');
    const other = changed(queue, { DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' });
    expect(other.settings.dedup).toBe('group');
    expect(attributeText(other, 'DeduplicationScope', arn)).toBe('queue');
  });

  test('a limit per group needs a scope of group', () => {
    expect(() => definitionOf({ ...fifo, FifoThroughputLimit: 'perMessageGroupId' }, true)).toThrow(
      'Invalid value for the parameter FifoThroughputLimit.',
    );
  });
});

describe('refusals', () => {
  test.each<[GivenAttributes, boolean, string, string]>([
    [{ Foobar: '1' }, false, 'InvalidAttributeName', 'Unknown Attribute Foobar.'],
    [{ constructor: '1' }, false, 'InvalidAttributeName', 'Unknown Attribute constructor.'],
    [{ QueueArn: 'x' }, false, 'InvalidAttributeName', 'Unknown Attribute QueueArn.'],
    [{ FifoQueue: 'false' }, false, 'InvalidAttributeName', 'Unknown Attribute FifoQueue.'],
    [
      { ContentBasedDeduplication: 'true' },
      false,
      'InvalidAttributeName',
      'Unknown Attribute ContentBasedDeduplication.',
    ],
    [
      { DeduplicationScope: 'queue' },
      false,
      'InvalidAttributeName',
      'You can specify the DeduplicationScope only when FifoQueue is set to true.',
    ],
    [
      { FifoQueue: 'false' },
      true,
      'InvalidAttributeValue',
      'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    ],
    [{ ContentBasedDeduplication: 'yes' }, true, 'InvalidAttributeValue', 'ContentBasedDeduplication'],
    [{ MaximumMessageSize: '1023' }, false, 'InvalidAttributeValue', 'the parameter MaximumMessageSize.'],
    [{ MaximumMessageSize: '1048577' }, false, 'InvalidAttributeValue', 'the parameter MaximumMessageSize.'],
    [{ VisibilityTimeout: '43201' }, false, 'InvalidAttributeValue', 'the parameter VisibilityTimeout.'],
    [{ VisibilityTimeout: '-1' }, false, 'InvalidAttributeValue', 'the parameter VisibilityTimeout.'],
    [{ DelaySeconds: 'ten' }, false, 'InvalidAttributeValue', 'the parameter DelaySeconds.'],
    [{ MessageRetentionPeriod: '59' }, false, 'InvalidAttributeValue', 'MessageRetentionPeriod'],
    [{ Policy: `{"Statement":[],"Id":"${'x'.repeat(8192)}"}` }, false, 'InvalidAttributeValue', 'Policy'],
    [{ Policy: '{"Version":' }, false, 'InvalidAttributeValue', 'the parameter Policy.'],
  ])('%j (FIFO: %s)', (given, isFifo, type, message) => {
    const attempt = (): unknown => definitionOf(given, isFifo);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ type, status: 400 }));
  });
});

describe('CreateQueue on a name that is taken', () => {
  const queue = definitionOf({ DelaySeconds: '5', Policy: '{"Version":"2012-10-17","Statement":[]}' });
  test.each<[GivenAttributes, string | undefined]>([
    [{}, undefined],
    [{ DelaySeconds: '5' }, undefined],
    [{ DelaySeconds: '05' }, undefined],
    [{ VisibilityTimeout: '30' }, undefined],
    [{ Policy: '{ "Statement": [], "Version": "2012-10-17" }' }, undefined],
    [{ DelaySeconds: '6' }, 'DelaySeconds'],
    [{ VisibilityTimeout: '30', DelaySeconds: '0' }, 'DelaySeconds'],
    [{ Policy: '' }, 'Policy'],
    [{ KmsMasterKeyId: 'k' }, 'KmsMasterKeyId'],
  ])('%j differs in %s', (given, expected) => {
    expect(differingAttribute(queue, given, arn)).toBe(expected);
  });
});
