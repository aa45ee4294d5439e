// What is said about stored bytes that are not what was written: an error for damage that must not be lived
// with (state, the log that is replayed), a line in the log, once, for bodies that are treated as missing.
// Used by everything that reads what is stored. Never repairs and never removes anything.
import { basename, dirname, join } from 'node:path';
import { limits } from '../base/limits.ts';
import type { Logger } from '../base/log.ts';
import { StorageError } from './types.ts';

/** Bodies to be copied on are damaged: their file has to stay what and where it is. */
export class DamagedBodies extends StorageError {
  constructor(file: string, key: string, problem: string) {
    super('corrupt', textOf(file, key, problem));
  }
}

/** For an operator who has seen no other line: where it is, what is wrong, and what to do next. */
export function corruption(file: string, key: string, problem: string, cause?: unknown): StorageError {
  return new StorageError('corrupt', textOf(file, key, problem), { cause });
}

/** Reports damaged bodies; a place that is read again and again is reported once. */
export class DamageLog {
  readonly #logger: Logger;
  readonly #known = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  report(file: string, key: string, problem: string): void {
    const place = `${file} ${key}`;
    if (this.#known.has(place)) return;
    if (this.#known.size >= limits.damagedPlacesMax) this.#known.clear();
    this.#known.add(place);
    const cell = cellOf(file);
    this.#logger.error('bodies found damaged', { cell, file, key, problem, advice: adviceFor(file) });
  }
}

function textOf(file: string, key: string, problem: string): string {
  const cell = cellOf(file);
  const place = cell === undefined ? file : `cell ${cell}, file ${file}`;
  const what = key === 'file' ? place : `${place}, ${key}`;
  return `${what}: ${problem}; ${adviceFor(file)}`;
}

function adviceFor(file: string): string {
  const directory = cellOf(file) === undefined ? dirname(file) : join(dirname(file), '../..');
  return `'./caudal check --data ${directory}' names all that is damaged, then restore a backup`;
}

/** Files of cells are in `cells/NAME`; the manifest is above them. */
function cellOf(file: string): string | undefined {
  const directory = dirname(file);
  return basename(dirname(directory)) === 'cells' ? basename(directory) : undefined;
}
