// Frames of the event stream, read back by a decoder written from the layout and by the SDK's own.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { crc32 } from 'node:zlib';
import {
  eventFrames,
  EventFrames,
  exceptionFrame,
  initialResponseFrame,
  type FrameHeaders,
} from './event-stream.ts';

interface DecodedFrame {
  readonly headers: Map<string, string>;
  readonly payload: Buffer;
}

function decodeFrame(frame: Buffer): DecodedFrame {
  const headersEnd = 12 + frame.readUInt32BE(4);
  const end = frame.length - 4;
  expect(frame.readUInt32BE(0)).toBe(frame.length);
  expect(frame.readUInt32BE(8)).toBe(crc32(frame.subarray(0, 8)));
  expect(frame.readUInt32BE(end)).toBe(crc32(frame.subarray(0, end)));
  const headers = new Map<string, string>();
  let at = 12;
  const text = (length: number): string => frame.toString('utf8', at, (at += length));
  while (at < headersEnd) {
    const name = text(frame.readUInt8(at++));
    expect(frame.readUInt8(at++)).toBe(7);
    at += 2;
    headers.set(name, text(frame.readUInt16BE(at - 2)));
  }
  expect(at).toBe(headersEnd);
  return { headers, payload: frame.subarray(at, end) };
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

test('the first frame is an empty initial response', () => {
  const { headers, payload } = decodeFrame(initialResponseFrame);
  expect(Object.fromEntries(headers)).toEqual({
    ':message-type': 'event',
    ':event-type': 'initial-response',
    ':content-type': 'application/json',
  });
  expect(payload.toString()).toBe('{}');
});

test('an event names its member of the union', () => {
  const { headers, payload } = decodeFrame(eventFrames('SubscribeToShardEvent').encode('{"Records":[]}'));
  expect(headers.get(':event-type')).toBe('SubscribeToShardEvent');
  expect(payload.toString()).toBe('{"Records":[]}');
});

test('an exception carries its message', () => {
  const { headers, payload } = decodeFrame(exceptionFrame('ResourceInUseException', 'gone "é"'));
  expect(Object.fromEntries(headers)).toMatchObject({
    ':message-type': 'exception',
    ':exception-type': 'ResourceInUseException',
  });
  expect(JSON.parse(payload.toString())).toEqual({ message: 'gone "é"' });
});

test('bytes of a frame, by hand', () => {
  const frame = new EventFrames([['a', 'b']]).encode('c');
  expect(frame.subarray(0, 8).toString('hex')).toBe('0000001700000006');
  expect(frame.subarray(12, 19).toString('hex')).toBe('01610700016263');
});

test('any headers and payload come back, here and in the SDK', () => {
  const name = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
  const headers = fc.uniqueArray(fc.tuple(name, fc.string({ unit: 'grapheme' })), { selector: (h) => h[0] });
  const payloads = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(headers, payloads, (pairs: FrameHeaders, payload) => {
      const frame = new EventFrames(pairs).encode(payload);
      const mine = decodeFrame(frame);
      const theirs = codec.decode(frame);
      expect([...mine.headers]).toEqual(pairs);
      expect(mine.payload).toEqual(Buffer.from(payload as string));
      expect(Buffer.from(theirs.body)).toEqual(mine.payload);
      const { ['__proto__']: _, ...named } = Object.fromEntries(pairs);
      expect(Object.keys(theirs.headers).sort()).toEqual(Object.keys(named).sort());
    }),
  );
});

test('what does not fit a frame is a bug of the caller', () => {
  expect(() => new EventFrames([['x'.repeat(256), '']])).toThrow('too long');
  expect(() => new EventFrames([]).encode(Buffer.alloc(16 * 1024 * 1024 + 1))).toThrow('too large');
});
