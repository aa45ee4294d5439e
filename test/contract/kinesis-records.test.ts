// Goal: records come back as they were put, in both wires, from wherever a reader begins; what is wrong
// with a request is said in the service's words. The real service over a broker in memory, by a manual
// clock.
import { cbor } from '@smithy/core/cbor';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalKinesis, type LocalReply } from '../support/local-kinesis.ts';

type Fields = Record<string, unknown>;

interface Read {
  readonly Records: readonly Fields[];
  readonly NextShardIterator?: string;
  readonly MillisBehindLatest: number;
  readonly ChildShards?: readonly Fields[];
}

let kinesis: LocalKinesis;
beforeEach(async () => {
  kinesis = await LocalKinesis.start();
  await kinesis.call('CreateStream', { StreamName: 's', ShardCount: 2 });
});
afterEach(() => kinesis.close());

const base64 = (text: string | Buffer): string => Buffer.from(text as string).toString('base64');
/** Hash keys of the two shards. */
const low = '0';
const high = (2n ** 128n - 1n).toString();

async function iterator(more: object = {}): Promise<string> {
  const input = { StreamName: 's', ShardId: '0', ShardIteratorType: 'TRIM_HORIZON', ...more };
  return (await kinesis.call('GetShardIterator', input))['ShardIterator'] as string;
}

async function read(ShardIterator: string, more: object = {}): Promise<Read> {
  return (await kinesis.call('GetRecords', { ShardIterator, ...more })) as unknown as Read;
}

async function put(text: string, hashKey = low): Promise<string> {
  const input = { StreamName: 's', PartitionKey: 'k', ExplicitHashKey: hashKey, Data: base64(text) };
  return (await kinesis.call('PutRecord', input))['SequenceNumber'] as string;
}

const textsOf = ({ Records }: Read): string[] =>
  Records.map(({ Data }) => Buffer.from(Data as string, 'base64').toString());

function sendCbor(operation: string, input: object): LocalReply {
  const headers = { 'content-type': 'application/x-amz-cbor-1.1' };
  return kinesis.send(operation, Buffer.from(cbor.serialize(input)), headers);
}

async function callCbor(operation: string, input: object): Promise<Fields> {
  const reply = await kinesis.answered(sendCbor(operation, input));
  expect(reply.headers.get('content-type')).toBe('application/x-amz-cbor-1.1');
  return cbor.deserialize(reply.body) as Fields;
}

describe('round trip', () => {
  const record = fc.record({
    data: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    key: fc.string({
      minLength: 1,
      maxLength: 30,
      unit: fc.constantFrom(
        'a',
        'Z',
        '9',
        '-',
        '_',
        ' ',
        '"',
        '\\',
        '/',
        '\n',
        '\u0001',
        '\u007f',
        'ß',
        '€',
        '😀',
      ),
    }),
  });

  test('what is put by either wire is read by either wire', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        async (records, isCbor) => {
          const iterators = [
            await iterator({ ShardIteratorType: 'LATEST' }),
            await iterator({ ShardIteratorType: 'LATEST' }),
          ];
          const entries = records.map(({ data, key }) => ({
            Data: isCbor ? new Uint8Array(data) : base64(data),
            PartitionKey: key,
            ExplicitHashKey: low,
          }));
          const input = { StreamName: 's', Records: entries };
          const answer = await (isCbor ? callCbor('PutRecords', input) : kinesis.call('PutRecords', input));
          expect(answer['FailedRecordCount']).toBe(0);
          const placed = answer['Records'] as Fields[];
          expect(placed.every(({ ShardId }) => ShardId === 'shardId-000000000000')).toBe(true);
          const atMs = kinesis.clock.nowMs();
          const rows = records.map(({ data, key }, i) => [
            placed[i]!['SequenceNumber'],
            key,
            data.toString('hex'),
            atMs,
          ]);
          const json = await read(iterators[0]!);
          expect(json.Records.map((row) => rowOf(row, 1000))).toEqual(rows);
          const binary = (await callCbor('GetRecords', { ShardIterator: iterators[1] })) as unknown as Read;
          expect(binary.Records.map((row) => rowOf(row, 1))).toEqual(rows);
          expect(Object.keys(binary)).toEqual(Object.keys(json));
          kinesis.clock.advance(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  function rowOf(row: Fields, unitMs: number): unknown[] {
    const { Data, ApproximateArrivalTimestamp: at } = row;
    const bytes = typeof Data === 'string' ? Buffer.from(Data, 'base64') : Buffer.from(Data as Uint8Array);
    const time = typeof at === 'number' ? at : Number((at as { value: number | bigint }).value);
    return [row['SequenceNumber'], row['PartitionKey'], bytes.toString('hex'), Math.round(time * unitMs)];
  }

  test('PutRecord in CBOR; time is a tagged integer of milliseconds', async () => {
    const { SequenceNumber } = await callCbor('PutRecord', {
      StreamName: 's',
      PartitionKey: 'k',
      ExplicitHashKey: low,
      Data: new Uint8Array([0, 255]),
    });
    const reply = await kinesis.answered(sendCbor('GetRecords', { ShardIterator: await iterator() }));
    const at = reply.body.indexOf('ApproximateArrivalTimestamp') + 'ApproximateArrivalTimestamp'.length;
    expect(reply.body.toString('hex', at, at + 2)).toBe('c11b');
    expect(reply.body.readBigUInt64BE(at + 2)).toBe(BigInt(kinesis.clock.nowMs()));
    expect(reply.body[0]).toBe(0xbf);
    const [record] = (cbor.deserialize(reply.body) as Read).Records;
    expect(record).toMatchObject({ SequenceNumber, PartitionKey: 'k', Data: Buffer.from([0, 255]) });
  });

  test('a key of nothing but characters that JSON escapes', async () => {
    const PartitionKey = '\u0001'.repeat(256);
    await kinesis.call('PutRecord', { StreamName: 's', PartitionKey, ExplicitHashKey: low, Data: '' });
    expect((await read(await iterator())).Records).toMatchObject([{ PartitionKey, Data: '' }]);
  });

  test('a record lands by the MD5 of its key', async () => {
    // "a": 0cc175b9..., "b": 92eb5ffe...
    const entries = ['a', 'b'].map((PartitionKey) => ({ PartitionKey, Data: '' }));
    const { Records } = await kinesis.call('PutRecords', { StreamName: 's', Records: entries });
    expect((Records as Fields[]).map(({ ShardId }) => ShardId)).toEqual([
      'shardId-000000000000',
      'shardId-000000000001',
    ]);
  });

  test('500 records over many shards are answered in the order of the request', async () => {
    await kinesis.call('CreateStream', { StreamName: 'wide', ShardCount: 120 });
    const hashKey = (i: number): string => ((2n ** 128n / 120n) * BigInt(i % 120) + 1n).toString();
    const entries = Array.from({ length: 500 }, (_, i) => ({
      PartitionKey: 'k',
      ExplicitHashKey: hashKey(i),
      Data: '',
    }));
    const { Records } = await kinesis.call('PutRecords', { StreamName: 'wide', Records: entries });
    expect((Records as Fields[]).map(({ ShardId }) => ShardId)).toEqual(
      entries.map((_, i) => `shardId-${String(i % 120).padStart(12, '0')}`),
    );
    const numbers = (Records as Fields[]).map(({ SequenceNumber }) => SequenceNumber);
    expect(new Set(numbers).size).toBe(500);
  });

  test('an encrypted stream says so, in answers and records', async () => {
    await kinesis.call('StartStreamEncryption', { StreamName: 's', EncryptionType: 'KMS', KeyId: 'alias/k' });
    const entries = [{ PartitionKey: 'k', ExplicitHashKey: low, Data: '' }];
    for (const call of [(o: string, i: object) => kinesis.call(o, i), callCbor]) {
      const input = call === callCbor ? [{ ...entries[0], Data: new Uint8Array() }] : entries;
      expect(await call('PutRecords', { StreamName: 's', Records: input })).toMatchObject({
        EncryptionType: 'KMS',
      });
      const { Records } = (await call('GetRecords', { ShardIterator: await iterator() })) as unknown as Read;
      expect(Records[0]).toMatchObject({ EncryptionType: 'KMS' });
    }
  });
});

describe('iterators', () => {
  test('each type begins where it should', async () => {
    const numbers: string[] = [];
    for (const text of ['a', 'b', 'c']) {
      numbers.push(await put(text));
      kinesis.clock.advance(1000);
    }
    const startMs = kinesis.clock.nowMs() - 3000;
    const at = (seconds: number): object => ({
      ShardIteratorType: 'AT_TIMESTAMP',
      Timestamp: startMs / 1000 + seconds,
    });
    const sequence = (type: string, i: number): object => ({
      ShardIteratorType: `${type}_SEQUENCE_NUMBER`,
      StartingSequenceNumber: numbers[i],
    });
    const cases: [object, string[]][] = [
      [{}, ['a', 'b', 'c']],
      [{ ShardIteratorType: 'LATEST' }, []],
      [sequence('AT', 1), ['b', 'c']],
      [sequence('AFTER', 1), ['c']],
      [sequence('AFTER', 2), []],
      [at(0.999), ['b', 'c']],
      [at(1), ['b', 'c']],
      [at(1.001), ['c']],
      [at(2.5), []],
      [at(-1e6), ['a', 'b', 'c']],
    ];
    for (const [start, texts] of cases) expect(textsOf(await read(await iterator(start)))).toEqual(texts);
  });

  test('AFTER the first number of a shard is its beginning, AFTER the last one its end', async () => {
    await put('a');
    await kinesis.call('MergeShards', {
      StreamName: 's',
      ShardToMerge: 'shardId-000000000000',
      AdjacentShardToMerge: 'shardId-000000000001',
    });
    const { Shards } = await kinesis.call('ListShards', { StreamName: 's' });
    const range = (Shards as { SequenceNumberRange: Record<string, string> }[])[0]!.SequenceNumberRange;
    const after = (StartingSequenceNumber: string | undefined): Promise<string> =>
      iterator({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber });
    expect(textsOf(await read(await after(range['StartingSequenceNumber'])))).toEqual(['a']);
    const end = await read(await after(range['EndingSequenceNumber']));
    expect(end.Records).toEqual([]);
    expect(end.NextShardIterator).toBeUndefined();
    expect(end.ChildShards).toMatchObject([
      { ShardId: 'shardId-000000000002', ParentShards: ['shardId-000000000000', 'shardId-000000000001'] },
    ]);
    const binary = await callCbor('GetRecords', {
      ShardIterator: await after(range['EndingSequenceNumber']),
    });
    expect(binary).toEqual(JSON.parse(JSON.stringify(end)));
  });

  test('a trimmed number is moved to the horizon', async () => {
    await kinesis.call('DecreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 24 });
    const old = await put('a');
    kinesis.clock.advance(25 * 3_600_000);
    await put('b');
    const start = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: old };
    expect(textsOf(await read(await iterator(start)))).toEqual(['b']);
    expect(textsOf(await read(await iterator()))).toEqual(['b']);
  });

  test('LATEST while a commit is stalled: its records are read by it', async () => {
    kinesis.storage.stallAppends();
    const putting = put('a');
    const latest = await iterator({ ShardIteratorType: 'LATEST' });
    expect(textsOf(await read(latest))).toEqual([]);
    kinesis.storage.releaseAppends();
    await putting;
    expect(textsOf(await read(latest))).toEqual(['a']);
  });

  test("opaque: never twice the same, of the service's form, with quotes or without", async () => {
    await put('a');
    const [first, second] = [await iterator(), await iterator()];
    expect(first).not.toBe(second);
    const bytes = Buffer.from(first, 'base64');
    expect(bytes.toString('base64')).toBe(first);
    expect(bytes.toString('hex', 0, 8)).toBe('0000000000000001');
    expect(bytes.length).toBe(152);
    expect(textsOf(await read(`"${first}"`))).toEqual(['a']);
  });

  test.each([1, 13, 14, 30, 128])('a stream name of %i characters fits', async (chars) => {
    const StreamName = 'n'.repeat(chars);
    await kinesis.call('CreateStream', { StreamName, ShardCount: 1 });
    const token = await iterator({ StreamName });
    expect(Buffer.from(token, 'base64').length).toBe(152 + Math.floor((chars + 2) / 16) * 16);
    expect(textsOf(await read(token))).toEqual([]);
    await kinesis.call('DeleteStream', { StreamName });
    await expect(read(token)).rejects.toThrow(
      `Shard shardId-000000000000 in stream ${StreamName} under account 000000000000 does not exist`,
    );
  });

  test('each answer has a new one, and it goes on', async () => {
    let token = await iterator();
    for (let i = 0; i < 3; i++) {
      await put(String(i));
      kinesis.clock.advance(299_000);
      const answer = await read(token);
      expect(textsOf(answer)).toEqual([String(i)]);
      token = answer.NextShardIterator!;
    }
  });

  test('expired', async () => {
    const token = await iterator();
    kinesis.clock.advance(300_000);
    await read(token);
    kinesis.clock.advance(1);
    await expect(read(token)).rejects.toMatchObject({
      name: 'ExpiredIteratorException',
      message:
        'Iterator expired. The iterator was created at time Tue Nov 14 22:13:20 UTC 2023 while right now ' +
        'it is Tue Nov 14 22:18:20 UTC 2023 which is further in the future than the tolerated delay of ' +
        '300000 milliseconds.',
    });
  });

  test('a stream that is made again takes no old iterator and no old number', async () => {
    const number = await put('a');
    const token = await iterator();
    await kinesis.call('DeleteStream', { StreamName: 's' });
    kinesis.clock.advance(2000);
    await kinesis.call('CreateStream', { StreamName: 's', ShardCount: 2 });
    await expect(read(token)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const start = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: number };
    await expect(iterator(start)).rejects.toThrow('because it did not come from this stream.');
  });

  test('forged in any byte', async () => {
    const bytes = Buffer.from(await iterator(), 'base64');
    for (let at = 0; at < bytes.length; at += 5) {
      const forged = Buffer.from(bytes);
      forged[at]! ^= 1;
      await expect(read(forged.toString('base64'))).rejects.toMatchObject({
        name: 'InvalidArgumentException',
        message: 'Invalid ShardIterator.',
      });
    }
  });

  const junk = ['x', '""', '"', 'AAAAAAAAAAE=', 'A'.repeat(204), 'é'.repeat(204)];
  test.each(junk)('junk: %s', async (token) => {
    await expect(read(token)).rejects.toMatchObject({ message: 'Invalid ShardIterator.' });
  });
});

describe('GetRecords', () => {
  test('Limit, and how far behind', async () => {
    for (const text of ['a', 'b', 'c']) {
      await put(text);
      kinesis.clock.advance(1500);
    }
    const first = await read(await iterator(), { Limit: 1 });
    expect([textsOf(first), first.MillisBehindLatest]).toEqual([['a'], 3000]);
    const second = await read(first.NextShardIterator!, { Limit: 2 });
    expect([textsOf(second), second.MillisBehindLatest]).toEqual([['b', 'c'], 0]);
  });

  test('10 MiB at a time, and at least one record', async () => {
    await kinesis.call('UpdateMaxRecordSize', {
      StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
      MaxRecordSizeInKiB: 10_240,
    });
    const large = 'x'.repeat(10 * 1024 * 1024 - 1);
    for (const text of ['a', large, 'b']) await put(text);
    let token = await iterator();
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) {
      const answer = await read(token);
      counts.push(answer.Records.length);
      token = answer.NextShardIterator!;
    }
    expect(counts).toEqual([1, 1, 1]);
  });

  test('a wait is answered by the next record', async () => {
    const reply = kinesis.send('GetRecords', JSON.stringify({ ShardIterator: await iterator() }), {
      'x-caudal-wait-ms': '5000',
    });
    await kinesis.settle();
    expect(reply.status).toBe(0);
    await put('a');
    expect(textsOf(JSON.parse((await kinesis.answered(reply)).body.toString()) as Read)).toEqual(['a']);
  });

  test('a wait ends by itself', async () => {
    const answer = await kinesis.call(
      'GetRecords',
      { ShardIterator: await iterator() },
      { 'x-caudal-wait-ms': '1' },
    );
    expect(answer).toMatchObject({ Records: [], MillisBehindLatest: 0 });
  });

  test('a wait ends with the stream', async () => {
    const reply = kinesis.send('GetRecords', JSON.stringify({ ShardIterator: await iterator() }), {
      'x-caudal-wait-ms': '5000',
    });
    await kinesis.settle();
    await kinesis.call('DeleteStream', { StreamName: 's' });
    expect((await kinesis.answered(reply)).body.toString()).toContain('ResourceNotFoundException');
  });
});

describe('refused', () => {
  const stream = 'stream s under account 000000000000';
  const foreign = '49590338271490256608559692538361571095921575989136588802';
  const noNumber = `${'5'.repeat(20)}${'0'.repeat(30)}`;
  const value = '1 validation error detected: Value';
  const hashKeyText = (key: string): string =>
    `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${key}`;
  test.each<[string, string, object, string]>([
    [
      'a key out of range',
      'PutRecord',
      { ExplicitHashKey: (2n ** 128n).toString() },
      hashKeyText('340282366920938463463374607431768211456'),
    ],
    [
      'an order of no number',
      'PutRecord',
      { SequenceNumberForOrdering: noNumber },
      `ExclusiveMinimumSequenceNumber ${noNumber} used in PutRecord on ${stream} is invalid.`,
    ],
    [
      'a record too large',
      'PutRecord',
      { Data: base64('x'.repeat(1024 * 1024)) },
      `${value} 'java.nio.HeapByteBuffer[pos=0 lim=1048577 cap=1048577]' at 'data' failed to satisfy ` +
        'constraint: Member must have length less than or equal to 1048576',
    ],
    [
      'no key',
      'PutRecord',
      { PartitionKey: undefined },
      `${value} null at 'partitionKey' failed to satisfy constraint: Member must not be null`,
    ],
    [
      'no key in a list',
      'PutRecords',
      { Records: [{ Data: '', PartitionKey: 'k' }, { Data: '' }] },
      `${value} null at 'records.2.member.partitionKey' failed to satisfy constraint: Member must not be `,
    ],
    [
      'a key out of range in a list',
      'PutRecords',
      { Records: [{ Data: '', PartitionKey: 'k', ExplicitHashKey: '9'.repeat(39) }] },
      hashKeyText('9'.repeat(39)),
    ],
    [
      '11 MiB',
      'PutRecords',
      {
        Records: Array.from({ length: 11 }, () => ({
          Data: base64('x'.repeat(1024 * 1024 - 1)),
          PartitionKey: 'k',
        })),
      },
      'Records size exceeds 10 MB limit',
    ],
    [
      'no stream',
      'PutRecords',
      { StreamName: 'none', Records: [{ Data: '', PartitionKey: 'k' }] },
      'Stream none under account 000000000000 not found.',
    ],
    [
      'a dry run',
      'PutRecords',
      { DryRun: true, Records: [{ Data: '', PartitionKey: 'k' }] },
      'Request would have succeeded, but DryRun flag is set.',
    ],
    [
      'LATEST with a number',
      'GetShardIterator',
      { ShardIteratorType: 'LATEST', StartingSequenceNumber: foreign },
      'Request specified LATEST and also a StartingSequenceNumber.',
    ],
    [
      'no number',
      'GetShardIterator',
      { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' },
      'Request specified AFTER_SEQUENCE_NUMBER and no StartingSequenceNumber.',
    ],
    [
      'a number of another shard',
      'GetShardIterator',
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: foreign.replace('802', '898') },
      'Invalid StartingSequenceNumber. It encodes shardId-000000000006, while it was used in a call to a ' +
        'shard with shardId-000000000000',
    ],
    [
      'a number of another stream',
      'GetShardIterator',
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: foreign },
      `StartingSequenceNumber ${foreign} used in GetShardIterator on shard shardId-000000000000 in ` +
        `${stream} is invalid because it did not come from this stream.`,
    ],
    [
      'no number at all',
      'GetShardIterator',
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '1' + '0'.repeat(45) },
      `used in GetShardIterator on shard shardId-000000000000 in ${stream} is invalid.`,
    ],
    [
      'no time',
      'GetShardIterator',
      { ShardIteratorType: 'AT_TIMESTAMP' },
      'Current request has no timestamp parameter.',
    ],
    [
      'a time to come',
      'GetShardIterator',
      { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: 1_700_000_001 },
      'timestampInMillis: 1700000001000, currentTimestampInMillis: 1700000000000',
    ],
    [
      'no shard',
      'GetShardIterator',
      { ShardId: 'shardId-2' },
      `Shard shardId-000000000002 in ${stream} does not exist`,
    ],
    ['no shard id', 'GetShardIterator', { ShardId: 'shard-x' }, `Could not find shard shard-x in ${stream}.`],
    [
      'no stream to read',
      'GetShardIterator',
      { StreamName: 'none' },
      'Shard shardId-000000000000 in stream none under account 000000000000 does not exist',
    ],
  ])('%s', async (_, operation, change, message) => {
    const inputs: Record<string, object> = {
      PutRecord: { StreamName: 's', PartitionKey: 'k', Data: '' },
      PutRecords: { StreamName: 's' },
      GetShardIterator: { StreamName: 's', ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' },
    };
    await expect(kinesis.call(operation, { ...inputs[operation], ...change })).rejects.toThrow(message);
    const answer = await read(await iterator());
    expect(answer.Records).toEqual([]);
  });

  test('a number of ours in an older layout did not come from this stream', async () => {
    const older = (BigInt(await put('a')) - 1n).toString();
    const start = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: older };
    await expect(iterator(start)).rejects.toThrow('because it did not come from this stream.');
  });

  test('a stream that is being made is not found, by writers and readers', async () => {
    await kinesis.close();
    kinesis = await LocalKinesis.start({ settings: { stateDelayMs: 500 } });
    await kinesis.call('CreateStream', { StreamName: 's', ShardCount: 1 });
    await expect(put('a')).rejects.toThrow('Stream s under account 000000000000 not found.');
    await expect(iterator()).rejects.toThrow('does not exist');
    kinesis.clock.advance(500);
    await put('a');
  });

  test('an order that is past is taken', async () => {
    const number = await put('a');
    const input = { StreamName: 's', PartitionKey: 'k', Data: '', SequenceNumberForOrdering: number };
    expect(BigInt((await kinesis.call('PutRecord', input))['SequenceNumber'] as string)).toBeGreaterThan(
      BigInt(number),
    );
  });
});

describe('records that are spread by the service', () => {
  test('keys are not needed, and do not place them', async () => {
    await kinesis.call('CreateStream', {
      StreamName: 'auto',
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    });
    await kinesis.call('UpdateStreamRecordDistributionStrategy', {
      StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/auto',
      RecordDistributionStrategy: 'AUTO',
    });
    const entries = [
      ...Array.from({ length: 100 }, () => ({ Data: '' })),
      ...Array.from({ length: 100 }, () => ({ Data: '', PartitionKey: 'same' })),
    ];
    const { Records } = await kinesis.call('PutRecords', { StreamName: 'auto', Records: entries });
    const counts = new Map<unknown, number>();
    for (const { ShardId } of Records as Fields[]) counts.set(ShardId, (counts.get(ShardId) ?? 0) + 1);
    expect([...counts.values()].every((count) => count >= 45 && count <= 55)).toBe(true);
    expect(counts.size).toBe(4);
    const answer = await read(await iterator({ StreamName: 'auto' }));
    expect(new Set(answer.Records.map((record) => record['PartitionKey']))).toEqual(
      new Set([undefined, 'same']),
    );
    expect(answer.Records.some((record) => 'PartitionKey' in record)).toBe(true);
    expect(answer.Records.every((record) => 'PartitionKey' in record)).toBe(false);
  });
});

describe('limits: aws', () => {
  beforeEach(async () => {
    await kinesis.close();
    kinesis = await LocalKinesis.start({ limits: 'aws', settings: { stateDelayMs: 0 } });
    await kinesis.call('CreateStream', { StreamName: 's', ShardCount: 2 });
  });
  const rateText = (shard: number): string =>
    `Rate exceeded for shard shardId-00000000000${shard} in stream s under account 000000000000.`;

  test('what a shard does not take fails record by record', async () => {
    const entries = Array.from({ length: 500 }, (_, i) => ({
      PartitionKey: 'k',
      ExplicitHashKey: i < 400 ? low : high,
      Data: '',
    }));
    const puts = [1, 2, 3].map(() => kinesis.call('PutRecords', { StreamName: 's', Records: entries }));
    const answers = await Promise.all(puts);
    expect(answers.map((answer) => answer['FailedRecordCount'])).toEqual([0, 0, 200]);
    const records = answers[2]!['Records'] as Fields[];
    expect(records.slice(200, 400)).toEqual(
      Array.from({ length: 200 }, () => ({
        ErrorCode: 'ProvisionedThroughputExceededException',
        ErrorMessage: rateText(0),
      })),
    );
    expect(records.slice(400).every(({ ShardId }) => ShardId === 'shardId-000000000001')).toBe(true);
    await expect(put('a')).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      message: rateText(0),
    });
    kinesis.clock.advance(1000);
    await put('a');
  });

  test('five reads of a shard a second, and five seconds after 10 MiB', async () => {
    const token = await iterator();
    for (let i = 0; i < 5; i++) await read(token);
    await expect(read(token)).rejects.toMatchObject({ message: rateText(0) });
    await read(await iterator({ ShardId: '1' }));
    kinesis.clock.advance(1000);
    for (let i = 0; i < 10; i++) {
      await put('x'.repeat(1024 * 1024 - 100));
      kinesis.clock.advance(1000);
    }
    const { NextShardIterator } = await read(await iterator());
    kinesis.clock.advance(4900);
    await expect(read(NextShardIterator!).then(() => 'read')).rejects.toMatchObject({ message: rateText(0) });
    kinesis.clock.advance(200);
    await read(NextShardIterator!);
  });
});
