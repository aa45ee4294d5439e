// Accounts for every message of one run: what was sent, confirmed, received, deleted, and in which order, so
// that loss, duplicates and reordering are found. One byte a message. Shared by the workloads that fill,
// cycle and drain the same queue; it knows no protocol.
import { assert } from '../../src/base/assert.ts';

export interface Verification {
  readonly issued: number;
  readonly confirmed: number;
  readonly received: number;
  readonly deleted: number;
  /** Received again although nothing gave the message back. */
  readonly duplicated: number;
  /** Carried another run's stamp, or a number that was never sent. */
  readonly unknown: number;
  /** Received before an earlier message of its group that was confirmed before this one was sent. */
  readonly reordered: number;
}

const isIssued = 1;
const isConfirmed = 2;
const isReceived = 4;
const isDeleted = 8;
const isOrdered = 16;
const tagLength = 6;
const digitCount = 10;
const prefix = 'caudal-';
/** `caudal-TAG-SEQUENCE-`: the part of a body that the ledger reads back. */
export const stampBytes = prefix.length + tagLength + 1 + digitCount + 1;

export class Ledger {
  readonly tag: string;
  /** Message n belongs to group n modulo this; 0: there are no groups. */
  readonly groupCount: number;
  /** Messages may legally arrive several times (their leases expire on purpose). */
  allowsRedelivery: boolean;
  #states = new Uint8Array(1 << 16);
  #nextSequence = 0;
  #issued = 0;
  #confirmed = 0;
  #received = 0;
  #deleted = 0;
  #duplicated = 0;
  #unknown = 0;
  #reordered = 0;

  constructor(tag: string, options: { groupCount?: number; allowsRedelivery?: boolean } = {}) {
    assert(tag.length === tagLength, 'a tag has six characters');
    this.tag = tag;
    this.groupCount = options.groupCount ?? 0;
    this.allowsRedelivery = options.allowsRedelivery ?? false;
  }

  /** Reserves `count` consecutive sequences and answers the first. */
  reserve(count: number): number {
    const first = this.#nextSequence;
    this.#nextSequence += count;
    while (this.#nextSequence > this.#states.length) {
      const larger = new Uint8Array(this.#states.length * 2);
      larger.set(this.#states);
      this.#states = larger;
    }
    return first;
  }

  body(sequence: number, bodyBytes: number): string {
    const stamp = `${prefix}${this.tag}-${String(sequence).padStart(digitCount, '0')}-`;
    return stamp.padEnd(bodyBytes, 'x');
  }

  /** The sequence stamped into a body that starts at `at`, or -1 when the stamp is not ours. */
  sequenceAt(bytes: Buffer, at: number): number {
    const tagAt = at + prefix.length;
    for (let index = 0; index < tagLength; index++) {
      if (bytes[tagAt + index] !== this.tag.charCodeAt(index)) return -1;
    }
    let value = 0;
    for (let index = tagAt + tagLength + 1; index < tagAt + tagLength + 1 + digitCount; index++) {
      value = value * 10 + (bytes[index] as number) - 48;
    }
    return value;
  }

  issue(sequence: number): void {
    const before = sequence - this.groupCount;
    const ordered = this.groupCount > 0 && before >= 0 && (this.#stateOf(before) & isConfirmed) !== 0;
    this.#states[sequence] = isIssued | (ordered ? isOrdered : 0);
    this.#issued += 1;
  }

  confirm(sequence: number): void {
    this.#states[sequence] = this.#stateOf(sequence) | isConfirmed;
    this.#confirmed += 1;
  }

  receive(sequence: number): void {
    const state = sequence < 0 || sequence >= this.#nextSequence ? 0 : this.#stateOf(sequence);
    if ((state & isIssued) === 0) {
      this.#unknown += 1;
      return;
    }
    this.#received += 1;
    if ((state & isReceived) !== 0 && !this.allowsRedelivery) this.#duplicated += 1;
    if ((state & isOrdered) !== 0 && (this.#stateOf(sequence - this.groupCount) & isReceived) === 0) {
      this.#reordered += 1;
    }
    this.#states[sequence] = state | isReceived;
  }

  remove(sequence: number): void {
    if (sequence < 0 || sequence >= this.#nextSequence) return;
    this.#states[sequence] = this.#stateOf(sequence) | isDeleted;
    this.#deleted += 1;
  }

  /** Different messages that came at least once. */
  distinctReceivedCount(): number {
    let count = 0;
    for (let sequence = 0; sequence < this.#nextSequence; sequence++) {
      if ((this.#stateOf(sequence) & isReceived) !== 0) count += 1;
    }
    return count;
  }

  /** Confirmed messages that never came: meaningful once the queue has been drained. */
  lostCount(): number {
    let lost = 0;
    for (let sequence = 0; sequence < this.#nextSequence; sequence++) {
      if ((this.#stateOf(sequence) & (isConfirmed | isReceived)) === isConfirmed) lost += 1;
    }
    return lost;
  }

  /** All sequences that were reserved are below it. */
  get sequenceEnd(): number {
    return this.#nextSequence;
  }

  isConfirmed(sequence: number): boolean {
    return (this.#stateOf(sequence) & isConfirmed) !== 0;
  }

  summary(): Verification {
    return {
      issued: this.#issued,
      confirmed: this.#confirmed,
      received: this.#received,
      deleted: this.#deleted,
      duplicated: this.#duplicated,
      unknown: this.#unknown,
      reordered: this.#reordered,
    };
  }

  #stateOf(sequence: number): number {
    return this.#states[sequence] as number;
  }
}
