// The long crash suite of streams: 50 rounds of kill -9 under load. Runs with CAUDAL_SOAK=1 only; goal and
// checks are those of stream-kill9.test.ts.
import { expect, it } from 'vitest';
import { runStreamRounds } from './stream-rounds.ts';

const seed = Number(process.env['CAUDAL_SEED'] ?? Date.now() % 1_000_000);

it.each([
  { rounds: 50, flags: ['--stream-cells', '1'], flagsLater: ['--stream-cells', '3'] },
  { rounds: 15, paddingBytes: 20_000 },
])('survives $rounds rounds, padding $paddingBytes', async (options) => {
  const verdict = await runStreamRounds({ ...options, seed });
  expect(verdict.violations, `CAUDAL_SEED=${seed}`).toEqual([]);
  expect(verdict.acknowledgedCount).toBeGreaterThan(2_000);
  expect(verdict.latestCount).toBeGreaterThan(5);
});
