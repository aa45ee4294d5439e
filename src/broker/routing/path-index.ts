// Everything that matchers ask of the value at one path, filed so that a value finds its candidates by a few
// look-ups: texts by themselves, by their ends and by three characters, ranges by cells as wide as they are.
// Used by MatchIndex. A candidate may still fail: whoever asks verifies.
import type { Clause, Test } from '../matcher-types.ts';
import type { FoundValue } from './match-naive.ts';

/** Values, their parts or numbers of cells, each with what is filed under it. */
class Drawers<T> {
  /** Only what holds something, because every look at what is missing costs as much as one that finds. */
  readonly filed = new Map<unknown, T[]>();
  /** How many clauses could be filed under a key: the fewer, the better it tells them apart. */
  readonly claims = new Map<unknown, number>();
}

/** Where something is filed or could be. */
export interface Slot<T> {
  readonly drawers: Drawers<T>;
  readonly key: unknown;
}

export function fill<T>({ drawers, key }: Slot<T>, item: T): void {
  const items = drawers.filed.get(key);
  if (items === undefined) drawers.filed.set(key, [item]);
  else items.push(item);
}
export function empty<T>({ drawers, key }: Slot<T>, item: T): void {
  const items = drawers.filed.get(key);
  const at = items?.indexOf(item) ?? -1;
  if (items === undefined || at < 0) return;
  items.splice(at, 1);
  if (items.length === 0) drawers.filed.delete(key);
}

/** For each test of a clause its ways: any one of them, with all of its slots, is enough. */
export type Ways<T> = readonly (readonly (readonly Slot<T>[])[])[];

/** Counts the clause in all places where it could be filed; `by` is 1, or -1 to take it back. */
function claim<T>(ways: Ways<T>, by: 1 | -1): void {
  for (const waysOfTest of ways)
    for (const slots of waysOfTest) for (const { drawers, key } of slots) claimSlot(drawers, key, by);
}
function claimSlot<T>({ claims }: Drawers<T>, key: unknown, by: 1 | -1): void {
  const count = (claims.get(key) ?? 0) + by;
  if (count === 0) claims.delete(key);
  else claims.set(key, count);
}

/** Of each test the way that the fewest clauses claim, and how many do in all. */
export function bestWay<T>(ways: Ways<T>): { readonly slots: readonly Slot<T>[]; readonly count: number } {
  const slots: Slot<T>[] = [];
  let total = 0;
  for (const waysOfTest of ways) {
    let best: readonly Slot<T>[] = [];
    let fewest = Infinity;
    for (const way of waysOfTest) {
      const count = way.reduce((sum, { drawers, key }) => sum + (drawers.claims.get(key) ?? 0), 0);
      if (count > fewest) continue;
      best = way;
      fewest = count;
    }
    slots.push(...best);
    total += fewest;
  }
  return { slots, count: total };
}

/** A piece of text is found by a part of the largest of these lengths that it has. */
const gramSizes = [8, 4, 2, 1];
const present = 'present';

/** A clause that any number of alternatives have: whether it holds is found once per publication. */
export interface SharedClause<T> {
  readonly name: string;
  readonly path: PathIndex<T>;
  readonly clause: Clause;
  readonly ways: Ways<T> | undefined;
  useCount: number;
  turn: number;
  isHeld: boolean;
}

export class PathIndex<T> {
  readonly path: readonly string[];
  readonly #clauses = new Map<string, SharedClause<T>>();
  /** Alternatives that are filed here. */
  filedCount = 0;
  /** What the publication that is being matched has here; `turn` says of which one. */
  values: readonly FoundValue[] = [];
  hasArrays = false;
  turn = 0;
  readonly #literals = new Drawers<T>();
  readonly #folded = new Drawers<T>();
  /** Anything at all. */
  readonly #present = new Drawers<T>();
  /** By length, then by text: a value is cut to each length that occurs. */
  readonly #prefixes = new Map<number, Drawers<T>>();
  readonly #suffixes = new Map<number, Drawers<T>>();
  readonly #foldedPrefixes = new Map<number, Drawers<T>>();
  readonly #foldedSuffixes = new Map<number, Drawers<T>>();
  /** By characters that are somewhere within. */
  readonly #grams: readonly Drawers<T>[] = gramSizes.map(() => new Drawers<T>());
  /** By a power of two, then by the multiple of it: a range is in the few cells of its own width. */
  readonly #cells = new Map<number, Drawers<T>>();
  /** Ranges with one end, by that end. */
  readonly #lows = new Drawers<T>();
  readonly #highs = new Drawers<T>();
  #sortedLows: readonly number[] | undefined;
  #sortedHighs: readonly number[] | undefined;

  constructor(path: readonly string[]) {
    this.path = path;
  }

  /** Without clauses the owner drops the path. */
  get isUnused(): boolean {
    return this.#clauses.size === 0;
  }

  share(clause: Clause): SharedClause<T> {
    const name = JSON.stringify(clause.tests);
    let shared = this.#clauses.get(name);
    if (shared === undefined) {
      const ways = this.#waysToFile(clause);
      shared = { name, path: this, clause, ways, useCount: 0, turn: 0, isHeld: false };
      this.#clauses.set(name, shared);
    }
    shared.useCount += 1;
    claim(shared.ways ?? [], 1);
    this.#forgetOrder();
    return shared;
  }

  release(shared: SharedClause<T>): void {
    claim(shared.ways ?? [], -1);
    this.#forgetOrder();
    shared.useCount -= 1;
    if (shared.useCount === 0) this.#clauses.delete(shared.name);
  }

  /** undefined: it can hold where there is no value, or nothing of it is selective. */
  #waysToFile({ tests }: Clause): Ways<T> | undefined {
    if (tests.some((test) => test.kind === 'exists' && !test.isWanted)) return undefined;
    return tests.map((test) => this.#waysOf(test));
  }

  #waysOf(test: Test): readonly (readonly Slot<T>[])[] {
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
      case 'not':
      case 'cidr':
        return [[this.#presentSlot()]];
    }
  }

  /** Ends of ranges are sorted again when next asked for. */
  #forgetOrder(): void {
    this.#sortedLows = undefined;
    this.#sortedHighs = undefined;
  }

  /** Calls with each drawer whose content may pass for the value. */
  visit(value: unknown, take: (items: readonly T[]) => void): void {
    offer(this.#literals, value, take);
    offer(this.#present, present, take);
    if (typeof value === 'string') this.#visitText(value, take);
    else if (typeof value === 'number') this.#visitNumber(value, take);
  }

  #visitText(text: string, take: (items: readonly T[]) => void): void {
    for (const [length, texts] of this.#prefixes) offer(texts, text.slice(0, length), take);
    for (const [length, texts] of this.#suffixes)
      if (text.length >= length) offer(texts, text.slice(text.length - length), take);
    if (this.#folded.filed.size + this.#foldedPrefixes.size + this.#foldedSuffixes.size > 0) {
      const folded = text.toLowerCase();
      offer(this.#folded, folded, take);
      for (const [length, texts] of this.#foldedPrefixes) offer(texts, folded.slice(0, length), take);
      for (const [length, texts] of this.#foldedSuffixes)
        if (folded.length >= length) offer(texts, folded.slice(folded.length - length), take);
    }
    for (const [at, size] of gramSizes.entries()) {
      const grams = this.#grams[at] as Drawers<T>;
      if (grams.filed.size === 0) continue;
      offerGrams(grams, text, { size, take });
    }
  }

  #visitNumber(value: number, take: (items: readonly T[]) => void): void {
    for (const [width, cells] of this.#cells) offer(cells, cellOf(value, width), take);
    if (this.#lows.filed.size > 0) {
      this.#sortedLows ??= sortedKeys(this.#lows);
      for (const low of this.#sortedLows) {
        if (low > value) break;
        offer(this.#lows, low, take);
      }
    }
    if (this.#highs.filed.size > 0) {
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
    if (pieces.length === 1) return [[{ drawers: this.#literals, key: first }]];
    if (first !== '') ways.push([slotByLength(this.#prefixes, first)]);
    if (last !== '') ways.push([slotByLength(this.#suffixes, last)]);
    for (const piece of pieces) {
      const kind = gramSizes.findIndex((chars) => chars <= piece.length);
      const size = gramSizes[kind] ?? Infinity;
      for (let start = 0; start + size <= piece.length; start++)
        ways.push([{ drawers: this.#grams[kind] as Drawers<T>, key: gram(piece, start, size) }]);
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
    // A quarter of its width: few ranges share a cell without touching. Below the smallest normal number a
    // cell could be 0 wide.
    const width = 2 ** Math.max(-1022, Math.ceil(Math.log2(high - low)) - 2);
    const cells = this.#cells.get(width) ?? new Drawers<T>();
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

function offer<T>({ filed }: Drawers<T>, key: unknown, take: (items: readonly T[]) => void): void {
  const items = filed.get(key);
  if (items !== undefined) take(items);
}

/** As a small integer where it is one: those are looked up fastest. */
function cellOf(value: number, width: number): number {
  const cell = Math.floor(value / width);
  const small = cell | 0;
  return small === cell ? small : cell;
}

function slotByLength<T>(lengths: Map<number, Drawers<T>>, text: string): Slot<T> {
  const drawers = lengths.get(text.length) ?? new Drawers<T>();
  lengths.set(text.length, drawers);
  return { drawers, key: text };
}

/** Each `gram` of the text, which follows from the one before. */
function offerGrams<T>(
  grams: Drawers<T>,
  text: string,
  { size, take }: { readonly size: number; readonly take: (items: readonly T[]) => void },
): void {
  if (text.length < size) return;
  let weight = 1;
  for (let i = 1; i < size; i++) weight = Math.imul(weight, gramBase);
  let code = gram(text, 0, size);
  offer(grams, code, take);
  for (let end = size; end < text.length; end++) {
    const rest = code - Math.imul(text.charCodeAt(end - size), weight);
    code = (Math.imul(rest, gramBase) + text.charCodeAt(end)) & gramMask;
    offer(grams, code, take);
  }
}

const gramBase = 31;
const gramMask = 0x3fffffff;

/** Small enough to be looked up fast; two texts may share one, which costs a look more. */
function gram(text: string, start: number, size: number): number {
  let code = 0;
  for (let i = start; i < start + size; i++)
    code = (Math.imul(code, gramBase) + text.charCodeAt(i)) & gramMask;
  return code;
}

function sortedKeys<T>(drawers: Drawers<T>): number[] {
  return ([...drawers.filed.keys()] as number[]).sort((a, b) => a - b);
}
