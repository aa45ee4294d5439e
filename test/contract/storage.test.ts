// Runs the storage contract over the memory reference and over LMDB (with segments of 1 MiB, so that a
// few commits fill several). A crash of the LMDB storage is an image of its files, taken while it is
// open.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryStorage, openLmdbStorage } from '../../src/storage/index.ts';
import type { Storage } from '../../src/storage/index.ts';
import { temporaryDirectory } from '../storage/storage-driver.ts';
import { storageContract } from './storage.contract.ts';

storageContract('memory', () => ({
  open: async () => new MemoryStorage(),
  reopen: async (storage) => (storage as MemoryStorage).reopen(),
  crash: async (storage) => (storage as MemoryStorage).reopen(),
}));

storageContract('lmdb', () => {
  let directory = temporaryDirectory();
  const open = (): Promise<Storage> =>
    openLmdbStorage({ directory, segmentBytes: 1024 * 1024, liveCountIntervalMs: 0 });
  return {
    open,
    reopen: async (storage) => {
      await storage.close();
      return open();
    },
    crash: async (storage) => {
      const image = join(temporaryDirectory(), 'image');
      cpSync(directory, image, { recursive: true });
      rmSync(join(image, 'lock'));
      await storage.close();
      directory = image;
      return open();
    },
  };
});
