// The reply reader, over every way a reply can be cut into chunks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplyReader } from './reply-reader.ts';

function reply(status: number, body: string, lengthName = 'Content-Length'): Buffer {
  const head = `HTTP/1.1 ${status} X\r\nConnection: keep-alive\r\n`;
  return Buffer.from(`${head}${lengthName}: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function bodyOf(reader: ReplyReader): string {
  return reader.buffer.toString('utf8', reader.bodyStart, reader.bodyEnd);
}

describe('ReplyReader', () => {
  it('reads any body however it is cut', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat(400), { maxLength: 5 }), (body, cutPoints) => {
        const reader = new ReplyReader();
        const bytes = reply(200, body);
        const cuts = [...new Set(cutPoints.map((cut) => cut % bytes.length))].filter((cut) => cut > 0);
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        for (let index = 1; index < edges.length; index++) {
          const chunk = bytes.subarray(edges[index - 1], edges[index]);
          const isLast = index === edges.length - 1;
          expect(reader.feed(chunk, chunk.length)).toBe(isLast ? 'complete' : 'incomplete');
        }
        expect(reader.status).toBe(200);
        expect(bodyOf(reader)).toBe(body);
      }),
    );
  });

  it('ignores what an earlier, longer reply left in the read buffer', () => {
    const reader = new ReplyReader();
    const shared = Buffer.alloc(1000, reply(200, 'long '.repeat(20)));
    const short = reply(503, 'no', 'content-length');
    short.copy(shared);
    expect(reader.feed(shared, short.length)).toBe('complete');
    expect([reader.status, bodyOf(reader)]).toEqual([503, 'no']);
    const half = short.length - 1;
    expect(reader.feed(shared, half)).toBe('incomplete');
    expect(reader.feed(shared.subarray(half), 1)).toBe('complete');
    expect(bodyOf(reader)).toBe('no');
  });

  it('calls replies that it cannot frame broken', () => {
    const chunked = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    expect(new ReplyReader().feed(chunked, chunked.length)).toBe('broken');
    const two = Buffer.concat([reply(200, 'a'), reply(200, 'b')]);
    expect(new ReplyReader().feed(two, two.length)).toBe('broken');
    const other = Buffer.from('HTTP/1.1 200 OK\r\nContent-Location: 5\r\n\r\n');
    expect(new ReplyReader().feed(other, other.length)).toBe('broken');
  });
});
