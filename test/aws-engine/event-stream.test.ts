// Answers that go on, through the engine and a real listener: HTTP/1.1 in chunks, h2c, and the SDK's own
// client. Every wait ends with the event it waits for, or with the test's time limit.
import { KinesisClient, SubscribeToShardCommand } from '@aws-sdk/client-kinesis';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { type HttpEngine, type HttpListener, listenHttp } from '../../src/net/index.ts';
import { AwsError } from '../../src/protocols/aws/engine/errors.ts';
import { initialResponseFrame } from '../../src/protocols/aws/engine/event-stream.ts';
import { Tide } from './tide-service.ts';
import { createToy } from './toy-service.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(engine: HttpEngine = 'front'): Promise<{ tide: Tide; listener: HttpListener }> {
  const tide = new Tide();
  const { aws } = createToy({ services: [tide.service], clock: systemClock, auth: 'none' });
  const listener = await listenHttp({ host: '127.0.0.1', port: 0, engine, handler: aws.handler });
  closers.push(() => listener.close(0));
  return { tide, listener };
}

const headers = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'Kinesis_20131202.SubscribeToShard',
};
const bodyOf = (shard: string): string => JSON.stringify({ ConsumerARN: 'c', ShardId: shard });

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: NodeJS.ReadableStream & { destroy(): unknown };
}

async function subscribe1(listener: HttpListener, shard: string): Promise<Answer> {
  const request = http.request({ port: listener.port, host: '127.0.0.1', method: 'POST', headers });
  closers.push(() => request.destroy());
  request.on('error', () => {});
  request.end(bodyOf(shard));
  const [body] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: body.statusCode, headers: body.headers, body };
}

async function subscribe2(listener: HttpListener, shard: string): Promise<Answer> {
  const session = http2.connect(`http://127.0.0.1:${listener.port}`);
  session.on('error', () => {});
  closers.push(() => session.destroy());
  const body = session.request({ ':method': 'POST', ':path': '/', ...headers });
  body.on('error', () => {});
  body.end(bodyOf(shard));
  const [heads] = (await once(body, 'response')) as [http2.IncomingHttpHeaders];
  return { status: Number(heads[':status']), headers: heads, body };
}

async function bytesOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

/** Kind and payload of each frame. */
function framesOf(bytes: Buffer): [unknown, string][] {
  const frames: [unknown, string][] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const { headers: named, body } = codec.decode(bytes.subarray(at, at + bytes.readUInt32BE(at)));
    const kind = named[':event-type'] ?? named[':exception-type'];
    frames.push([kind?.value, Buffer.from(body).toString('utf8')]);
  }
  return frames;
}

const ways: [string, HttpEngine, typeof subscribe1][] = [
  ['front, HTTP/1.1', 'front', subscribe1],
  ['front, h2c', 'front', subscribe2],
  ['node, HTTP/1.1', 'node', subscribe1],
  ['uws, HTTP/1.1', 'uws', subscribe1],
];

describe.each(ways)('%s', (_, engine, subscribe) => {
  test('head and initial response come before any event', async () => {
    const { tide, listener } = await listen(engine);
    const { status, headers: named, body } = await subscribe(listener, 's');
    const [first] = (await once(body, 'data')) as [Buffer];
    expect(first).toEqual(initialResponseFrame);
    expect([status, named['content-type']]).toEqual([200, 'application/vnd.amazon.eventstream']);
    expect(named['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(tide.streams[0]?.isOpen).toBe(true);
  });

  test('events follow, then a clean end', async () => {
    const { tide, listener } = await listen(engine);
    const { body } = await subscribe(listener, 's');
    const [stream] = tide.streams;
    const frame = tide.events.encode('{"Records":[]}');
    stream?.write(frame);
    stream?.write(new Uint8Array(frame));
    stream?.end();
    stream?.end();
    expect(framesOf(await bytesOf(body))).toEqual([
      ['initial-response', '{}'],
      ['SubscribeToShardEvent', '{"Records":[]}'],
      ['SubscribeToShardEvent', '{"Records":[]}'],
    ]);
    expect([stream?.isOpen, stream?.write(frame)]).toEqual([false, true]);
  });

  test('an exception ends it', async () => {
    const { tide, listener } = await listen(engine);
    const { body } = await subscribe(listener, 's');
    tide.streams[0]?.fail(new AwsError('somebody else', { type: 'ResourceInUseException' }));
    expect(framesOf(await bytesOf(body)).slice(1)).toEqual([
      ['ResourceInUseException', '{"message":"somebody else"}'],
    ]);
  });

  test('an error before it is an ordinary answer', async () => {
    const { tide, listener } = await listen(engine);
    const { status, headers: named, body } = await subscribe(listener, 'taken');
    expect([status, named['content-type']]).toEqual([400, 'application/x-amz-json-1.1']);
    expect(JSON.parse((await bytesOf(body)).toString())).toEqual({
      __type: 'ResourceInUseException',
      message: 'taken',
    });
    expect(tide.streams).toEqual([]);
  });

  test.each([
    ['gone', 'ResourceInUseException', 'gone'],
    ['broken', 'InternalFailureException', 'sorry'],
  ])('what a handler throws after it opened ends it too (%s)', async (shard, type, message) => {
    const { listener } = await listen(engine);
    const { body } = await subscribe(listener, shard);
    expect(framesOf(await bytesOf(body)).slice(1)).toEqual([[type, JSON.stringify({ message })]]);
  });

  test('a client that goes away is told of once', async () => {
    const { tide, listener } = await listen(engine);
    const { body } = await subscribe(listener, 's');
    const stream = tide.streams[0]!;
    let closedCount = 0;
    const closed = new Promise<void>((resolve) => {
      stream.onClose(() => {
        closedCount++;
        resolve();
      });
    });
    body.destroy();
    await closed;
    stream.write(tide.events.encode('{}'));
    stream.fail(new AwsError('', { type: 'X' }));
    expect([stream.isOpen, closedCount]).toEqual([false, 1]);
  });

  test('a client that does not read is waited for, and loses nothing', async () => {
    const { tide, listener } = await listen(engine);
    const { body } = await subscribe(listener, 's');
    const stream = tide.streams[0]!;
    const frame = tide.events.encode(Buffer.alloc(64 * 1024, 0x20));
    const frameCount = 400;
    let sent = 0;
    let waitCount = 0;
    const pump = (): void => {
      while (sent < frameCount) {
        sent++;
        if (stream.write(frame)) continue;
        waitCount++;
        return;
      }
      stream.end();
    };
    stream.onDrain(pump);
    pump();
    expect(sent).toBeLessThan(frameCount);
    const bytes = await bytesOf(body);
    expect(bytes.length).toBe(initialResponseFrame.length + frameCount * frame.length);
    expect(waitCount).toBeGreaterThan(0);
  });
});

describe('the SDK', () => {
  const events = { ConsumerARN: 'c', ShardId: 's', StartingPosition: { Type: 'LATEST' } } as const;

  test('subscribes with its defaults (h2c) and sees events and the exception', async () => {
    const { tide, listener } = await listen();
    const client = new KinesisClient({
      endpoint: `http://127.0.0.1:${listener.port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    closers.push(() => client.destroy());
    const { EventStream } = await client.send(new SubscribeToShardCommand(events));
    await vi.waitUntil(() => tide.streams.length === 1, { timeout: 5_000, interval: 5 });
    const stream = tide.streams[0]!;
    const record = { SequenceNumber: '1', Data: 'AQI=', PartitionKey: 'k', ApproximateArrivalTimestamp: 1.5 };
    const event = { Records: [record], ContinuationSequenceNumber: '1', MillisBehindLatest: 0 };
    stream.write(tide.events.encode(JSON.stringify(event)));
    stream.fail(new AwsError('somebody else', { type: 'ResourceInUseException' }));
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const { SubscribeToShardEvent: got } of EventStream!) seen.push(got);
    })();
    await expect(reading).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: 'somebody else',
    });
    expect(seen).toMatchObject([
      {
        Records: [{ SequenceNumber: '1', PartitionKey: 'k', ApproximateArrivalTimestamp: new Date(1500) }],
        ContinuationSequenceNumber: '1',
        MillisBehindLatest: 0,
      },
    ]);
  });

  test('sees an error before the stream as its modelled exception', async () => {
    const { listener } = await listen();
    const client = new KinesisClient({
      endpoint: `http://127.0.0.1:${listener.port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    closers.push(() => client.destroy());
    await expect(
      client.send(new SubscribeToShardCommand({ ...events, ShardId: 'taken' })),
    ).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: 'taken',
    });
  });
});
