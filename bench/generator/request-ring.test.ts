// The ring of requests signed ahead: order, bounds, age, and the honest count of what was signed too late.
import { describe, expect, it } from 'vitest';
import { RequestRing } from './request-ring.ts';

function numbered(): { make: () => string; tag: () => number } {
  let index = -1;
  return { make: () => `request ${++index}`, tag: () => index };
}

describe('RequestRing', () => {
  it('gives prepared requests in order, then signs on the spot', () => {
    const ring = new RequestRing(numbered());
    expect(ring.prepare(3, 0)).toBe(3);
    const taken = Array.from({ length: 5 }, () => [ring.take(1).toString(), ring.takenTag]);
    expect(taken).toEqual([0, 1, 2, 3, 4].map((index) => [`request ${index}`, index]));
    expect(ring.signedInlineCount).toBe(2);
  });

  it('copies requests that are bytes, prepared and on the spot', () => {
    const scratch = Buffer.alloc(4);
    let index = 0;
    const ring = new RequestRing({ make: () => scratch.fill(++index), tag: () => index });
    ring.prepare(2, 0);
    const taken = Array.from({ length: 4 }, () => ring.take(1));
    expect(taken.map((request) => request[3])).toEqual([1, 2, 3, 4]);
  });

  it('prepares no more than its arena holds', () => {
    const ring = new RequestRing(numbered(), { arenaBytes: 25, ageMsMax: 1000 });
    expect(ring.prepare(10, 0)).toBe(2);
  });

  it('does not send a request whose signature has become old', () => {
    const ring = new RequestRing(numbered(), { arenaBytes: 1000, ageMsMax: 1000 });
    ring.prepare(5, 0);
    expect(ring.take(1000).toString()).toBe('request 0');
    expect(ring.take(1001).toString()).toBe('request 5');
  });
});
