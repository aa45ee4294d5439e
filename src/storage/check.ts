// Reads everything in a data directory and reports what is damaged: `caudal check`. Changes nothing, stops at
// nothing, and needs no lock (a running daemon only makes it read a moment's state).
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { blockProblem, lastSequenceOf, firstSequenceOf } from './block.ts';
import { forgottenProblem } from './cell-files.ts';
import { checksumProblem, openRow } from './checked-row.ts';
import { Fence, fenceKey } from './fence.ts';
import { batchProblem } from './format.ts';
import { blockKey, entityOfKey, firstSequenceOfKey, logKey, positionOfKey } from './keys.ts';
import { Env } from './lmdb-env.ts';
import type { CellFiles } from './manifest.ts';
import { filesKey, Manifest, manifestFile } from './manifest.ts';
import { pageName, pagesFile } from './page-store.ts';

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
    const files = filesOf(manifest, cell, found);
    if (files === undefined) continue;
    const inCell = { directory: join(directory, 'cells', cell), cell, found, counts };
    checkForgotten(inCell, files);
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

function filesOf(manifest: Manifest, cell: string, found: Damage[]): CellFiles | undefined {
  try {
    return manifest.files(cell);
  } catch (error) {
    found.push({ cell, segment: manifestFile, key: filesKey(cell), problem: textOf(error) });
    return undefined;
  }
}

/** What a start refuses: messages in files that the manifest does not name. */
function checkForgotten({ directory, cell, found }: InCell, files: CellFiles): void {
  if (!existsSync(directory)) return;
  const logs = new Set([...files.logs, ...files.keptLogs].map((number) => `log-${number}.mdb`));
  for (const file of readdirSync(directory)) {
    const problem = logs.has(file) ? undefined : forgottenProblem(directory, file, files, 'read-only');
    if (problem !== undefined) found.push({ cell, segment: file, key: 'file', problem });
  }
}

async function checkLogs(inCell: InCell, files: CellFiles): Promise<void> {
  // Kept ones need not follow each other: those with damaged commits are.
  for (const number of files.keptLogs) {
    await checkFile(inCell, `log-${number}.mdb`, (env, report, counts) => {
      const first = env.firstKey();
      if (first !== undefined) checkCommits(env, positionOfKey(first), report, counts);
    });
  }
  let expected = files.sealedThrough + 1;
  for (const number of files.logs) {
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
    report('file', textOf(error));
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
  const stored = env.read(fenceKey);
  const table = stored === undefined ? undefined : openRow(fenceKey, stored);
  if (table === undefined) report('fence', stored === undefined ? 'missing' : checksumProblem);
  const fence = table === undefined ? undefined : new Fence(table);
  let previous = { entity: -1, lastSequence: -1 };
  for (const key of allKeys(env)) {
    if (Buffer.compare(key, fenceKey) === 0) continue;
    const entity = entityOfKey(key);
    const first = firstSequenceOfKey(key);
    const name = `${entity}/${first}`;
    const value = env.read(blockKey(entity, first));
    const problem = value === undefined ? 'missing' : blockProblem(value, entity, first);
    counts.blockCount++;
    if (value === undefined || problem !== undefined) {
      report(name, problem ?? 'missing');
      continue;
    }
    if (fence !== undefined && !isFenced(fence, entity, value)) report(name, 'outside its fence');
    if (previous.entity === entity && firstSequenceOf(value) <= previous.lastSequence) {
      report(name, `overlaps the block before it, which ends at ${previous.lastSequence}`);
    }
    previous = { entity, lastSequence: lastSequenceOf(value) };
  }
}

function isFenced(fence: Fence, entity: number, value: Buffer): boolean {
  const row = fence.find(entity);
  if (row === -1) return false;
  return (
    firstSequenceOf(value) >= fence.firstSequence(row) && lastSequenceOf(value) <= fence.lastSequence(row)
  );
}

/** Pages are opaque; that each is what was written is what is checked. */
function checkPages(env: Env, report: Report): void {
  for (const key of allKeys(env)) {
    const stored = env.read(key);
    if (stored === undefined) report(pageName(key), 'missing');
    else if (openRow(key, stored) === undefined) report(pageName(key), checksumProblem);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
