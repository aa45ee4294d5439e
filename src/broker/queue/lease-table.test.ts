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

test('agrees with a map, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new LeaseTable();
      const model = new Map<string, Lease>();
      let nowMs = 1_700_000_000_000;
      let generation = 0;
      for (const one of steps) {
        if (one.kind === 'set') {
          const lease = {
            entity: one.entity,
            sequence: one.sequence,
            generation: ++generation,
            untilMs: nowMs + one.leaseMs,
          };
          table.set(lease);
          model.set(`${one.entity}/${one.sequence}`, lease);
        } else if (one.kind === 'remove') {
          const isThere = model.delete(`${one.entity}/${one.sequence}`);
          expect(table.remove(one.entity, one.sequence)).toBe(isThere);
        } else {
          nowMs += one.ms;
          const found: { entity: number; sequence: number }[] = [];
          table.due(nowMs, 1000, found);
          const due = [...model.values()].filter((lease) => lease.untilMs <= nowMs);
          expect(found.map((lease) => `${lease.entity}/${lease.sequence}`).toSorted()).toEqual(
            due.map((lease) => `${lease.entity}/${lease.sequence}`).toSorted(),
          );
          for (const lease of found) {
            table.remove(lease.entity, lease.sequence);
            model.delete(`${lease.entity}/${lease.sequence}`);
          }
        }
        expect(table.count).toBe(model.size);
      }
      for (const lease of model.values()) {
        const at = table.find(lease.entity, lease.sequence);
        expect([table.generationAt(at), table.untilAt(at)]).toEqual([lease.generation, lease.untilMs]);
      }
    }),
    { numRuns: 300 },
  );
});

test('a hundred thousand leases come and go; those of a session have no deadline', () => {
  const table = new LeaseTable();
  for (let n = 1; n <= 100_000; n++)
    table.set({ entity: 7, sequence: n, generation: n, untilMs: n % 10 === 0 ? -5 : n });
  for (let n = 1; n <= 100_000; n++) if (n % 10 !== 0) expect(table.remove(7, n)).toBe(true);
  expect(table.count).toBe(10_000);
  for (let n = 10; n <= 100_000; n += 10) expect(table.generationAt(table.find(7, n))).toBe(n);
  const due: { entity: number; sequence: number }[] = [];
  expect(table.due(Number.MAX_SAFE_INTEGER, 10, due)).toBe(false);
  expect(due).toEqual([]);
  expect(table.ofSession(5)).toHaveLength(10_000);
});
