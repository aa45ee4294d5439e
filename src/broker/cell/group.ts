// One group commit in the making: journal, bodies and the answers that leave when it is on disk. Two are in
// use at a time, one open and one on its way; both are reused.
import { ByteWriter } from '../../base/bytes.ts';
import type { BodyRun } from '../../storage/types.ts';
import type { Reply, ReplySink } from '../command.ts';

interface OpenRun {
  entity: number;
  firstSequence: number;
  count: number;
  offset: number;
  length: number;
}

export class Group {
  readonly journal = new ByteWriter();
  readonly bodies = new ByteWriter();
  #runs: OpenRun[] = [];
  #sinks: ReplySink[] = [];
  #replies: Reply[] = [];
  #settled: ((isCommitted: boolean) => void)[] = [];
  /** Where the body that is being written starts. */
  #bodyStart = 0;

  get runs(): readonly BodyRun[] {
    return this.#runs;
  }
  get hasRecords(): boolean {
    return this.journal.length > 0;
  }
  get byteLength(): number {
    return this.journal.length + this.bodies.length;
  }
  get replyCount(): number {
    return this.#replies.length;
  }

  /** The next body of an entity starts here; call `endBody` when it is written into `bodies`. */
  beginBody(): void {
    this.#bodyStart = this.bodies.length;
  }
  endBody(entity: number, sequence: number): void {
    this.endBodies(entity, sequence, 1);
  }
  /** The same for `count` bodies with sequences from `firstSequence` on. */
  endBodies(entity: number, firstSequence: number, count: number): void {
    const length = this.bodies.length - this.#bodyStart;
    const last = this.#runs[this.#runs.length - 1];
    if (last !== undefined && last.entity === entity && last.firstSequence + last.count === firstSequence) {
      last.count += count;
      last.length += length;
      return;
    }
    this.#runs.push({ entity, firstSequence, count, offset: this.#bodyStart, length });
  }

  /** The answer leaves when this group is committed. */
  attach(sink: ReplySink, reply: Reply): void {
    this.#sinks.push(sink);
    this.#replies.push(reply);
  }
  /** Called with true at the commit, with false when the group is undone. */
  onSettled(listener: (isCommitted: boolean) => void): void {
    this.#settled.push(listener);
  }

  /** Empties the group for its next use and answers what has to be revealed. */
  finish(isCommitted: boolean): { readonly sinks: readonly ReplySink[]; readonly replies: readonly Reply[] } {
    const revealed = { sinks: this.#sinks, replies: this.#replies };
    const settled = this.#settled;
    this.#sinks = [];
    this.#replies = [];
    this.#settled = [];
    this.#runs = [];
    this.journal.reset();
    this.bodies.reset();
    for (const listener of settled) listener(isCommitted);
    return revealed;
  }
}
