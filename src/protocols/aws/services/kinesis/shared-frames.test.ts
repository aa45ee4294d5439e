// Goal: consumers at the tip share one frame, and what is kept for them is bounded in count and bytes.
import { expect, test } from 'vitest';
import { limits } from '../../../../base/limits.ts';
import { SharedFrames } from './shared-frames.ts';

const key = (first: number) => ({ entity: 1, shardIndex: 2, first, next: first + 1, behindMs: 0 });

test('the very bytes come back, for this read alone', () => {
  const frames = new SharedFrames();
  const frame = Buffer.from('frame');
  frames.add(key(1), frame);
  expect(frames.find(key(1))).toBe(frame);
  for (const other of [{ entity: 2 }, { shardIndex: 3 }, { first: 0 }, { next: 9 }, { behindMs: 1 }]) {
    expect(frames.find({ ...key(1), ...other })).toBeUndefined();
  }
  frames.clear();
  expect(frames.find(key(1))).toBeUndefined();
});

test('the oldest goes when there are too many', () => {
  const frames = new SharedFrames();
  for (let i = 0; i <= limits.kinesisFramesMax; i++) frames.add(key(i), Buffer.alloc(1));
  expect(frames.find(key(0))).toBeUndefined();
  expect(frames.find(key(1))).toBeDefined();
});

test('the oldest go when they are too large together', () => {
  const frames = new SharedFrames();
  const third = Buffer.alloc(Math.floor(limits.kinesisFramesBytesMax / 3));
  for (let i = 0; i < 4; i++) frames.add(key(i), third);
  expect([0, 1, 2, 3].map((i) => frames.find(key(i)) !== undefined)).toEqual([false, true, true, true]);
  frames.add(key(9), Buffer.alloc(limits.kinesisFramesBytesMax + 1));
  expect(frames.find(key(9))).toBeUndefined();
});
