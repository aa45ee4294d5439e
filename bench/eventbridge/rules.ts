// Rules and the events that meet them, of each kind of match, from a fixed seed: every rule names its source
// and type, as rules do, and one more value that tells them apart. Called by matching.ts.
import { SeededRng } from '../../src/base/rng.ts';

export type RuleKind = 'exact' | 'prefix' | 'suffix' | 'numeric' | 'wildcard' | 'anything-but';

export interface RuleSet {
  /** Event patterns as people write them. */
  readonly patterns: readonly string[];
  /** JSON texts of `eventBytes` each. */
  readonly events: readonly string[];
}

const eventBytes = 900;
const eventCount = 500;

interface KindPlan {
  /** What the n-th rule asks of `detail`. */
  readonly test: (rule: number, draw: Draw) => object;
  /** What an event has in `detail` that speaks to the n-th rule. */
  readonly value: (rule: number, draw: Draw) => object;
}
/** A whole number from 0 to below the limit. */
type Draw = (limit: number) => number;

const label = (rule: number): string => rule.toString().padStart(5, '0');
const states = ['pending', 'running', 'stopping', 'stopped', 'terminated'];

const plans: Readonly<Record<RuleKind, KindPlan>> = {
  exact: {
    test: (rule) => ({ order: [`order-${label(rule)}`] }),
    value: (rule) => ({ order: `order-${label(rule)}` }),
  },
  prefix: {
    test: (rule) => ({ order: [{ prefix: `order-${label(rule)}-` }] }),
    value: (rule, draw) => ({ order: `order-${label(rule)}-${draw(1e6)}` }),
  },
  suffix: {
    test: (rule) => ({ order: [{ suffix: `-${label(rule)}.json` }] }),
    value: (rule, draw) => ({ order: `order-${draw(1e6)}-${label(rule)}.json` }),
  },
  // Ranges from 5 to 25 wide, one beginning every 10: an event is in one or two.
  numeric: {
    test: (rule, draw) => ({ amount: [{ numeric: ['>=', rule * 10, '<', rule * 10 + 5 + draw(20)] }] }),
    value: (rule, draw) => ({ amount: rule * 10 + draw(1000) / 100 }),
  },
  wildcard: {
    test: (rule) => ({ order: [{ wildcard: `orders/*/customer-${label(rule)}/*.json` }] }),
    value: (rule, draw) => ({ order: `orders/${draw(1e4)}/customer-${label(rule)}/${draw(1e6)}.json` }),
  },
  'anything-but': {
    test: (rule, draw) => ({
      customer: [`customer-${label(rule)}`],
      state: [{ 'anything-but': [states[draw(5)], states[draw(5)]] }],
    }),
    value: (rule, draw) => ({ customer: `customer-${label(rule)}`, state: states[draw(5)] }),
  },
};

export function makeRules(kind: RuleKind, ruleCount: number, seed: number): RuleSet {
  const rng = new SeededRng(seed);
  const draw: Draw = (limit) => rng.nextU32() % limit;
  const { test, value } = plans[kind];
  const patterns = Array.from({ length: ruleCount }, (_, rule) =>
    JSON.stringify({ source: ['shop.orders'], 'detail-type': ['Order Changed'], detail: test(rule, draw) }),
  );
  const events = Array.from({ length: eventCount }, () => eventText(value(draw(ruleCount), draw), draw));
  return { patterns, events };
}

/** Padded to the same length. */
function eventText(values: object, draw: Draw): string {
  const event = {
    version: '0',
    id: `6a7e8feb-b491-4cf7-a9f1-${label(draw(99_999))}${label(draw(99_999))}00`,
    'detail-type': 'Order Changed',
    source: 'shop.orders',
    account: '000000000000',
    time: '2026-01-01T12:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:shop:us-east-1:000000000000:branch/north'],
    detail: {
      ...values,
      lines: [
        { article: `a-${draw(1e6)}`, count: draw(9), price: draw(1e5) / 100, isGift: false },
        { article: `a-${draw(1e6)}`, count: draw(9), price: draw(1e5) / 100, isGift: true },
      ],
      address: { street: `${draw(300)} Mill Lane`, city: 'Springfield', zip: label(draw(99_999)) },
      payment: { method: 'card', isPaid: true, total: draw(1e6) / 100, currency: 'EUR' },
      note: '',
    },
  };
  event.detail.note = 'n'.repeat(Math.max(0, eventBytes - JSON.stringify(event).length));
  return JSON.stringify(event);
}
