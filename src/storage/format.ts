// The bytes of one group commit: the value of one row in a log segment, and the only thing an append writes.
// Encoded by append, decoded by replay, reading, sealing and check. Never knows what a journal or a body
// means.
//
//   at  size  field (little endian)
//    0     2  magic and version: 0x4300 + formatVersion
//    2     2  flags: none yet, 0
//    4     4  crc32 of every other byte: begun with the first four as a number, then from 8 on
//    8     8  position      f64, an integer; equals the key of the row
//   16     8  epoch         f64
//   24     8  timeMs        f64
//   32     8  catalogPosition f64
//   40     4  run count
//   44     4  journal bytes
//   48     4  body bytes
//   52     4  zero
//   56    24  per run: entity u32, count u32, first sequence f64, offset u32 (into the bodies), length u32
//    .     .  journal
//    .     .  bodies: per record u32 length, then that many bytes
//
// How to change this format: raise formatVersion here, keep a decoder for every version that was released,
// freeze a data directory written by the old version under test/compat/fixtures, and say in CHANGELOG.md
// under Upgrading whether the step back is possible. Blocks of body segments have their own table in
// block.ts.
import { crc32 } from 'node:zlib';
import { checksumProblem } from './checked-row.ts';
import { corruption } from './damage.ts';
import type { Batch, BodyRun, CommittedBatch } from './types.ts';

/** Version of everything under a data directory; a newer one is refused (manifest.ts). */
export const formatVersion = 1;

const magic = 0x4300 + formatVersion;
const headerBytes = 56;
const runBytes = 24;

export function encodedBytes(batch: Batch): number {
  return headerBytes + batch.runs.length * runBytes + batch.journal.length + batch.bodies.length;
}

/** Fills `value`, which has `encodedBytes(batch)` bytes, and answers it. */
export function encodeBatch(batch: Batch, position: number, value: Buffer): Buffer {
  const { runs, journal, bodies } = batch;
  value.writeUInt16LE(magic, 0);
  value.writeUInt16LE(0, 2);
  value.writeDoubleLE(position, 8);
  value.writeDoubleLE(batch.epoch, 16);
  value.writeDoubleLE(batch.timeMs, 24);
  value.writeDoubleLE(batch.catalogPosition, 32);
  value.writeUInt32LE(runs.length, 40);
  value.writeUInt32LE(journal.length, 44);
  value.writeUInt32LE(bodies.length, 48);
  value.writeUInt32LE(0, 52);
  let at = headerBytes;
  for (let row = 0; row < runs.length; row++) {
    const run = runs[row] as BodyRun;
    value.writeUInt32LE(run.entity, at);
    value.writeUInt32LE(run.count, at + 4);
    value.writeDoubleLE(run.firstSequence, at + 8);
    value.writeUInt32LE(run.offset, at + 16);
    value.writeUInt32LE(run.length, at + 20);
    at += runBytes;
  }
  value.set(journal, at);
  value.set(bodies, at + journal.length);
  value.writeUInt32LE(checksumOf(value), 4);
  return value;
}

/** What is wrong with these bytes as the commit at `position`, or undefined. Reads all of them. */
export function batchProblem(value: Buffer, position: number): string | undefined {
  if (value.length < headerBytes) return `only ${value.length} bytes`;
  if (value.readUInt16LE(0) !== magic) return `unknown version 0x${value.readUInt16LE(0).toString(16)}`;
  if (value.readDoubleLE(8) !== position) return `holds position ${value.readDoubleLE(8)}`;
  const tableBytes = runCountOf(value) * runBytes;
  const length = headerBytes + tableBytes + value.readUInt32LE(44) + value.readUInt32LE(48);
  if (length !== value.length) return `${value.length} bytes where the header says ${length}`;
  if (checksumOf(value) !== value.readUInt32LE(4)) return checksumProblem;
  return undefined;
}

/** `file` is where it was read: a damaged commit is refused by name. */
export function decodeBatch(value: Buffer, position: number, file: string): CommittedBatch {
  const problem = batchProblem(value, position);
  if (problem !== undefined) throw corruption(file, `commit ${position}`, problem);
  const runs: BodyRun[] = [];
  for (let row = 0; row < runCountOf(value); row++) {
    runs.push({
      entity: runEntity(value, row),
      firstSequence: runFirstSequence(value, row),
      count: runCount(value, row),
      offset: value.readUInt32LE(headerBytes + row * runBytes + 16),
      length: value.readUInt32LE(headerBytes + row * runBytes + 20),
    });
  }
  const bodiesAt = bodiesStart(value);
  return {
    position,
    epoch: value.readDoubleLE(16),
    timeMs: value.readDoubleLE(24),
    catalogPosition: value.readDoubleLE(32),
    journal: value.subarray(headerBytes + runs.length * runBytes, bodiesAt),
    runs,
    bodies: value.subarray(bodiesAt),
  };
}

export function runCountOf(value: Buffer): number {
  return value.readUInt32LE(40);
}

export function runEntity(value: Buffer, row: number): number {
  return value.readUInt32LE(headerBytes + row * runBytes);
}

export function runCount(value: Buffer, row: number): number {
  return value.readUInt32LE(headerBytes + row * runBytes + 4);
}

export function runFirstSequence(value: Buffer, row: number): number {
  return value.readDoubleLE(headerBytes + row * runBytes + 8);
}

export function runLength(value: Buffer, row: number): number {
  return value.readUInt32LE(headerBytes + row * runBytes + 20);
}

/** Where the first record of a run starts in the value. */
export function runStart(value: Buffer, row: number): number {
  return bodiesStart(value) + value.readUInt32LE(headerBytes + row * runBytes + 16);
}

function checksumOf(value: Buffer): number {
  return crc32(value.subarray(8), value.readUInt32LE(0));
}

function bodiesStart(value: Buffer): number {
  return headerBytes + runCountOf(value) * runBytes + value.readUInt32LE(44);
}
