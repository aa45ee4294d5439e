// A broker that loses, repeats, invents or reorders must be caught, and one that does nothing of it must not.
import { describe, expect, it } from 'vitest';
import { Ledger, stampBytes } from './ledger.ts';

function sent(ledger: Ledger, count: number): number[] {
  const first = ledger.reserve(count);
  const sequences = Array.from({ length: count }, (_, index) => first + index);
  for (const sequence of sequences) {
    ledger.issue(sequence);
    ledger.confirm(sequence);
  }
  return sequences;
}

describe('Ledger', () => {
  it('finds nothing wrong with a faithful broker', () => {
    const ledger = new Ledger('abc123');
    for (const sequence of sent(ledger, 1000)) {
      ledger.receive(sequence);
      ledger.remove(sequence);
    }
    expect(ledger.lostCount()).toBe(0);
    expect(ledger.summary()).toEqual({
      issued: 1000,
      confirmed: 1000,
      received: 1000,
      deleted: 1000,
      duplicated: 0,
      unknown: 0,
      reordered: 0,
    });
  });

  it('catches a lossy broker, but not a request that was never confirmed', () => {
    const ledger = new Ledger('abc123');
    const sequences = sent(ledger, 100);
    ledger.issue(ledger.reserve(1));
    for (const sequence of sequences) if (sequence % 10 !== 3) ledger.receive(sequence);
    expect(ledger.lostCount()).toBe(10);
    expect(ledger.distinctReceivedCount()).toBe(90);
  });

  it('catches duplicates and inventions', () => {
    const ledger = new Ledger('abc123');
    sent(ledger, 5);
    ledger.receive(2);
    ledger.receive(2);
    ledger.receive(77);
    ledger.receive(-1);
    expect(ledger.summary()).toMatchObject({ duplicated: 1, unknown: 2 });
  });

  it('allows redelivery only when told to', () => {
    const ledger = new Ledger('abc123', { allowsRedelivery: true });
    sent(ledger, 2);
    ledger.receive(1);
    ledger.receive(1);
    ledger.allowsRedelivery = false;
    ledger.receive(1);
    expect(ledger.summary()).toMatchObject({ received: 3, duplicated: 1 });
  });

  it('catches a message that overtakes an earlier one of its group', () => {
    const ledger = new Ledger('abc123', { groupCount: 2 });
    sent(ledger, 6);
    for (const sequence of [0, 1, 4, 2, 3, 5]) ledger.receive(sequence);
    expect(ledger.summary().reordered).toBe(1);
  });

  it('does not judge the order of two sends that were under way together', () => {
    const ledger = new Ledger('abc123', { groupCount: 1 });
    const first = ledger.reserve(2);
    ledger.issue(first);
    ledger.issue(first + 1);
    ledger.confirm(first);
    ledger.confirm(first + 1);
    ledger.receive(first + 1);
    ledger.receive(first);
    expect(ledger.summary().reordered).toBe(0);
  });

  it('reads its stamp back out of a body, and refuses that of another run', () => {
    const ledger = new Ledger('abc123');
    const body = Buffer.from(`..${ledger.body(4_000_000_123, 200)}`);
    expect(body.length).toBe(202);
    expect(ledger.sequenceAt(body, 2)).toBe(4_000_000_123);
    expect(new Ledger('abc124').sequenceAt(body, 2)).toBe(-1);
    expect(ledger.body(1, 0).length).toBe(stampBytes);
  });
});
