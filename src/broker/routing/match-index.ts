// Finds the bindings that a publication matches. Each alternative of a matcher is filed under one of its
// clauses, by path and value; a publication's values look up candidates, and only these are verified. So the
// cost follows the number of candidates, not of bindings. Part of the catalog's view; asked by publish.
import type { MessageAttribute } from '../command.ts';
import type { Clause, Matcher } from '../matcher-types.ts';
import { documentOf, holdTogether, passes, valuesAt } from './match-naive.ts';
import type { FoundValue } from './match-naive.ts';
import { empty, fill, PathIndex, slotSize } from './path-index.ts';
import type { Slot } from './path-index.ts';

export interface MatchInput {
  readonly attributes: readonly MessageAttribute[];
  readonly body: string | Uint8Array;
}

type Scope = Matcher['scope'];

/** One alternative of a matcher. */
interface Alternative {
  readonly key: number;
  readonly clauses: readonly Clause[];
  /** Those of the clauses, in their order. */
  readonly paths: readonly PathIndex<Alternative>[];
  readonly slots: readonly Slot<Alternative>[];
}

export class MatchIndex {
  readonly #matchers = new Map<number, Matcher | undefined>();
  /** Match whatever comes. */
  readonly #always = new Set<number>();
  readonly #scopes = { body: new ScopeIndex(), attributes: new ScopeIndex() };
  readonly #found = new Set<number>();

  get size(): number {
    return this.#matchers.size;
  }
  put(key: number, matcher: Matcher | undefined): void {
    this.remove(key);
    this.#matchers.set(key, matcher);
    if (matcher === undefined) this.#always.add(key);
    else for (const clauses of matcher.any) this.#scopes[matcher.scope].add(key, clauses);
  }
  remove(key: number): void {
    const matcher = this.#matchers.get(key);
    if (!this.#matchers.delete(key)) return;
    this.#always.delete(key);
    if (matcher !== undefined) this.#scopes[matcher.scope].remove(key);
  }
  /** Keys in ascending order. */
  match(message: MatchInput): readonly number[] {
    const found = this.#found;
    found.clear();
    for (const key of this.#always) found.add(key);
    for (const scope of ['body', 'attributes'] as const) this.#matchScope(scope, message);
    return [...found].sort((a, b) => a - b);
  }
  /** The same for a body that is parsed already; other scopes and those without a matcher are left out. */
  matchDocument(document: unknown): readonly number[] {
    this.#found.clear();
    this.#scopes.body.match(document, this.#found);
    return [...this.#found].sort((a, b) => a - b);
  }

  #matchScope(scope: Scope, message: MatchInput): void {
    const index = this.#scopes[scope];
    if (index.isEmpty) return;
    const document = documentOf(scope, message);
    if (document !== undefined) index.match(document, this.#found);
  }
}

class ScopeIndex {
  readonly #paths = new Map<string, PathIndex<Alternative>>();
  /** Nothing in them is selective: always verified. */
  readonly #others: Slot<Alternative> = { drawers: new Map(), key: undefined };
  readonly #alternatives = new Map<number, Alternative[]>();
  #turn = 0;
  #document: unknown;
  #found = new Set<number>();

  get isEmpty(): boolean {
    return this.#alternatives.size === 0;
  }

  add(key: number, clauses: readonly Clause[]): void {
    const paths = clauses.map(({ path }) => this.#pathOf(path));
    let slots: readonly Slot<Alternative>[] = [this.#others];
    let fewest = slotSize(this.#others) + 1;
    for (const [index, clause] of clauses.entries()) {
      const clauseSlots = bestSlots(paths[index] as PathIndex<Alternative>, clause);
      const count = clauseSlots?.reduce((sum, slot) => sum + slotSize(slot), 0) ?? 0;
      if (clauseSlots === undefined || (slots[0] !== this.#others && count >= fewest)) continue;
      slots = clauseSlots;
      fewest = count;
    }
    const alternative: Alternative = { key, clauses, paths, slots };
    for (const slot of slots) fill(slot, alternative);
    for (const path of paths) {
      path.useCount += 1;
      path.noteChange();
    }
    const others = this.#alternatives.get(key);
    if (others === undefined) this.#alternatives.set(key, [alternative]);
    else others.push(alternative);
  }

  remove(key: number): void {
    for (const alternative of this.#alternatives.get(key) ?? []) {
      for (const slot of alternative.slots) empty(slot, alternative);
      for (const path of alternative.paths) {
        path.noteChange();
        if (--path.useCount === 0) this.#paths.delete(nameOf(path.path));
      }
    }
    this.#alternatives.delete(key);
  }

  match(document: unknown, found: Set<number>): void {
    this.#turn += 1;
    this.#document = document;
    this.#found = found;
    for (const index of this.#paths.values()) {
      const values = this.#valuesOf(index);
      for (let at = 0; at < values.length; at++) index.visit(values[at]?.value, this.#verify);
    }
    const others = this.#others.drawers.get(this.#others.key);
    if (others !== undefined) this.#verify(others);
    this.#document = undefined;
  }

  readonly #verify = (drawer: ReadonlySet<Alternative>): void => {
    for (const alternative of drawer) {
      if (!this.#found.has(alternative.key) && this.#holds(alternative)) this.#found.add(alternative.key);
    }
  };

  #holds({ clauses, paths }: Alternative): boolean {
    for (let at = 0; at < clauses.length; at++) {
      const values = this.#valuesOf(paths[at] as PathIndex<Alternative>);
      // From arrays: which elements go together is looked at by the one way that knows.
      if (values.length > 0 && values.some(({ elements }) => elements.size > 0))
        return holdTogether(clauses, this.#document, new Map());
      if (!isHeld(clauses[at] as Clause, values)) return false;
    }
    return true;
  }

  /** Looked up once per publication, whatever the number of clauses. */
  #valuesOf(index: PathIndex<Alternative>): readonly FoundValue[] {
    if (index.turn !== this.#turn) {
      index.turn = this.#turn;
      index.values = valuesAt(this.#document, index.path);
    }
    return index.values;
  }

  #pathOf(path: readonly string[]): PathIndex<Alternative> {
    const name = nameOf(path);
    const index = this.#paths.get(name) ?? new PathIndex<Alternative>(path);
    this.#paths.set(name, index);
    return index;
  }
}

function nameOf(path: readonly string[]): string {
  return path.join('\0');
}

/** Of each test the way with the fewest in it; undefined when a test has none. */
function bestSlots(
  index: PathIndex<Alternative>,
  { tests }: Clause,
): readonly Slot<Alternative>[] | undefined {
  const slots: Slot<Alternative>[] = [];
  for (const test of tests) {
    const ways = index.waysToFile(test);
    if (ways === undefined) return undefined;
    let best = ways[0] ?? [];
    let fewest = Infinity;
    for (const way of ways) {
      const count = way.reduce((sum, slot) => sum + slotSize(slot), 0);
      if (count >= fewest) continue;
      best = way;
      fewest = count;
    }
    slots.push(...best);
  }
  return slots;
}

function isHeld({ tests }: Clause, values: readonly FoundValue[]): boolean {
  if (values.length === 0) return tests.some((test) => test.kind === 'exists' && !test.isWanted);
  return values.some(({ value }) => tests.some((test) => passes(test, value)));
}
