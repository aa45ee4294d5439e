// Finds the bindings that a publication matches. Each alternative of a matcher is filed under one of its
// clauses, by path and value; a publication's values look up candidates, and only these are verified. So the
// cost follows the number of candidates, not of bindings. Part of the catalog's view; asked by publish.
import type { MessageAttribute } from '../command.ts';
import type { Clause, Matcher, Test } from '../matcher-types.ts';
import { documentOf, holdTogether, passes, valuesAt } from './match-naive.ts';
import type { FoundValue } from './match-naive.ts';

export interface MatchInput {
  readonly attributes: readonly MessageAttribute[];
  readonly body: string | Uint8Array;
}

type Scope = Matcher['scope'];

/** One alternative of a matcher. */
interface Alternative {
  readonly key: number;
  readonly clauses: readonly Clause[];
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
    else for (const clauses of matcher.any) this.#scopes[matcher.scope].add({ key, clauses });
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

/** Where an alternative is filed, to be taken out again. */
interface Place {
  readonly drawer: Set<Alternative>;
  readonly alternative: Alternative;
}

class ScopeIndex {
  readonly #paths = new Map<string, PathIndex>();
  /** Nothing in them is selective: always verified. */
  readonly #others = new Set<Alternative>();
  readonly #places = new Map<number, Place[]>();

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  add(alternative: Alternative): void {
    const entry = alternative.clauses.find((clause) => clause.tests.every(isSelective));
    const drawers = entry === undefined ? [this.#others] : this.#drawersOf(entry);
    const places = this.#places.get(alternative.key) ?? [];
    for (const drawer of drawers) {
      drawer.add(alternative);
      places.push({ drawer, alternative });
    }
    this.#places.set(alternative.key, places);
  }

  remove(key: number): void {
    for (const { drawer, alternative } of this.#places.get(key) ?? []) drawer.delete(alternative);
    this.#places.delete(key);
  }

  match(document: unknown, found: Set<number>): void {
    const seen = new Map<string, readonly FoundValue[]>();
    for (const [name, index] of this.#paths) {
      const values = valuesAt(document, index.path);
      seen.set(name, values);
      for (const { value } of values) {
        for (const drawer of index.drawersFor(value)) this.#verify(drawer, document, { seen, found });
      }
    }
    this.#verify(this.#others, document, { seen, found });
  }

  #verify(
    drawer: Iterable<Alternative>,
    document: unknown,
    { seen, found }: { readonly seen: Map<string, readonly FoundValue[]>; readonly found: Set<number> },
  ): void {
    for (const { key, clauses } of drawer) {
      if (!found.has(key) && holds(clauses, document, seen)) found.add(key);
    }
  }

  #drawersOf({ path, tests }: Clause): Set<Alternative>[] {
    const name = path.join('\0');
    const index = this.#paths.get(name) ?? new PathIndex(path);
    this.#paths.set(name, index);
    return tests.map((test) => index.drawerOf(test));
  }
}

/** Values of a path are looked up once per publication, whatever the number of clauses. */
function holds(
  clauses: readonly Clause[],
  document: unknown,
  seen: Map<string, readonly FoundValue[]>,
): boolean {
  for (const { path, tests } of clauses) {
    const name = path.join('\0');
    let values = seen.get(name);
    if (values === undefined) seen.set(name, (values = valuesAt(document, path)));
    // From arrays: which elements go together is looked at by the one way that knows.
    if (values.some(({ elements }) => elements.size > 0)) return holdTogether(clauses, document, new Map());
    const isHeld =
      values.length === 0
        ? tests.some((test) => test.kind === 'exists' && !test.isWanted)
        : values.some(({ value }) => tests.some((test) => passes(test, value)));
    if (!isHeld) return false;
  }
  return true;
}

type SelectiveTest = Extract<Test, { readonly kind: 'equals' | 'equalsIgnoreCase' | 'prefix' | 'suffix' }>;

function isSelective(test: Test): test is SelectiveTest {
  if (test.kind === 'prefix' || test.kind === 'suffix') return test.isCaseIgnored !== true;
  return test.kind === 'equals' || test.kind === 'equalsIgnoreCase';
}

class PathIndex {
  readonly path: readonly string[];
  readonly #literals = new Map<unknown, Set<Alternative>>();
  readonly #folded = new Map<string, Set<Alternative>>();
  /** By length, then by text: a value is cut to each length that occurs. */
  readonly #prefixes = new Map<number, Map<string, Set<Alternative>>>();
  readonly #suffixes = new Map<number, Map<string, Set<Alternative>>>();

  constructor(path: readonly string[]) {
    this.path = path;
  }

  drawerOf(test: Test): Set<Alternative> {
    switch (test.kind) {
      case 'equals':
        return drawerIn(this.#literals, test.value);
      case 'equalsIgnoreCase':
        return drawerIn(this.#folded, test.text.toLowerCase());
      case 'prefix':
        return drawerIn(byLength(this.#prefixes, test.text), test.text);
      case 'suffix':
        return drawerIn(byLength(this.#suffixes, test.text), test.text);
      default:
        return new Set();
    }
  }

  drawersFor(value: unknown): readonly ReadonlySet<Alternative>[] {
    const drawers: ReadonlySet<Alternative>[] = [];
    const note = (drawer: ReadonlySet<Alternative> | undefined): void => {
      if (drawer !== undefined && drawer.size > 0) drawers.push(drawer);
    };
    note(this.#literals.get(value));
    if (typeof value !== 'string') return drawers;
    if (this.#folded.size > 0) note(this.#folded.get(value.toLowerCase()));
    for (const [length, texts] of this.#prefixes) note(texts.get(value.slice(0, length)));
    for (const [length, texts] of this.#suffixes)
      if (value.length >= length) note(texts.get(value.slice(value.length - length)));
    return drawers;
  }
}

function drawerIn<K>(drawers: Map<K, Set<Alternative>>, value: K): Set<Alternative> {
  const drawer = drawers.get(value) ?? new Set();
  drawers.set(value, drawer);
  return drawer;
}

function byLength(
  lengths: Map<number, Map<string, Set<Alternative>>>,
  text: string,
): Map<string, Set<Alternative>> {
  const texts = lengths.get(text.length) ?? new Map<string, Set<Alternative>>();
  lengths.set(text.length, texts);
  return texts;
}
