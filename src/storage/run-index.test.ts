// The index of unsealed runs: floor lookup over many commits, several runs in one commit included.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBatch, encodedBytes } from './format.ts';
import { RunIndex } from './run-index.ts';

describe('the run index', () => {
  it('finds the run that a sequence is in or after', () => {
    const gaps = fc.array(fc.record({ gap: fc.nat(20), count: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 4 }), (given, runsPerCommit) => {
        const index = new RunIndex();
        const starts: number[] = [];
        let next = 0;
        for (let commit = 0; commit * runsPerCommit < given.length; commit++) {
          const runs = given
            .slice(commit * runsPerCommit, (commit + 1) * runsPerCommit)
            .map(({ gap, count }) => {
              const firstSequence = next + gap;
              next = firstSequence + count;
              starts.push(firstSequence);
              return { entity: 5, firstSequence, count, offset: 0, length: 10 };
            });
          const batch = {
            epoch: 0,
            timeMs: 0,
            catalogPosition: 0,
            journal: Buffer.alloc(0),
            runs,
            bodies: Buffer.alloc(0),
          };
          const value = Buffer.alloc(encodedBytes(batch));
          index.add(encodeBatch(batch, commit + 1, value), commit);
        }
        const list = index.list(5);
        if (list === undefined) throw new Error('entity 5 has runs');
        expect([list.runCount, list.endSequence, list.bytes]).toEqual([
          given.length,
          next,
          given.length * 10,
        ]);
        expect(index.runCount).toBe(given.length);
        for (let sequence = 0; sequence < next; sequence++) {
          expect(list.floor(sequence)).toBe(starts.filter((start) => start <= sequence).length - 1);
        }
        for (let run = 0; run < given.length; run++) {
          expect([list.commitOf(run), list.rowOf(run)]).toEqual([
            Math.floor(run / runsPerCommit),
            run % runsPerCommit,
          ]);
        }
        expect(index.list(6)).toBeUndefined();
        expect([...index.entities()]).toEqual([5]);
      }),
    );
  });
});
