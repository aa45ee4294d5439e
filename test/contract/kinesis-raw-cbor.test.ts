// Goal: what the Java SDK and the Kinesis Client Library send is understood, and what they are answered is
// what they can read, byte by byte: CBOR with AWS's timestamps, open containers, raw blobs. Method: hand-made
// bytes against the real daemon, over HTTP/1.1 and over h2c.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { blob, bool, double, instant, list, long, map } from '../support/cbor-bytes.ts';
import { openList, openMap, text, uint } from '../support/cbor-bytes.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type RawAnswer, rawSender, type Send, type Transport } from '../support/kinesis-raw.ts';

const cborType = 'application/x-amz-cbor-1.1';
const shardId = 'shardId-000000000000';
const shard = text(shardId);
const top = (2n ** 128n - 1n).toString();
const transports: Transport[] = ['HTTP/1.1', 'h2c'];

let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.stop());

let streamCount = 0;
async function newStream(send: Send): Promise<string> {
  const name = `cbor-${++streamCount}`;
  const made = await send('CreateStream', openMap({ StreamName: text(name), ShardCount: uint(1) }));
  expectBytes(made, Buffer.alloc(0));
  return name;
}

// What nobody can foretell stands as question marks in what is expected: sequence numbers, iterators, times.
const anyNumber = text('?'.repeat(56));
const anyIterator = text('?'.repeat(204));
const anyInstant = Buffer.concat([Buffer.from([0xc1, 0x1b]), Buffer.from('????????')]);

/** The answer is these bytes, all of them; gives back what stands for the question marks. */
function expectBytes(answer: RawAnswer, expected: Buffer, status = 200): Buffer[] {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe(cborType);
  expect(answer.headers['content-length']).toBe(String(answer.body.length));
  const found: Buffer[] = [];
  const masked = Buffer.from(answer.body);
  for (const { 0: marks, index } of expected.toString('latin1').matchAll(/\?{8,}/g)) {
    found.push(answer.body.subarray(index, index + marks.length));
    masked.fill('?', index, index + marks.length);
  }
  expect(masked.toString('latin1')).toBe(expected.toString('latin1'));
  return found;
}

const iteratorOf = async (send: Send, name: string, start: Record<string, Buffer>): Promise<Buffer> => {
  const input = openMap({ StreamName: text(name), ShardId: shard, ...start });
  return expectBytes(await send('GetShardIterator', input), openMap({ ShardIterator: anyIterator }))[0]!;
};
const fromStart = { ShardIteratorType: text('TRIM_HORIZON') };
const readFrom = (send: Send, iterator: Buffer): Promise<RawAnswer> =>
  send('GetRecords', openMap({ ShardIterator: text(iterator.toString()), Limit: uint(1000) }));

const recordBytes = (sequenceNumber: Buffer, data: Buffer, key: string): Buffer =>
  openMap({
    SequenceNumber: text(sequenceNumber.toString()),
    ApproximateArrivalTimestamp: anyInstant,
    Data: blob(data),
    PartitionKey: text(key),
  });
const pageBytes = (records: readonly Buffer[]): Buffer =>
  openMap({ Records: openList(records), NextShardIterator: anyIterator, MillisBehindLatest: uint(0) });

const errors: [type: string, message: string, operation: string, input: Buffer][] = [
  [
    'ResourceNotFoundException',
    'Stream none under account 000000000000 not found.',
    'DescribeStream',
    openMap({ StreamName: text('none') }),
  ],
  ['InvalidArgumentException', 'Invalid ShardIterator.', 'GetRecords', openMap({ ShardIterator: text('x') })],
  [
    'ValidationException',
    "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have " +
      'value greater than or equal to 1',
    'ListStreams',
    openMap({ Limit: uint(0) }),
  ],
  ['SerializationException', '', 'ListStreams', Buffer.alloc(0)],
  ['UnknownOperationException', '', 'ListEverything', openMap({})],
];

describe.each(transports)('over %s', (transport) => {
  const send: Send = (operation, body) => rawSender(daemon.endpoint, transport)(operation, body);

  test('records there and back, whatever is in them', async () => {
    const name = await newStream(send);
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const large = Buffer.alloc(70_000, 'x');
    const startedMs = Date.now();
    const one = openMap({ StreamName: text(name), PartitionKey: text('ключ'), Data: blob(all) });
    const [first] = expectBytes(
      await send('PutRecord', one),
      openMap({ ShardId: shard, SequenceNumber: anyNumber }),
    );
    const entry = (data: Buffer): Buffer => openMap({ PartitionKey: text('k'), Data: blob(data) });
    const several = openMap({
      StreamName: text(name),
      Records: openList([entry(large), entry(Buffer.alloc(0))]),
    });
    const placed = openMap({ SequenceNumber: anyNumber, ShardId: shard });
    const [second, third] = expectBytes(
      await send('PutRecords', several),
      openMap({ FailedRecordCount: uint(0), Records: openList([placed, placed]) }),
    );
    const page = pageBytes([
      recordBytes(first!, all, 'ключ'),
      recordBytes(second!, large, 'k'),
      recordBytes(third!, Buffer.alloc(0), 'k'),
    ]);
    const [arrived] = expectBytes(await readFrom(send, await iteratorOf(send, name, fromStart)), page);
    expect(Number(arrived!.readBigUInt64BE())).toBeGreaterThanOrEqual(startedMs - 1000);
    expect(Number(arrived!.readBigUInt64BE())).toBeLessThanOrEqual(Date.now() + 1000);
  });

  test('a description', async () => {
    const name = await newStream(send);
    const [created] = expectBytes(
      await send('DescribeStream', openMap({ StreamName: text(name) })),
      openMap({
        StreamDescription: openMap({
          StreamName: text(name),
          StreamARN: text(`arn:aws:kinesis:us-east-1:000000000000:stream/${name}`),
          StreamStatus: text('ACTIVE'),
          StreamModeDetails: openMap({ StreamMode: text('PROVISIONED') }),
          RetentionPeriodHours: uint(168),
          StreamCreationTimestamp: anyInstant,
          EnhancedMonitoring: openList([openMap({ ShardLevelMetrics: openList([]) })]),
          EncryptionType: text('NONE'),
          Shards: openList([
            openMap({
              ShardId: shard,
              HashKeyRange: openMap({ StartingHashKey: text('0'), EndingHashKey: text(top) }),
              SequenceNumberRange: openMap({ StartingSequenceNumber: anyNumber }),
            }),
          ]),
          HasMoreShards: bool(false),
        }),
      }),
    );
    expect(Number(created!.readBigUInt64BE()) % 1000).toBe(0);
  });

  test.each(errors)('an error: %s %#', async (type, message, operation, input) => {
    const fields = message === '' ? {} : { message: text(message) };
    const body = openMap({ __type: text(type), ...fields });
    expect(expectBytes(await send(operation, input), body, 400)).toEqual([]);
  });
});

describe('forms of the same', () => {
  const send: Send = (operation, body) => rawSender(daemon.endpoint, 'HTTP/1.1')(operation, body);

  test('containers that say their length first, and integers as longs', async () => {
    const name = `cbor-${++streamCount}`;
    expectBytes(
      await send('CreateStream', map({ StreamName: text(name), ShardCount: long(1) })),
      Buffer.alloc(0),
    );
    const Records = list([map({ PartitionKey: text('k'), Data: blob(Buffer.from('a')) })]);
    const placed = openMap({ SequenceNumber: anyNumber, ShardId: shard });
    const [number] = expectBytes(
      await send('PutRecords', map({ StreamName: text(name), Records })),
      openMap({ FailedRecordCount: uint(0), Records: openList([placed]) }),
    );
    const iterator = await iteratorOf(send, name, fromStart);
    const read = map({ ShardIterator: text(iterator.toString()), Limit: long(1) });
    const page = pageBytes([recordBytes(number!, Buffer.from('a'), 'k')]);
    const [, next] = expectBytes(await send('GetRecords', read), page);
    expect(next).not.toEqual(iterator);
  });

  test.each<[string, (ms: number) => Buffer]>([
    ['tagged milliseconds', instant],
    ['bare milliseconds', long],
    ['tagged seconds with a fraction', (ms) => Buffer.concat([Buffer.from([0xc1]), double(ms / 1000)])],
  ])('a time as %s', async (_, write) => {
    const name = await newStream(send);
    const put = openMap({ StreamName: text(name), PartitionKey: text('k'), Data: blob(Buffer.from('a')) });
    const [number] = expectBytes(
      await send('PutRecord', put),
      openMap({ ShardId: shard, SequenceNumber: anyNumber }),
    );
    const from = (ms: number) => ({ ShardIteratorType: text('AT_TIMESTAMP'), Timestamp: write(ms) });
    const early = await iteratorOf(send, name, from(1_600_000_000_123));
    const page = pageBytes([recordBytes(number!, Buffer.from('a'), 'k')]);
    const [arrived] = expectBytes(await readFrom(send, early), page);
    const afterMs = Number(arrived!.readBigUInt64BE()) + 1;
    // A time that is still to come is refused.
    await vi.waitUntil(() => Date.now() > afterMs);
    const late = await iteratorOf(send, name, from(afterMs));
    const [next] = expectBytes(await readFrom(send, late), pageBytes([]));
    expect(next).not.toEqual(late);
  });
});
