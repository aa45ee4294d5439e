// The reader of event streams against streams cut anywhere, damaged, or refused.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eventFrames,
  exceptionFrame,
  initialResponseFrame,
} from '../../src/protocols/aws/engine/event-stream.ts';
import { EventStreamReader } from './event-stream-reader.ts';

const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
const events = eventFrames('SubscribeToShardEvent');

function chunked(frame: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, Buffer.from('\r\n')]);
}

function read(bytes: Buffer, cuts: readonly number[]): { payloads: string[]; problem: string | undefined } {
  const payloads: string[] = [];
  const reader = new EventStreamReader((body, start, end) =>
    payloads.push(body.toString('utf8', start, end)),
  );
  let problem: string | undefined;
  const ends = [...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
  let from = 0;
  for (const end of ends) {
    if (end > from) problem ??= reader.feed(Buffer.from(bytes.subarray(from, end)));
    from = Math.max(from, end);
  }
  return { payloads, problem };
}

describe('EventStreamReader', () => {
  it('hands out every event, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 80 }), { maxLength: 6 }),
        fc.array(fc.nat()),
        (texts, cuts) => {
          const frames = texts.map((text) => chunked(events.encode(text)));
          const bytes = Buffer.concat([Buffer.from(head), chunked(initialResponseFrame), ...frames]);
          expect(read(bytes, cuts)).toEqual({ payloads: texts, problem: undefined });
        },
      ),
    );
  });

  it('takes a frame that comes in several chunks', () => {
    const frame = events.encode('over two chunks');
    const parts = [chunked(frame.subarray(0, 17)), chunked(frame.subarray(17))];
    expect(read(Buffer.concat([Buffer.from(head), ...parts]), []).payloads).toEqual(['over two chunks']);
  });

  it('says what is wrong', () => {
    const damaged = Buffer.from(events.encode('x'));
    damaged[damaged.length - 5] = (damaged[damaged.length - 5] as number) ^ 1;
    expect(read(Buffer.concat([Buffer.from(head), chunked(damaged)]), []).problem).toMatch(/checksum/);
    const gone = chunked(exceptionFrame('ResourceInUseException', 'a newcomer'));
    expect(read(Buffer.concat([Buffer.from(head), gone]), []).problem).toMatch(/a newcomer/);
    const refusal = Buffer.from('HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}');
    expect(read(refusal, []).problem).toMatch(/400/);
  });
});
