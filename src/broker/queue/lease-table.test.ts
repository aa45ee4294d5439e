// The lease table against a plain map: found, changed, removed, due exactly when the deadline has passed,
// over growth, shrinking, and clocks that stand still or jump.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LeaseTable } from './lease-table.ts';

interface Lease {
  entity: number;
  sequence: number;
  generation: number;
  untilMs: number;
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    entity: fc.integer({ min: 1, max: 3 }),
    sequence: fc.integer({ min: 1, max: 40 }),
    leaseMs: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 43_200_000 })),
  }),
  fc.record({
    kind: fc.constant('remove' as const),
    entity: fc.integer({ min: 1, max: 3 }),
    sequence: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({
    kind: fc.constant('advance' as const),
    ms: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 50_000_000 })),
  }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Runs the steps on both; answers what the table said and what the map said, step by step. */
function runBoth(steps: readonly Step[]): { readonly table: unknown[]; readonly model: unknown[] } {
  const table = new LeaseTable();
  const model = new Map<string, Lease>();
  const said = { table: [] as unknown[], model: [] as unknown[] };
  let nowMs = 1_700_000_000_000;
  let generation = 0;
  for (const one of steps) {
    if (one.kind === 'set') {
      const { entity, sequence } = one;
      const lease = { entity, sequence, generation: ++generation, untilMs: nowMs + one.leaseMs };
      table.set(lease);
      model.set(nameOf(lease), lease);
    } else if (one.kind === 'remove') {
      said.model.push(model.delete(nameOf(one)));
      said.table.push(table.remove(one.entity, one.sequence));
    } else {
      nowMs += one.ms;
      const found: { entity: number; sequence: number }[] = [];
      table.due(nowMs, 1000, found);
      said.table.push(found.map(nameOf).toSorted());
      said.model.push(
        [...model.values()]
          .filter((lease) => lease.untilMs <= nowMs)
          .map(nameOf)
          .toSorted(),
      );
      for (const lease of found) {
        table.remove(lease.entity, lease.sequence);
        model.delete(nameOf(lease));
      }
    }
    said.table.push(table.count);
    said.model.push(model.size);
  }
  for (const lease of model.values()) {
    const at = table.find(lease.entity, lease.sequence);
    said.table.push([table.generationAt(at), table.untilAt(at)]);
    said.model.push([lease.generation, lease.untilMs]);
  }
  return said;
}

const nameOf = (lease: { readonly entity: number; readonly sequence: number }): string =>
  `${lease.entity}/${lease.sequence}`;

test('agrees with a map, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const said = runBoth(steps);
      expect(said.table).toEqual(said.model);
    }),
    { numRuns: 300 },
  );
});

test('a hundred thousand leases come and go; those of a session have no deadline', () => {
  const table = new LeaseTable();
  for (let n = 1; n <= 100_000; n++)
    table.set({ entity: 7, sequence: n, generation: n, untilMs: n % 10 === 0 ? -5 : n });
  let removed = 0;
  for (let n = 1; n <= 100_000; n++) if (n % 10 !== 0 && table.remove(7, n)) removed++;
  expect(removed).toBe(90_000);
  expect(table.count).toBe(10_000);
  for (let n = 10; n <= 100_000; n += 10) expect(table.generationAt(table.find(7, n))).toBe(n);
  const due: { entity: number; sequence: number }[] = [];
  expect(table.due(Number.MAX_SAFE_INTEGER, 10, due)).toBe(false);
  expect(due).toEqual([]);
  expect(table.ofSession(5)).toHaveLength(10_000);
});
