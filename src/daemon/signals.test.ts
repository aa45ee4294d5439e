// Which stray rejections the daemon survives: those of LMDB commits that the append has reported already.
import { expect, test } from 'vitest';
import { isCommitFailure } from './signals.ts';

function thrownIn(stack: string, code: unknown): Error {
  return Object.assign(new Error('Input/output error'), { code, stack });
}

test('failed commits of LMDB are let go', () => {
  expect(isCommitFailure(new Error('Commit failed (see commitError for details)'))).toBe(true);
  expect(isCommitFailure(thrownIn('Error: x\n at env (/app/node_modules/lmdb/write.js:510:1)', 5))).toBe(
    true,
  );
});

test('everything else ends the process', () => {
  expect(isCommitFailure(new Error('x is not a function'))).toBe(false);
  expect(isCommitFailure(thrownIn('Error: x\n at env (/app/src/storage/cell-log.ts:1:1)', 5))).toBe(false);
  expect(isCommitFailure(thrownIn('Error: x\n at env (/app/node_modules/lmdb/write.js:510:1)', 'EIO'))).toBe(
    false,
  );
  expect(isCommitFailure('Commit failed')).toBe(false);
  expect(isCommitFailure(undefined)).toBe(false);
});
