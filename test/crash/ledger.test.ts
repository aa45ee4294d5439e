// Tests the judge of the crash suite: each kind of breach is seen, and what is allowed is let pass.
import { expect, it } from 'vitest';
import { Ledger } from './ledger.ts';

function ledgerOf(count: number): Ledger {
  const ledger = new Ledger();
  for (let n = 0; n < count; n++) {
    ledger.sending(`m${n}`, 'g');
    ledger.sent(`m${n}`);
  }
  return ledger;
}

it('sees a message that was deleted before it was asked for', () => {
  const ledger = ledgerOf(1);
  const before = ledger.now();
  ledger.deleting('m0');
  ledger.deleted('m0');
  ledger.delivered('q', ['m0'], before);
  expect(ledger.violations).toEqual([]);
  ledger.delivered('q', ['m0'], ledger.now());
  expect(ledger.violations).toEqual(['q: m0 was deleted and came back']);
});

it('sees a message that nobody sent', () => {
  const ledger = new Ledger();
  ledger.delivered('q', ['x'], 0);
  expect(ledger.violations).toEqual(['q: x was never sent']);
});

it('sees what was acknowledged and is missing, and not what was never acknowledged', () => {
  const ledger = ledgerOf(2);
  ledger.sending('m2');
  ledger.deleting('m0');
  expect(ledger.open('m')).toEqual(['m1']);
  expect(ledger.acknowledgedCount('m')).toBe(2);
});

it('sees a group out of order', () => {
  const ledger = ledgerOf(4);
  ledger.deliveredInOrder('g', ['m0', 'm1']);
  ledger.deleting('m0');
  ledger.deleted('m0');
  ledger.deleting('m1');
  ledger.deliveredInOrder('g', ['m1', 'm2']);
  ledger.deliveredInOrder('g', ['m2']);
  expect(ledger.violations).toEqual([]);
  ledger.deliveredInOrder('g', ['m3']);
  expect(ledger.violations).toEqual(['g: m3 came before m2']);
});
