// The head of replies: framing headers by kind of body, and dates that follow the clock.
import { expect, test, vi } from 'vitest';
import { ReplyHeadEncoder } from './reply-head.ts';

const headers = ['X-A', 'b'];

test('a body of known length, a chunked one, one that ends with the connection', () => {
  const encoder = new ReplyHeadEncoder(75_000);
  const known = encoder.encode({ status: 200, headers, bodyBytes: 5, isLast: false });
  expect(known).toMatch(/^HTTP\/1\.1 200 OK\r\nDate: [^\r]+ GMT\r\nKeep-Alive: timeout=75\r\n/);
  expect(known.endsWith('\r\nX-A: b\r\nContent-Length: 5\r\n\r\n')).toBe(true);
  const chunked = encoder.encode({ status: 200, headers, bodyBytes: -1, isLast: false });
  expect(chunked.endsWith('X-A: b\r\nTransfer-Encoding: chunked\r\n\r\n')).toBe(true);
  const open = encoder.encode({ status: 200, headers, bodyBytes: -2, isLast: true });
  expect(open.endsWith('Connection: close\r\nX-A: b\r\n\r\n')).toBe(true);
});

test('204 and 304 have no length', () => {
  const encoder = new ReplyHeadEncoder(75_000);
  for (const status of [204, 304]) {
    expect(encoder.encode({ status, headers: [], bodyBytes: 0, isLast: false })).not.toContain(
      'Content-Length',
    );
  }
});

test('an unknown status is still a valid line', () => {
  const encoder = new ReplyHeadEncoder(75_000);
  const head = encoder.encode({ status: 599, headers: [], bodyBytes: 0, isLast: false });
  expect(head.startsWith('HTTP/1.1 599 Unknown\r\n')).toBe(true);
});

test('the date is made anew after the sweep, not before', () => {
  vi.useFakeTimers();
  try {
    vi.setSystemTime(1_700_000_000_000);
    const encoder = new ReplyHeadEncoder(75_000);
    const encode = (): string => encoder.encode({ status: 200, headers: [], bodyBytes: 0, isLast: false });
    const first = encode();
    vi.setSystemTime(1_700_000_005_000);
    expect(encode()).toBe(first);
    encoder.expire();
    expect(encode()).toContain('Date: Tue, 14 Nov 2023 22:13:25 GMT\r\n');
  } finally {
    vi.useRealTimers();
  }
});

test('a value that would end its line is made harmless each time, whatever came before in its place', () => {
  const encoder = new ReplyHeadEncoder(75_000);
  const encode = (value: string): string =>
    encoder.encode({ status: 200, headers: ['X-A', value], bodyBytes: 0, isLast: false });
  for (const value of ['b', 'b\r\nX: 1', 'b\r\nX: 1', 'b']) {
    expect(encode(value)).toContain(`\r\nX-A: ${value.replaceAll(/[\r\n]/g, '?')}\r\n`);
  }
});
