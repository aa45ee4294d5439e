// Reads everything in a data directory and reports what is damaged: `caudal check`. Changes nothing, stops at
// nothing, and needs no lock (a running daemon only makes it read a moment's state).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { blockProblem, lastSequenceOf, firstSequenceOf } from './block.ts';
import { Fence, fenceKey } from './fence.ts';
import { batchProblem } from './format.ts';
import { blockKey, entityOfKey, logKey, positionOfKey } from './keys.ts';
import { Env } from './lmdb-env.ts';
import type { CellFiles } from './manifest.ts';
import { Manifest } from './manifest.ts';
import { pagesFile } from './page-store.ts';

export interface Damage {
  readonly cell: string;
  /** File name of the segment. */
  readonly segment: string;
  /** Position of a commit, entity/sequence of a block, or `file`. */
  readonly key: string;
  readonly problem: string;
}

export interface CheckResult {
  readonly damages: readonly Damage[];
  readonly commitCount: number;
  readonly blockCount: number;
}

const keysPerRead = 256;

export async function checkDirectory(directory: string): Promise<CheckResult> {
  const manifest = new Manifest(directory, 'read-only');
  const found: Damage[] = [];
  const counts = { commitCount: 0, blockCount: 0 };
  for (const cell of manifest.cellNames()) {
    const files = manifest.files(cell);
    const inCell = { directory: join(directory, 'cells', cell), cell, found, counts };
    await checkLogs(inCell, files);
    for (const { number } of files.bodies) await checkFile(inCell, `body-${number}.mdb`, checkBlocks);
    await checkFile(inCell, pagesFile, checkPages);
  }
  await manifest.close();
  return { damages: found, ...counts };
}

interface InCell {
  readonly directory: string;
  readonly cell: string;
  readonly found: Damage[];
  readonly counts: { commitCount: number; blockCount: number };
}

type Report = (key: string, problem: string) => void;
type CheckRows = (env: Env, report: Report, counts: InCell['counts']) => void;

async function checkLogs(inCell: InCell, files: CellFiles): Promise<void> {
  let expected = files.keptLogs.length > 0 ? 1 : files.sealedThrough + 1;
  for (const number of [...files.keptLogs, ...files.logs]) {
    await checkFile(inCell, `log-${number}.mdb`, (env, report, counts) => {
      expected = checkCommits(env, expected, report, counts);
    });
  }
}

async function checkFile(inCell: InCell, file: string, checkRows: CheckRows): Promise<void> {
  const report: Report = (key, problem) =>
    inCell.found.push({ cell: inCell.cell, segment: file, key, problem });
  const path = join(inCell.directory, file);
  if (!existsSync(path)) return report('file', 'missing');
  let env: Env | undefined;
  try {
    env = new Env(path, { readOnly: true });
    checkRows(env, report, inCell.counts);
  } catch (error) {
    report('file', error instanceof Error ? error.message : String(error));
  }
  await env?.close();
}

function checkCommits(env: Env, first: number, report: Report, counts: InCell['counts']): number {
  let expected = first;
  for (const key of allKeys(env)) {
    const position = positionOfKey(key);
    if (position !== expected) report(String(expected), `missing, the next commit is ${position}`);
    const value = env.read(logKey(position));
    const problem = value === undefined ? 'missing' : batchProblem(value, position);
    if (problem !== undefined) report(String(position), problem);
    counts.commitCount++;
    expected = position + 1;
  }
  return expected;
}

function checkBlocks(env: Env, report: Report, counts: InCell['counts']): void {
  const table = env.read(fenceKey);
  if (table === undefined) return report('file', 'has no fence');
  const fence = new Fence(table);
  let previous = { entity: -1, lastSequence: -1 };
  for (const key of allKeys(env)) {
    if (Buffer.compare(key, fenceKey) === 0) continue;
    const entity = entityOfKey(key);
    const first = positionOfKey(key.subarray(4));
    const name = `${entity}/${first}`;
    const value = env.read(blockKey(entity, first));
    const problem = value === undefined ? 'missing' : blockProblem(value, first);
    counts.blockCount++;
    if (value === undefined || problem !== undefined) {
      report(name, problem ?? 'missing');
      continue;
    }
    const row = fence.find(entity);
    const isFenced =
      row !== -1 && first >= fence.firstSequence(row) && lastSequenceOf(value) <= fence.lastSequence(row);
    if (!isFenced) report(name, 'outside its fence');
    if (previous.entity === entity && firstSequenceOf(value) <= previous.lastSequence) {
      report(name, `overlaps the block before it, which ends at ${previous.lastSequence}`);
    }
    previous = { entity, lastSequence: lastSequenceOf(value) };
  }
}

/** Pages are opaque and can be rebuilt; that each can be read is what is checked. */
function checkPages(env: Env, report: Report): void {
  for (const key of allKeys(env)) {
    if (env.read(key) === undefined) report(Buffer.from(key).toString('hex'), 'cannot be read');
  }
}

function* allKeys(env: Env): Iterable<Uint8Array> {
  let start: Uint8Array | undefined;
  for (;;) {
    const options = start === undefined ? { limit: keysPerRead } : { start, limit: keysPerRead };
    const keys = env.keys(options);
    yield* keys;
    const last = keys.at(-1);
    if (last === undefined || keys.length < keysPerRead) return;
    start = Buffer.concat([last, Buffer.alloc(1)]);
  }
}
