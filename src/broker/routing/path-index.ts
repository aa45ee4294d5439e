// Everything that matchers ask of the value at one path, filed so that a value finds its candidates by a few
// look-ups: texts by themselves, by their ends and by three characters, ranges by cells as wide as they are.
// Used by MatchIndex. A candidate may still fail: whoever asks verifies.
import type { Test } from '../matcher-types.ts';
import type { FoundValue } from './match-naive.ts';

type Drawer<T> = Set<T>;
type Drawers<T> = Map<unknown, Drawer<T>>;

/** Where something is filed or could be. */
export interface Slot<T> {
  readonly drawers: Drawers<T>;
  readonly key: unknown;
}

export function slotSize<T>({ drawers, key }: Slot<T>): number {
  return drawers.get(key)?.size ?? 0;
}
export function fill<T>({ drawers, key }: Slot<T>, item: T): void {
  const drawer = drawers.get(key);
  if (drawer === undefined) drawers.set(key, new Set([item]));
  else drawer.add(item);
}
export function empty<T>({ drawers, key }: Slot<T>, item: T): void {
  const drawer = drawers.get(key);
  if (drawer?.delete(item) === true && drawer.size === 0) drawers.delete(key);
}

const gramChars = 3;
const present = 'present';

export class PathIndex<T> {
  readonly path: readonly string[];
  /** Clauses on this path; the owner drops the path with the last one. */
  useCount = 0;
  /** What the publication that is being matched has here; `turn` says of which one. */
  values: readonly FoundValue[] = [];
  turn = 0;
  readonly #literals: Drawers<T> = new Map();
  readonly #folded: Drawers<T> = new Map();
  /** Anything at all. */
  readonly #present: Drawers<T> = new Map();
  /** By length, then by text: a value is cut to each length that occurs. */
  readonly #prefixes = new Map<number, Drawers<T>>();
  readonly #suffixes = new Map<number, Drawers<T>>();
  readonly #foldedPrefixes = new Map<number, Drawers<T>>();
  readonly #foldedSuffixes = new Map<number, Drawers<T>>();
  /** By 1, 2 or 3 characters that are somewhere within. */
  readonly #grams: readonly Drawers<T>[] = [new Map(), new Map(), new Map()];
  /** By a power of two, then by the multiple of it: a range is in the few cells of its own width. */
  readonly #cells = new Map<number, Drawers<T>>();
  /** Ranges with one end, by that end. */
  readonly #lows: Drawers<T> = new Map();
  readonly #highs: Drawers<T> = new Map();
  #sortedLows: readonly number[] | undefined;
  #sortedHighs: readonly number[] | undefined;

  constructor(path: readonly string[]) {
    this.path = path;
  }

  /** One of the answers finds whatever passes the test: all slots of it. undefined: nothing here is selective. */
  waysToFile(test: Test): readonly (readonly Slot<T>[])[] | undefined {
    switch (test.kind) {
      case 'equals':
        return [[{ drawers: this.#literals, key: test.value }]];
      case 'equalsIgnoreCase':
        return [[{ drawers: this.#folded, key: test.text.toLowerCase() }]];
      case 'prefix':
        if (test.isCaseIgnored === true)
          return [[slotByLength(this.#foldedPrefixes, test.text.toLowerCase())]];
        return [[slotByLength(this.#prefixes, test.text)]];
      case 'suffix':
        if (test.isCaseIgnored === true)
          return [[slotByLength(this.#foldedSuffixes, test.text.toLowerCase())]];
        return [[slotByLength(this.#suffixes, test.text)]];
      case 'wildcard':
        return this.#waysOfWildcard(test.pieces);
      case 'range':
        return [this.#slotsOfRange(test)];
      case 'exists':
        return test.isWanted ? [[this.#presentSlot()]] : undefined;
      case 'not':
      case 'cidr':
        return [[this.#presentSlot()]];
    }
  }

  /** Ends of ranges are sorted again when next asked for. */
  noteChange(): void {
    this.#sortedLows = undefined;
    this.#sortedHighs = undefined;
  }

  /** Calls with each drawer whose content may pass for the value. */
  visit(value: unknown, take: (drawer: ReadonlySet<T>) => void): void {
    offer(this.#literals, value, take);
    offer(this.#present, present, take);
    if (typeof value === 'string') this.#visitText(value, take);
    else if (typeof value === 'number') this.#visitNumber(value, take);
  }

  #visitText(text: string, take: (drawer: ReadonlySet<T>) => void): void {
    for (const [length, texts] of this.#prefixes) offer(texts, text.slice(0, length), take);
    for (const [length, texts] of this.#suffixes)
      if (text.length >= length) offer(texts, text.slice(text.length - length), take);
    if (this.#folded.size + this.#foldedPrefixes.size + this.#foldedSuffixes.size > 0) {
      const folded = text.toLowerCase();
      offer(this.#folded, folded, take);
      for (const [length, texts] of this.#foldedPrefixes) offer(texts, folded.slice(0, length), take);
      for (const [length, texts] of this.#foldedSuffixes)
        if (folded.length >= length) offer(texts, folded.slice(folded.length - length), take);
    }
    for (let size = 1; size <= gramChars; size++) {
      const grams = this.#grams[size - 1] as Drawers<T>;
      if (grams.size === 0) continue;
      for (let at = 0; at + size <= text.length; at++) offer(grams, gram(text, at, size), take);
    }
  }

  #visitNumber(value: number, take: (drawer: ReadonlySet<T>) => void): void {
    for (const [width, cells] of this.#cells) offer(cells, Math.floor(value / width), take);
    if (this.#lows.size > 0) {
      this.#sortedLows ??= sortedKeys(this.#lows);
      for (const low of this.#sortedLows) {
        if (low > value) break;
        offer(this.#lows, low, take);
      }
    }
    if (this.#highs.size > 0) {
      this.#sortedHighs ??= sortedKeys(this.#highs).reverse();
      for (const high of this.#sortedHighs) {
        if (high < value) break;
        offer(this.#highs, high, take);
      }
    }
  }

  /** By its start, its end or any of its pieces: whichever drawer is the emptiest. */
  #waysOfWildcard(pieces: readonly string[]): (readonly Slot<T>[])[] {
    const ways: (readonly Slot<T>[])[] = [];
    const first = pieces[0] ?? '';
    const last = pieces.at(-1) ?? '';
    if (pieces.length < 2) return [[{ drawers: this.#literals, key: first }]];
    if (first !== '') ways.push([slotByLength(this.#prefixes, first)]);
    if (last !== '') ways.push([slotByLength(this.#suffixes, last)]);
    for (const piece of pieces) {
      const size = Math.min(gramChars, piece.length);
      for (let at = 0; size > 0 && at + size <= piece.length; at++)
        ways.push([{ drawers: this.#grams[size - 1] as Drawers<T>, key: gram(piece, at, size) }]);
    }
    return ways.length === 0 ? [[this.#presentSlot()]] : ways;
  }

  #slotsOfRange({ low, high }: Test & { kind: 'range' }): readonly Slot<T>[] {
    const width = (high?.value ?? Infinity) - (low?.value ?? -Infinity);
    if (width === 0) return [{ drawers: this.#literals, key: low?.value }];
    if (Number.isFinite(width)) return width < 0 ? [] : this.#cellsOf(low?.value ?? 0, high?.value ?? 0);
    if (low !== undefined) return [{ drawers: this.#lows, key: low.value }];
    if (high !== undefined) return [{ drawers: this.#highs, key: high.value }];
    return [this.#presentSlot()];
  }

  #cellsOf(low: number, high: number): Slot<T>[] {
    // Below the smallest normal number a cell could be 0 wide.
    const width = 2 ** Math.max(-1022, Math.ceil(Math.log2(high - low)));
    const cells = this.#cells.get(width) ?? new Map();
    this.#cells.set(width, cells);
    const slots: Slot<T>[] = [];
    for (let cell = Math.floor(low / width); cell <= Math.floor(high / width); cell++)
      slots.push({ drawers: cells, key: cell });
    return slots;
  }

  #presentSlot(): Slot<T> {
    return { drawers: this.#present, key: present };
  }
}

function offer<T>(drawers: Drawers<T>, key: unknown, take: (drawer: ReadonlySet<T>) => void): void {
  const drawer = drawers.get(key);
  if (drawer !== undefined) take(drawer);
}

function slotByLength<T>(lengths: Map<number, Drawers<T>>, text: string): Slot<T> {
  const drawers = lengths.get(text.length) ?? new Map<unknown, Drawer<T>>();
  lengths.set(text.length, drawers);
  return { drawers, key: text };
}

/** Distinct for ASCII and small enough to be looked up fast; others may share one, which costs a look more. */
function gram(text: string, at: number, size: number): number {
  let code = 0;
  for (let i = at; i < at + size; i++) code = (Math.imul(code, 128) + text.charCodeAt(i)) & 0x3fffffff;
  return code;
}

function sortedKeys<T>(drawers: Drawers<T>): number[] {
  return ([...drawers.keys()] as number[]).sort((a, b) => a - b);
}
