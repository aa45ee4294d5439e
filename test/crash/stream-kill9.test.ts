// Kills the real daemon while records are put, read and resharded. Goal: no acknowledged record is lost or
// moved, sequence numbers rise within each shard and from parents to children, and no reader that was
// reading sees a gap or a record twice, wherever it began. The long one is stream-kill9.soak.test.ts.
import { expect, it } from 'vitest';
import { runStreamRounds } from './stream-rounds.ts';

const seed = Number(process.env['CAUDAL_SEED'] ?? Date.now() % 1_000_000);

it('survives 3 rounds of kill -9 under load', async () => {
  const verdict = await runStreamRounds({ rounds: 3, seed });
  expect(verdict.violations, `CAUDAL_SEED=${seed}`).toEqual([]);
  // A load that did nothing would find nothing.
  expect(verdict.acknowledgedCount).toBeGreaterThan(1_000);
  expect(verdict.seenCount).toBeGreaterThan(verdict.acknowledgedCount);
  expect(verdict.latestCount).toBeGreaterThan(5);
  expect(verdict.reshardCount).toBeGreaterThan(2);
});
