// Finds the bindings that a publication matches. Each alternative of a matcher is filed under one of its
// clauses, by path and value; a publication's values look up candidates, and only these are verified. So the
// cost follows the number of candidates, not of bindings. Part of the catalog's view; asked by publish.
import type { MessageAttribute } from '../command.ts';
import type { Clause, Matcher } from '../matcher-types.ts';
import { documentOf, holdTogether, passes, valuesAt } from './match-naive.ts';
import type { FoundValue } from './match-naive.ts';
import { bestWay, empty, fill, PathIndex } from './path-index.ts';
import type { SharedClause, Slot } from './path-index.ts';

export interface MatchInput {
  readonly attributes: readonly MessageAttribute[];
  readonly body: string | Uint8Array;
}

type Scope = Matcher['scope'];

/** One alternative of a matcher. */
interface Alternative {
  readonly key: number;
  /** The one that it is filed under comes first: it is the most likely to fail. */
  readonly clauses: readonly SharedClause<Alternative>[];
  readonly filing: Filing | undefined;
}
/** Where an alternative is looked for; without one it is always verified. */
interface Filing {
  readonly clause: SharedClause<Alternative>;
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
  readonly #others = new Set<Alternative>();
  readonly #alternatives = new Map<number, Alternative[]>();
  #turn = 0;
  #document: unknown;
  #found = new Set<number>();

  get isEmpty(): boolean {
    return this.#alternatives.size === 0;
  }

  add(key: number, clauses: readonly Clause[]): void {
    const shared = clauses.map((clause) => this.#pathOf(clause.path).share(clause));
    const filing = fileUnder(shared);
    if (filing !== undefined) shared.splice(0, 0, ...shared.splice(shared.indexOf(filing.clause), 1));
    const alternative: Alternative = { key, clauses: shared, filing };
    if (filing === undefined) this.#others.add(alternative);
    else {
      filing.clause.path.filedCount += 1;
      for (const slot of filing.slots) fill(slot, alternative);
    }
    const others = this.#alternatives.get(key);
    if (others === undefined) this.#alternatives.set(key, [alternative]);
    else others.push(alternative);
  }

  remove(key: number): void {
    for (const alternative of this.#alternatives.get(key) ?? []) {
      const { clauses, filing } = alternative;
      this.#others.delete(alternative);
      if (filing !== undefined) filing.clause.path.filedCount -= 1;
      for (const slot of filing?.slots ?? []) empty(slot, alternative);
      for (const clause of clauses) {
        clause.path.release(clause);
        if (clause.path.isUnused) this.#paths.delete(nameOf(clause.path.path));
      }
    }
    this.#alternatives.delete(key);
  }

  match(document: unknown, found: Set<number>): void {
    this.#turn += 1;
    this.#document = document;
    this.#found = found;
    for (const index of this.#paths.values()) {
      if (index.filedCount === 0) continue;
      const values = this.#valuesOf(index);
      for (let at = 0; at < values.length; at++) index.visit(values[at]?.value, this.#verify);
    }
    this.#verify(this.#others);
    this.#document = undefined;
  }

  readonly #verify = (candidates: Iterable<Alternative>): void => {
    for (const alternative of candidates) {
      if (!this.#found.has(alternative.key) && this.#holds(alternative)) this.#found.add(alternative.key);
    }
  };

  #holds({ clauses }: Alternative): boolean {
    let hasArrays = false;
    for (const shared of clauses) {
      if (shared.turn !== this.#turn) {
        shared.turn = this.#turn;
        shared.isHeld = isHeld(shared.clause, this.#valuesOf(shared.path));
      }
      if (!shared.isHeld) return false;
      hasArrays ||= shared.path.hasArrays;
    }
    // From arrays: which elements go together is looked at by the one way that knows.
    if (!hasArrays || clauses.length === 1) return true;
    return holdTogether(
      clauses.map(({ clause }) => clause),
      this.#document,
    );
  }

  /** Looked up once per publication, whatever the number of clauses. */
  #valuesOf(index: PathIndex<Alternative>): readonly FoundValue[] {
    if (index.turn !== this.#turn) {
      index.turn = this.#turn;
      const values = valuesAt(this.#document, index.path);
      index.values = values;
      index.hasArrays = false;
      for (const { elements } of values) if (elements.size > 0) index.hasArrays = true;
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

/** By the clause that the fewest others look like; of equals the last, which tends to be the most special. */
function fileUnder(clauses: readonly SharedClause<Alternative>[]): Filing | undefined {
  let filing: Filing | undefined;
  let fewest = Infinity;
  for (const clause of clauses) {
    if (clause.ways === undefined) continue;
    const { slots, count } = bestWay(clause.ways);
    if (count > fewest) continue;
    filing = { clause, slots };
    fewest = count;
  }
  return filing;
}

function isHeld({ tests }: Clause, values: readonly FoundValue[]): boolean {
  if (values.length === 0) return tests.some((test) => test.kind === 'exists' && !test.isWanted);
  for (const { value } of values) for (const test of tests) if (passes(test, value)) return true;
  return false;
}
