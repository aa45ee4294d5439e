// Kills the real daemon under load, a few times. Goal: nothing acknowledged is lost, nothing deleted returns,
// no group loses its order, counters equal a recount, a remade queue is empty. The long one is
// kill9.soak.test.ts.
import { expect, it } from 'vitest';
import { runRounds } from './rounds.ts';

const seed = Number(process.env['CAUDAL_SEED'] ?? Date.now() % 1_000_000);

it.each([
  { queueCells: 1, rounds: 3 },
  { queueCells: 3, rounds: 3 },
  { queueCells: 1, queueCellsLater: 3, rounds: 4 },
])(
  'survives kill -9 under load: $rounds rounds, $queueCells cells, later $queueCellsLater',
  async (options) => {
    const verdict = await runRounds({ ...options, seed });
    expect(verdict.violations, `CAUDAL_SEED=${seed}`).toEqual([]);
    // A load that did nothing would find nothing.
    expect(verdict.acknowledgedCount).toBeGreaterThan(100);
    expect(verdict.deliveryCount).toBeGreaterThan(100);
  },
);
