// Time as an input. Nothing below the daemon reads the system clock by itself, so that tests can hold it.

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** ISO 8601 with milliseconds: `2012-05-02T00:54:06.655Z`. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  #nowMs: number;
  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }
  nowMs(): number {
    return this.#nowMs;
  }
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
