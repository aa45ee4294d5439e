// A server on virtual time, for the generator's own tests: it answers after a fixed service time, stalls as
// its script says, and drops or repeats what it is told to. Never used by a measurement.
import type { LaneListener, LanePort } from './lanes.ts';
import type { Reply } from './reply-reader.ts';
import type { Tally, Workload } from './workload.ts';

interface Event {
  readonly atMs: number;
  readonly lane: number;
}

export interface Script {
  readonly laneCount: number;
  /** When the reply to a request that arrives at this time leaves. */
  readonly replyAtMs: (arrivedMs: number) => number;
}

export class ScriptedServer implements LanePort {
  readonly count: number;
  readonly #script: Script;
  readonly #events: Event[] = [];
  nowMs = 0;
  listener: LaneListener | null = null;

  constructor(script: Script) {
    this.count = script.laneCount;
    this.#script = script;
  }

  write(lane: number): void {
    const event = { atMs: this.#script.replyAtMs(this.nowMs), lane };
    // Nearly always at the end; kept in order by insertion.
    let at = this.#events.length;
    while (at > 0 && (this.#events[at - 1] as Event).atMs > event.atMs) at -= 1;
    this.#events.splice(at, 0, event);
  }

  /** Moves time to `untilMs`, delivering the replies that fall due, each at its own time. */
  advance(untilMs: number): void {
    for (let event = this.#events[0]; event !== undefined && event.atMs <= untilMs; event = this.#events[0]) {
      this.#events.shift();
      this.nowMs = event.atMs;
      this.listener?.onReply(event.lane, emptyReply);
    }
    this.nowMs = untilMs;
  }
}

const emptyReply: Reply = { status: 200, buffer: Buffer.alloc(0), bodyStart: 0, bodyEnd: 0 };

/** Requests without content; every reply ends an operation of one unit. */
export class UnitWorkload implements Workload {
  readonly #request = Buffer.alloc(0);
  prepare(): void {}
  nextRequest(): Buffer {
    return this.#request;
  }
  takeReply(): number {
    return 1;
  }
  isFinished(): boolean {
    return false;
  }
  tally(): Tally {
    const verification = {
      issued: 0,
      confirmed: 0,
      received: 0,
      deleted: 0,
      duplicated: 0,
      unknown: 0,
      reordered: 0,
    };
    return { failures: 0, firstFailure: '', emptyReceives: 0, signedInline: 0, verification };
  }
}
