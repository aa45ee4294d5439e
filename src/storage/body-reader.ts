// Reads bodies wherever they are: runs in unsealed log segments, blocks in body segments. What is sealed
// has lower sequences than what is not, so a range is read from the blocks first and then from the runs.
// Damaged ones are missing. Used by the cell log. Answers views: valid until the next call into the log.
import { assert } from '../base/assert.ts';
import type { BodyChain } from './body-chain.ts';
import { runCount, runFirstSequence, runStart } from './format.ts';
import type { LogChain } from './log-chain.ts';
import type { LogSegment } from './log-segment.ts';
import type { RunList } from './run-index.ts';
import type { BodyRecord, VisitBody } from './types.ts';

/** An entity's runs of one log segment, from a sequence on. */
interface RunRange {
  readonly segment: LogSegment;
  readonly list: RunList;
  readonly from: number;
}

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
    if (limit <= 0) return records;
    this.scan(entity, from, (sequence, source, start, end) => {
      // A copy: the next block may take this one's place.
      records.push({ sequence, bytes: Buffer.from(source.subarray(start, end)) });
      return records.length < limit;
    });
    return records;
  }

  scan(entity: number, from: number, visit: VisitBody): void {
    if (!this.#logs.holdsFrom(entity, from) && !this.#scanSealed(entity, from, visit)) return;
    for (const segment of this.#logs.segments) {
      const list = segment.index.list(entity);
      if (list === undefined || list.endSequence <= from) continue;
      if (!this.#scanRuns({ segment, list, from }, visit)) return;
    }
  }

  /** False when `visit` said so; and likewise below. */
  #scanSealed(entity: number, from: number, visit: VisitBody): boolean {
    let next = from;
    for (;;) {
      const block = this.#bodies.blockAtOrAfter(entity, next);
      if (block === undefined) return true;
      if (!block.scan(next, visit)) return false;
      next = block.lastSequence + 1;
    }
  }

  #scanRuns(range: RunRange, visit: VisitBody): boolean {
    const { segment, list, from } = range;
    for (let run = Math.max(list.floor(from), 0); run < list.runCount; run++) {
      const value = this.#valueOf(segment, list, run);
      if (value === undefined) continue;
      const row = list.rowOf(run);
      const first = list.firstSequenceOf(run);
      const end = first + runCount(value, row);
      let sequence = Math.max(from, first);
      if (sequence >= end) continue;
      let at = sequence === first ? runStart(value, row) : this.#startOf(value, row, sequence);
      for (; sequence < end; sequence++) {
        const start = at + 4;
        const next = start + value.readUInt32LE(at);
        if (!visit(sequence, value, start, next)) {
          this.#remember(value, row, sequence, at);
          return false;
        }
        at = next;
      }
    }
    return true;
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
