// A socket whose insides are not what we know is left as it is.
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { sharedReads } from './shared-reads.ts';

test('a socket without a handle that reads into a buffer of ours stays the same', () => {
  const adopt = sharedReads(() => {});
  const socket = new Socket();
  expect(adopt(socket)).toBe(socket);
  expect(socket.destroyed).toBe(false);
});
