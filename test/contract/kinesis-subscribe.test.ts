// Goal: SubscribeToShard keeps its rules (five minutes, five seconds, heartbeats, shard ends, who wins),
// loses and repeats nothing whatever the client does, and leaves nothing behind. In one process, by a
// manual clock.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Subscription } from '../../src/broker/index.ts';
import { SharedFrames } from '../../src/protocols/aws/services/kinesis/shared-frames.ts';
import { LocalKinesis, type LocalReply } from '../support/local-kinesis.ts';

let kinesis: LocalKinesis;
let consumerArn: string;

beforeEach(async () => {
  // The subscriptions' timer turns by hand: each tick is one second of the clock.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  kinesis = await LocalKinesis.start();
  await kinesis.call('CreateStream', { StreamName: 's', ShardCount: 1 });
  consumerArn = await register('c');
});
afterEach(async () => {
  await kinesis.close();
  vi.useRealTimers();
});

const streamArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';

async function register(name: string): Promise<string> {
  const { Consumer } = await kinesis.call('RegisterStreamConsumer', {
    StreamARN: streamArn,
    ConsumerName: name,
  });
  return (Consumer as { ConsumerARN: string }).ConsumerARN;
}

interface Start {
  readonly consumer?: string;
  readonly shard?: string;
  readonly position?: object;
}

async function subscribe({ consumer, shard = '0', position }: Start = {}): Promise<LocalReply> {
  const input = {
    ConsumerARN: consumer ?? consumerArn,
    ShardId: shard,
    StartingPosition: position ?? { Type: 'TRIM_HORIZON' },
  };
  const reply = await kinesis.answered(kinesis.send('SubscribeToShard', JSON.stringify(input)));
  await kinesis.settle();
  return reply;
}

async function put(...texts: string[]): Promise<string[]> {
  const numbers: string[] = [];
  for (const text of texts) {
    const Data = Buffer.from(text).toString('base64');
    const answer = await kinesis.call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data });
    numbers.push(answer['SequenceNumber'] as string);
  }
  await kinesis.settle();
  return numbers;
}

async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    kinesis.clock.advance(1000);
    vi.advanceTimersByTime(1000);
  }
  await kinesis.settle();
}

const textsOf = (reply: LocalReply): string[] =>
  reply.events.flatMap(({ Records }) =>
    (Records as { Data: string }[]).map(({ Data }) => Buffer.from(Data, 'base64').toString()),
  );
const continuation = (reply: LocalReply): string =>
  reply.events.at(-1)?.['ContinuationSequenceNumber'] as string;

describe('events', () => {
  test('the initial response first, then what is there, then what comes', async () => {
    await put('a', 'b');
    const reply = await subscribe();
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('application/vnd.amazon.eventstream');
    expect(reply.frames[0]).toEqual({ kind: 'initial-response', payload: {} });
    const numbers = await put('c');
    expect(textsOf(reply)).toEqual(['a', 'b', 'c']);
    expect(reply.events.at(-1)).toEqual({
      Records: [
        {
          SequenceNumber: numbers[0],
          ApproximateArrivalTimestamp: kinesis.clock.nowMs() / 1000,
          Data: Buffer.from('c').toString('base64'),
          PartitionKey: 'k',
        },
      ],
      ContinuationSequenceNumber: numbers[0],
      MillisBehindLatest: 0,
    });
  });

  test('LATEST has only what comes', async () => {
    await put('a');
    const reply = await subscribe({ position: { Type: 'LATEST' } });
    await put('b');
    expect(textsOf(reply)).toEqual(['b']);
  });

  test('a request in CBOR is answered in JSON events', async () => {
    await put('a');
    // {ConsumerARN, ShardId: '0', StartingPosition: {Type: 'TRIM_HORIZON'}}
    const text = (value: string): Buffer =>
      Buffer.concat([Buffer.from([0x78, value.length]), Buffer.from(value)]);
    const body = Buffer.concat([
      Buffer.from([0xbf]),
      text('ConsumerARN'),
      text(consumerArn),
      text('ShardId'),
      text('0'),
      text('StartingPosition'),
      Buffer.from([0xbf]),
      text('Type'),
      text('TRIM_HORIZON'),
      Buffer.from([0xff, 0xff]),
    ]);
    const headers = { 'content-type': 'application/x-amz-cbor-1.1' };
    const reply = await kinesis.answered(kinesis.send('SubscribeToShard', body, headers));
    await kinesis.settle();
    expect(textsOf(reply)).toEqual(['a']);
  });

  test('two consumers get the same', async () => {
    const first = await subscribe();
    const second = await subscribe({ consumer: await register('d') });
    const find = vi.spyOn(SharedFrames.prototype, 'find');
    await put('a', 'b');
    // Encoded for the first, found by the second.
    expect(find.mock.results.map(({ value }) => value !== undefined)).toEqual([false, true, false, true]);
    expect(textsOf(first)).toEqual(['a', 'b']);
    expect(first.chunks).toEqual(second.chunks);
  });

  test('a client that does not read is pushed nothing, and loses nothing', async () => {
    const reply = await subscribe();
    reply.isReading = false;
    await put('a', 'b', 'c');
    expect(textsOf(reply)).toEqual(['a']);
    await pass(20);
    expect(reply.events).toHaveLength(1);
    reply.drain();
    await kinesis.settle();
    expect(textsOf(reply)).toEqual(['a', 'b', 'c']);
  });

  test('clients that do not read share a bound, and go on when one of them reads', async () => {
    const data = Buffer.alloc(1_000_000, 'x').toString('base64');
    const record = { StreamName: 's', PartitionKey: 'k', Data: data };
    for (let i = 0; i < 2; i++) await kinesis.call('PutRecord', record);
    const replies: LocalReply[] = [];
    for (let i = 0; i < 60; i++) {
      const Input = {
        ConsumerARN: await register(`d${i}`),
        ShardId: '0',
        StartingPosition: { Type: 'TRIM_HORIZON' },
      };
      const reply = kinesis.send('SubscribeToShard', JSON.stringify(Input));
      reply.isReading = false;
      replies.push(await kinesis.answered(reply));
      await kinesis.settle();
    }
    const counts = (): number[] => replies.map(({ events }) => events.length);
    // Each event is 1.33 MB as text: 51 of them are more than 64 MiB.
    const [first, last] = [replies[0]!, replies[59]!];
    expect([counts().filter((count) => count === 1).length, last.events.length]).toEqual([51, 0]);
    last.isReading = true;
    for (const reply of replies.slice(0, 59)) {
      reply.isReading = true;
      reply.drain();
      await kinesis.settle();
    }
    expect(counts()).toEqual(Array.from({ length: 60 }, () => 2));
    expect(first.isEnded).toBe(false);
  });

  test('an event holds no more than 1 MiB of records, unless it is one', async () => {
    await kinesis.call('UpdateMaxRecordSize', { StreamARN: streamArn, MaxRecordSizeInKiB: 4096 });
    const data = (bytes: number): string => Buffer.alloc(bytes, 'x').toString('base64');
    for (const bytes of [600_000, 600_000, 3_000_000]) {
      await kinesis.call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: data(bytes) });
    }
    const reply = await subscribe();
    expect(reply.events.map(({ Records }) => (Records as object[]).length)).toEqual([1, 1, 1]);
    expect(reply.events[0]!['MillisBehindLatest']).toBe(0);
  });
});

describe('time', () => {
  test('a heartbeat each five seconds of quiet goes on', async () => {
    const [number] = await put('a');
    const reply = await subscribe();
    await pass(4);
    expect(reply.events).toHaveLength(1);
    await pass(7);
    const beats = reply.events.slice(1);
    expect(beats).toHaveLength(2);
    expect(beats.map(({ Records, MillisBehindLatest }) => [Records, MillisBehindLatest])).toEqual([
      [[], 0],
      [[], 0],
    ]);
    const numbers = beats.map((beat) => BigInt(beat['ContinuationSequenceNumber'] as string));
    expect(numbers[0]! > BigInt(number!)).toBe(true);
    expect(numbers[1]! > numbers[0]!).toBe(true);
  });

  test.each([
    ['a record', 0],
    ['a heartbeat', 6],
  ])('a subscription goes on after the number of %s, without a gap', async (_, seconds) => {
    await put('a');
    const reply = await subscribe();
    await pass(seconds);
    reply.close();
    await put('b');
    await pass(6);
    const position = { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: continuation(reply) };
    expect(textsOf(await subscribe({ position }))).toEqual(['b']);
  });

  test('it ends cleanly after five minutes', async () => {
    const reply = await subscribe();
    await pass(299);
    expect(reply.isEnded).toBe(false);
    await pass(1);
    expect(reply.isEnded).toBe(true);
    expect(reply.frames.at(-1)!.kind).toBe('SubscribeToShardEvent');
    await put('late');
    expect(textsOf(reply)).toEqual([]);
  });

  test('nothing is left of it', async () => {
    const reply = await subscribe();
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    reply.close();
    await pass(6);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the core is told when the client goes, without waiting for a record', async () => {
    const follow = vi.spyOn(kinesis.broker, 'follow');
    const reply = await subscribe();
    const cancel = vi.spyOn(follow.mock.results[0]!.value as Subscription, 'cancel');
    reply.close();
    expect(cancel).toHaveBeenCalledOnce();
  });
});

describe('one subscription for each consumer and shard', () => {
  test('within five seconds the newcomer is refused', async () => {
    const first = await subscribe();
    await pass(4);
    const second = await subscribe();
    expect(second.status).toBe(400);
    expect(second.body.toString()).toContain('"__type":"ResourceInUseException"');
    await put('a');
    expect(textsOf(first)).toEqual(['a']);
  });

  test('also when the first has gone', async () => {
    (await subscribe()).close();
    expect((await subscribe()).status).toBe(400);
    await pass(5);
    expect((await subscribe()).status).toBe(200);
  });

  test('after that it wins', async () => {
    const first = await subscribe();
    await pass(5);
    const second = await subscribe();
    expect(second.status).toBe(200);
    expect(first.frames.at(-1)!.kind).toBe('ResourceInUseException');
    expect(first.isEnded).toBe(true);
    await put('a');
    expect([textsOf(first), textsOf(second)]).toEqual([[], ['a']]);
  });
});

describe('ends', () => {
  test('the last event of a split shard has children and no number to go on from', async () => {
    await put('a');
    const reply = await subscribe();
    const split = { StreamName: 's', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '1000' };
    await kinesis.call('SplitShard', split);
    await kinesis.settle();
    const last = reply.events.at(-1)!;
    expect(last).not.toHaveProperty('ContinuationSequenceNumber');
    expect(last['ChildShards']).toMatchObject([
      { ShardId: 'shardId-000000000001', ParentShards: ['shardId-000000000000'] },
      { ShardId: 'shardId-000000000002', HashKeyRange: { StartingHashKey: '1000' } },
    ]);
    expect(reply.isEnded).toBe(true);
    expect(textsOf(reply)).toEqual(['a']);
    for (const event of reply.events.slice(0, -1)) {
      expect(event).toHaveProperty('ContinuationSequenceNumber');
      expect(event).not.toHaveProperty('ChildShards');
    }
  });

  test('the consumer is deregistered', async () => {
    const reply = await subscribe();
    await kinesis.call('DeregisterStreamConsumer', { ConsumerARN: consumerArn });
    await pass(1);
    expect(reply.frames.at(-1)!.kind).toBe('ResourceNotFoundException');
    expect(reply.isEnded).toBe(true);
  });

  test('it is pushed nothing once it is deregistered', async () => {
    const reply = await subscribe();
    await kinesis.call('DeregisterStreamConsumer', { ConsumerARN: consumerArn });
    await put('a');
    expect(textsOf(reply)).toEqual([]);
  });

  test('the stream is deleted', async () => {
    const reply = await subscribe();
    await kinesis.call('DeleteStream', { StreamName: 's', EnforceConsumerDeletion: true });
    await kinesis.settle();
    expect(reply.frames.at(-1)!.kind).toBe('ResourceNotFoundException');
    expect(reply.isEnded).toBe(true);
  });

  test('the daemon stops: a clean end', async () => {
    const reply = await subscribe();
    await kinesis.broker.close();
    expect(reply.isEnded).toBe(true);
    expect(reply.frames.map(({ kind }) => kind)).toEqual(['initial-response']);
  });
});

describe('refused before it begins', () => {
  const position = { Type: 'LATEST' };
  const nobody = `${streamArn}/consumer/x:1`;
  test.each<[string, string, () => Start]>([
    [
      'ResourceNotFoundException',
      'Consumer x, account 000000000000 not found.',
      () => ({ consumer: nobody }),
    ],
    ['ResourceNotFoundException', 'Shard shardId-000000000007 in stream s', () => ({ shard: '7', position })],
    ['ResourceNotFoundException', 'Could not find shard x-y in stream s', () => ({ shard: 'x-y', position })],
    [
      'InvalidArgumentException',
      'no StartingSequenceNumber',
      () => ({ position: { Type: 'AT_SEQUENCE_NUMBER' } }),
    ],
    [
      'InvalidArgumentException',
      'Must specify timestampInMillis',
      () => ({ position: { Type: 'AT_TIMESTAMP' } }),
    ],
    ['ValidationException', 'Member must not be null', () => ({ position: {} })],
  ])('%s: %s', async (type, text, start) => {
    const reply = await subscribe(start());
    expect(reply.status).toBe(400);
    expect(reply.body.toString()).toContain(`"__type":"${type}"`);
    expect(reply.body.toString()).toContain(text);
  });
});
