// Empties the page cache of the machine, so that what is read next comes from the disk. Needs root; whoever
// is told that it could not has to say so in his result. Pages that a process has mapped stay: close files
// first.
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Window } from './pairs.ts';

export const cacheStayed = 'the page cache could not be dropped (not root): nothing here is cold';

export function dropPageCache(): boolean {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

const chunkBytes = 1 << 20;
const chunk = Buffer.alloc(chunkBytes);

/** The yardstick `sequential-read`: a file in pieces of 1 MiB. Answers its bytes. */
function readFile(path: string): number {
  const file = openSync(path, 'r');
  let bytes = 0;
  for (let count = 1; count > 0; bytes += count) count = readSync(file, chunk, 0, chunkBytes, null);
  closeSync(file);
  return bytes;
}

/** Whole passes until the window is over; with 0, one pass. The rate is in bytes. */
export function readFileWindow(path: string, windowMs: number): Window {
  const startMs = performance.now();
  let bytes = 0;
  do bytes += readFile(path);
  while (performance.now() - startMs < windowMs);
  return readWindow(bytes, performance.now() - startMs);
}

export function readWindow(bytes: number, elapsedMs: number): Window {
  return { rateHz: (bytes * 1000) / elapsedMs, units: bytes, latency: null, cpuMs: null, flags: [] };
}
