// The long crash suite: 50 rounds of kill -9 under load. Runs with CAUDAL_SOAK=1 only; goal and checks are
// those of kill9.test.ts.
import { expect, it } from 'vitest';
import { runRounds } from './rounds.ts';

const seed = Number(process.env['CAUDAL_SEED'] ?? Date.now() % 1_000_000);

it.each([
  { queueCells: 1, queueCellsLater: 3, rounds: 50 },
  { queueCells: 3, rounds: 50 },
  { queueCells: 1, rounds: 50, paddingBytes: 50_000 },
])(
  'survives $rounds rounds, $queueCells cells, later $queueCellsLater, padding $paddingBytes',
  async (options) => {
    const verdict = await runRounds({ ...options, seed });
    expect(verdict.violations, `CAUDAL_SEED=${seed}`).toEqual([]);
    expect(verdict.acknowledgedCount).toBeGreaterThan(1_000);
  },
);
