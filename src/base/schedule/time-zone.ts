// Clocks on walls: which instant a local time of an IANA zone is, and which local times never or twice occur.
// Called by schedule.ts. It asks Intl some 180 times for a year of a zone and remembers where the offset
// changed, so that looking for a time costs no Intl call. A local time is milliseconds as if it were UTC.
import { assert } from '../assert.ts';
import { limits } from '../limits.ts';

/** From `atMs` on the clocks are another offset ahead of UTC: later by it in spring, earlier in autumn. */
export interface Transition {
  readonly atMs: number;
  readonly offsetBeforeMs: number;
  readonly offsetAfterMs: number;
}

interface Year {
  readonly startOffsetMs: number;
  readonly transitions: readonly Transition[];
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
/** No zone was ever further from UTC since 1970 (Kiritimati has 14 hours). */
const offsetMaxMs = 15 * hourMs;
/** Clocks were never put back by more than a day (Kwajalein, Manila and Alaska at the date line). */
const repeatMaxMs = 25 * hourMs;
/** Nobody changed clocks and took it back within two days. */
const probeMs = 48 * hourMs;

/** Zones by lower-case name; only valid names get in, and Intl knows some 600. */
const zones = new Map<string, TimeZone>();

/** The zone of an IANA name, or undefined if there is none. */
export function timeZone(name: string): TimeZone | undefined {
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known !== undefined) return known;
  // Intl also takes plain offsets (+05:30), which are not names.
  if (!/^[a-z]/.test(key)) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
    const zone = new TimeZone(name, format);
    zones.set(key, zone);
    return zone;
  } catch {
    return undefined;
  }
}

export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;
  readonly #years = new Map<number, Year>();

  /** Without a format: UTC. */
  constructor(name: string, format?: Intl.DateTimeFormat) {
    this.name = name;
    this.#format = format;
  }

  /** The instant at which the clocks first show this time; undefined if they jump over it. */
  instantOf(localMs: number): number | undefined {
    if (this.#format === undefined) return localMs;
    const fromMs = localMs - offsetMaxMs;
    let offsetMs = this.#offsetAt(fromMs);
    for (const transition of this.#transitions(fromMs, localMs + offsetMaxMs)) {
      if (localMs - offsetMs < transition.atMs) return localMs - offsetMs;
      if (localMs < transition.atMs + transition.offsetAfterMs) return undefined;
      offsetMs = transition.offsetAfterMs;
    }
    return localMs - offsetMs;
  }

  /** The transition that jumps over a local time of which there is no instant. */
  gapAt(localMs: number): Transition {
    for (const transition of this.#transitions(localMs - offsetMaxMs, localMs + offsetMaxMs)) {
      const { atMs, offsetBeforeMs, offsetAfterMs } = transition;
      if (localMs >= atMs + offsetBeforeMs && localMs < atMs + offsetAfterMs) return transition;
    }
    return assert(false, `${this.name} has no gap at ${localMs}`) as never;
  }

  /** The latest local time that the clocks have shown up to this instant: while an hour repeats, its end. */
  latestLocal(atMs: number): number {
    let latestMs = atMs + this.#offsetAt(atMs);
    for (const transition of this.#transitions(atMs - repeatMaxMs, atMs)) {
      latestMs = Math.max(latestMs, transition.atMs + transition.offsetBeforeMs - 1);
    }
    return latestMs;
  }

  #offsetAt(atMs: number): number {
    if (this.#format === undefined) return 0;
    const year = this.#year(new Date(atMs).getUTCFullYear());
    let offsetMs = year.startOffsetMs;
    for (const transition of year.transitions)
      if (transition.atMs <= atMs) offsetMs = transition.offsetAfterMs;
    return offsetMs;
  }

  /** Those after `fromMs` and up to `toMs`, in order; the two are at most days apart. */
  #transitions(fromMs: number, toMs: number): readonly Transition[] {
    if (this.#format === undefined) return [];
    const first = new Date(fromMs).getUTCFullYear();
    const last = new Date(toMs).getUTCFullYear();
    let all = this.#year(first).transitions;
    if (last !== first) all = [...all, ...this.#year(last).transitions];
    return all.filter((transition) => transition.atMs > fromMs && transition.atMs <= toMs);
  }

  #year(year: number): Year {
    const known = this.#years.get(year);
    if (known !== undefined) return known;
    const endMs = Date.UTC(year + 1, 0, 1);
    const transitions: Transition[] = [];
    let fromMs = Date.UTC(year, 0, 1);
    const startOffsetMs = this.#askIntl(fromMs);
    let offsetMs = startOffsetMs;
    while (fromMs < endMs) {
      const toMs = Math.min(fromMs + probeMs, endMs);
      // A transition at the first instant of a year is in the start offset of that year and, for those who
      // look at the time before it, a transition of the year that ends.
      const nextOffsetMs = this.#askIntl(toMs);
      if (nextOffsetMs !== offsetMs) {
        const atMs = this.#changeBetween(fromMs, toMs, offsetMs);
        transitions.push({ atMs, offsetBeforeMs: offsetMs, offsetAfterMs: nextOffsetMs });
      }
      offsetMs = nextOffsetMs;
      fromMs = toMs;
    }
    return this.#remember(year, { startOffsetMs, transitions });
  }

  /** The first instant, to the second, with another offset than the one at `fromMs`. */
  #changeBetween(fromMs: number, toMs: number, offsetMs: number): number {
    let same = fromMs / 1000;
    let other = toMs / 1000;
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.#askIntl(middle * 1000) === offsetMs) same = middle;
      else other = middle;
    }
    return other * 1000;
  }

  #remember(number: number, year: Year): Year {
    // Forgetting all is rare (a zone is asked for this year and the next) and only costs Intl calls.
    if (this.#years.size >= limits.timeZoneYearsMax) this.#years.clear();
    this.#years.set(number, year);
    return year;
  }

  /** `1/1/2026, GMT+05:30`; seconds occur before 1972 (Liberia), and plain `GMT` is zero. */
  #askIntl(atMs: number): number {
    const text = this.#format?.format(atMs) ?? 'GMT';
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
    assert(match !== null, `an offset that Intl has always written otherwise: ${text}`);
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
    const offsetMs = Number(hours) * hourMs + Number(minutes) * minuteMs + Number(seconds) * 1000;
    return sign === '-' ? -offsetMs : offsetMs;
  }
}

/** The zone of every schedule that names none. */
export const utc = new TimeZone('UTC');
zones.set('utc', utc);
