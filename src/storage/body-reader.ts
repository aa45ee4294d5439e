// Reads bodies wherever they are: runs in unsealed log segments, blocks in body segments. What is sealed
// has lower sequences than what is not, so a range is read from the blocks first and then from the runs.
// Damaged ones are missing. Used by the cell log. Answers views: valid until the next call into the log.
import { assert } from '../base/assert.ts';
import type { BodyChain } from './body-chain.ts';
import { runCount, runFirstSequence, runStart } from './format.ts';
import type { LogChain } from './log-chain.ts';
import type { LogSegment } from './log-segment.ts';
import type { RunList } from './run-index.ts';
import type { BodyRecord } from './types.ts';

export class BodyReader {
  readonly #logs: LogChain;
  readonly #bodies: BodyChain;
  /** The record found last, so that the next one of its run is not searched from the run's start. */
  #lastValue: Buffer | undefined;
  #lastRow = 0;
  #lastSequence = 0;
  #lastStart = 0;

  constructor(logs: LogChain, bodies: BodyChain) {
    this.#logs = logs;
    this.#bodies = bodies;
  }

  body(entity: number, sequence: number): Buffer | undefined {
    const found = this.#logs.runsAt(entity, sequence);
    if (found === undefined) return this.#bodies.body(entity, sequence);
    const { segment, list } = found;
    const run = list.floor(sequence);
    const value = this.#valueOf(segment, list, run);
    if (value === undefined) return undefined;
    const row = list.rowOf(run);
    if (sequence - list.firstSequenceOf(run) >= runCount(value, row)) return undefined;
    const at = this.#startOf(value, row, sequence);
    return value.subarray(at + 4, at + 4 + value.readUInt32LE(at));
  }

  bodies(entity: number, from: number, limit: number): BodyRecord[] {
    const records: BodyRecord[] = [];
    this.#addSealed(records, entity, from, limit);
    for (const segment of this.#logs.segments) {
      if (records.length >= limit) break;
      const list = segment.index.list(entity);
      if (list !== undefined && list.endSequence > from)
        this.#addRuns(records, { segment, list, from, limit });
    }
    return records;
  }

  #addSealed(records: BodyRecord[], entity: number, from: number, limit: number): void {
    let next = from;
    while (records.length < limit) {
      const block = this.#bodies.blockAtOrAfter(entity, next);
      if (block === undefined) return;
      for (let i = block.ceiling(next); i < block.count && records.length < limit; i++) {
        // A copy: the next block may take this one's place.
        records.push({ sequence: block.sequence(i), bytes: Buffer.from(block.body(i)) });
      }
      next = block.lastSequence + 1;
    }
  }

  #addRuns(
    records: BodyRecord[],
    range: {
      readonly segment: LogSegment;
      readonly list: RunList;
      readonly from: number;
      readonly limit: number;
    },
  ): void {
    const { segment, list, from, limit } = range;
    for (let run = Math.max(list.floor(from), 0); run < list.runCount && records.length < limit; run++) {
      const value = this.#valueOf(segment, list, run);
      if (value === undefined) continue;
      const row = list.rowOf(run);
      const end = list.firstSequenceOf(run) + runCount(value, row);
      let sequence = Math.max(from, list.firstSequenceOf(run));
      if (sequence >= end) continue;
      let at = this.#startOf(value, row, sequence);
      for (; sequence < end && records.length < limit; sequence++) {
        const next = at + 4 + value.readUInt32LE(at);
        records.push({ sequence, bytes: Buffer.from(value.subarray(at + 4, next)) });
        this.#remember(value, row, sequence, at);
        at = next;
      }
    }
  }

  #valueOf(segment: LogSegment, list: RunList, run: number): Buffer | undefined {
    return this.#logs.value(segment, segment.firstPosition + list.commitOf(run));
  }

  /** Records have no offset table: from the run's start, or from the record found last, length by length. */
  #startOf(value: Buffer, row: number, sequence: number): number {
    let at = runStart(value, row);
    let current = runFirstSequence(value, row);
    if (value === this.#lastValue && row === this.#lastRow && sequence >= this.#lastSequence) {
      at = this.#lastStart;
      current = this.#lastSequence;
    }
    assert(sequence >= current, 'a record is searched from a record before it');
    for (; current < sequence; current++) at += 4 + value.readUInt32LE(at);
    this.#remember(value, row, sequence, at);
    return at;
  }

  #remember(value: Buffer, row: number, sequence: number, start: number): void {
    this.#lastValue = value;
    this.#lastRow = row;
    this.#lastSequence = sequence;
    this.#lastStart = start;
  }
}
