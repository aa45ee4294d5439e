// The heap against a plain map: what is due comes out soonest first, moved and removed keys stand where they
// were put last, and the limit holds.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueHeap } from './due-heap.ts';

const key = fc.integer({ min: 1, max: 60 });
const dueMs = fc.integer({ min: 0, max: 50 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('set' as const), key, dueMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), nowMs: dueMs }) },
);

const keysMax = 40;

function firstOf(model: ReadonlyMap<number, number>): [number, number] | undefined {
  return [...model].toSorted(([keyA, dueA], [keyB, dueB]) => dueA - dueB || keyA - keyB)[0];
}

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function askHeap(heap: DueHeap, next: Step): unknown {
  if (next.kind === 'set') return heap.set(next.key, next.dueMs);
  return next.kind === 'remove' ? heap.remove(next.key) : heap.takeDue(next.nowMs);
}

function askModel(model: Map<number, number>, next: Step): unknown {
  if (next.kind === 'remove') return model.delete(next.key);
  if (next.kind === 'set') {
    const fits = model.has(next.key) || model.size < keysMax;
    if (fits) model.set(next.key, next.dueMs);
    return fits;
  }
  const first = firstOf(model);
  if (first === undefined || first[1] > next.nowMs) return undefined;
  model.delete(first[0]);
  return first[0];
}

test('says what a map that is searched says', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const heap = new DueHeap(keysMax);
      const model = new Map<number, number>();
      for (const next of steps) {
        expect(askHeap(heap, next)).toBe(askModel(model, next));
        expect(heap.nextDueMs()).toBe(firstOf(model)?.[1]);
        expect(heap.size).toBe(model.size);
      }
      for (const [each, due] of model) expect(heap.dueMsOf(each)).toBe(due);
      // Emptying it shows what lies wrong below the top.
      while (model.size > 0) {
        const takeAll: Step = { kind: 'take', nowMs: 50 };
        expect(askHeap(heap, takeAll)).toBe(askModel(model, takeAll));
      }
      expect(heap.size).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('hands out everything that is due, in order, and nothing that is not', () => {
  const heap = new DueHeap(1000);
  for (let i = 0; i < 1000; i++) heap.set(i, (i * 7919) % 1000);
  const taken: number[] = [];
  for (let next = heap.takeDue(499); next !== undefined; next = heap.takeDue(499)) taken.push(next);
  expect(taken.map((each) => (each * 7919) % 1000)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  expect(heap.nextDueMs()).toBe(500);
});

test('a full heap refuses new keys and still moves those it has', () => {
  const heap = new DueHeap(1);
  expect(heap.set(1, 10)).toBe(true);
  expect(heap.set(2, 5)).toBe(false);
  expect(heap.dueMsOf(2)).toBeUndefined();
  expect(heap.set(1, 3)).toBe(true);
  expect(heap.takeDue(2)).toBeUndefined();
  expect(heap.takeDue(3)).toBe(1);
  expect(heap.nextDueMs()).toBeUndefined();
});
