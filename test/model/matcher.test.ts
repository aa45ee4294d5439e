// Matching against the meaning of a matcher written down as plainly as can be: every choice of one element
// of each array is made, each time a document without arrays is left, and it is asked alone. Shares nothing
// with what it judges, and takes time to the power of the arrays: documents are small.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clause, Matcher, Test } from '../../src/broker/matcher-types.ts';
import { MatchIndex } from '../../src/broker/routing/match-index.ts';
import { matches } from '../../src/broker/routing/match-naive.ts';

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each document that is left when one element of every array is chosen; none of an empty array. */
function choices(value: Json): Json[] {
  if (Array.isArray(value)) return value.length === 0 ? [undefined] : value.flatMap(choices);
  if (!isObject(value)) return [value];
  let objects: JsonObject[] = [{}];
  for (const [name, member] of Object.entries(value)) {
    const members = choices(member);
    objects = objects.flatMap((object) => members.map((one) => ({ ...object, [name]: one })));
  }
  return objects;
}

/** Scalars by their flattened names; one name may be there twice, by a dot and by nesting. */
function leaves(value: Json, name: readonly string[] = []): [string, Json][] {
  if (value === undefined) return [];
  if (!isObject(value)) return [[name.join('.'), value]];
  return Object.entries(value).flatMap(([inner, member]) => leaves(member, [...name, inner]));
}

function passes(test: Test, value: Json): boolean {
  const text = typeof value === 'string' ? value : undefined;
  switch (test.kind) {
    case 'equals':
      return value === test.value;
    case 'exists':
      return test.isWanted;
    case 'not':
      return test.tests.every((one) => !passes(one, value));
    case 'equalsIgnoreCase':
      return text?.toLowerCase() === test.text.toLowerCase();
    case 'prefix':
    case 'suffix': {
      const fold = (one: string): string => (test.isCaseIgnored === true ? one.toLowerCase() : one);
      if (text === undefined) return false;
      const wanted = fold(test.text);
      return test.kind === 'prefix' ? fold(text).startsWith(wanted) : fold(text).endsWith(wanted);
    }
    case 'wildcard': {
      const literal = test.pieces.map((piece) => piece.replaceAll(/[^\w]/g, String.raw`\$&`));
      return text !== undefined && new RegExp(`^${literal.join('.*')}$`, 's').test(text);
    }
    case 'range': {
      if (typeof value !== 'number') return false;
      const { low, high } = test;
      const isAbove = low === undefined || value > low.value || (low.isIncluded && value === low.value);
      return (
        isAbove && (high === undefined || value < high.value || (high.isIncluded && value === high.value))
      );
    }
    case 'cidr':
      return test.version === 4 && text !== undefined && isInIpv4Block(test, text);
  }
}

function isInIpv4Block({ address, bits }: { address: string; bits: number }, text: string): boolean {
  const binary = (ip: string): string =>
    ip.split('.').reduce((digits, part) => digits + Number(part).toString(2).padStart(8, '0'), '');
  return /^\d+\.\d+\.\d+\.\d+$/.test(text) && binary(text).startsWith(binary(address).slice(0, bits));
}

function isMatch({ any }: Matcher, document: Json): boolean {
  const possible = choices(document).map((chosen) => leaves(chosen));
  const names = new Set(possible.flat().map(([name]) => name));
  const holds = ({ path, tests }: Clause, found: [string, Json][]): boolean => {
    const name = path.join('.');
    if (!names.has(name)) return tests.some((test) => test.kind === 'exists' && !test.isWanted);
    return found.some(([at, value]) => at === name && tests.some((test) => passes(test, value)));
  };
  return any.some((clauses) => possible.some((found) => clauses.every((clause) => holds(clause, found))));
}

/** Few, so that what is asked is often there. */
const text = fc.constantFrom('', 'a', 'ab', 'aB', 'bab', '10.0.0.7', '10.9.0.7');
const scalar = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 2, arbitrary: fc.constantFrom(-1, 0, 0.5, 1) },
  { weight: 1, arbitrary: fc.constantFrom(true, false, null) },
);
const bound = fc.option(fc.record({ value: fc.constantFrom(-1, 0, 0.5, 1), isIncluded: fc.boolean() }), {
  nil: undefined,
});
const edge = fc.record({
  kind: fc.constantFrom('prefix' as const, 'suffix' as const),
  text,
  isCaseIgnored: fc.boolean(),
});
const plainTest: fc.Arbitrary<Test> = fc.oneof(
  scalar.map((value): Test => ({ kind: 'equals', value })),
  text.map((value): Test => ({ kind: 'equalsIgnoreCase', text: value })),
  edge,
  fc.array(text, { minLength: 1, maxLength: 4 }).map((pieces): Test => ({ kind: 'wildcard', pieces })),
  fc.record({ low: bound, high: bound }).map((ends): Test => ({ kind: 'range', ...ends })),
  fc.boolean().map((isWanted): Test => ({ kind: 'exists', isWanted })),
  fc
    .constantFrom(0, 8, 15, 16, 32)
    .map((bits): Test => ({ kind: 'cidr', version: 4, address: '10.0.0.7', bits })),
);
const test: fc.Arbitrary<Test> = fc.oneof(
  { weight: 4, arbitrary: plainTest },
  {
    weight: 1,
    arbitrary: fc
      .array(plainTest, { minLength: 1, maxLength: 2 })
      .map((tests): Test => ({ kind: 'not', tests })),
  },
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('x', 'y') },
  { weight: 2, arbitrary: fc.constantFrom('x.y', 'y.x') },
  { weight: 1, arbitrary: fc.constantFrom('constructor', '', 'x.', '__proto__') },
);
const matcher: fc.Arbitrary<Matcher> = fc.record({
  scope: fc.constant('body' as const),
  any: fc.array(
    fc.array(
      fc.record({
        path: fc.array(name, { minLength: 1, maxLength: 2 }),
        tests: fc.array(test, { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 4 },
    ),
    { maxLength: 2 },
  ),
});
const noNullPrototype = { noNullPrototype: true };
const { value: json } = fc.letrec<{ value: Json; object: JsonObject; list: Json[] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 2, arbitrary: scalar },
    { weight: 2, arbitrary: tie('object') },
    { weight: 2, arbitrary: tie('list') },
  ),
  object: fc.dictionary(name, tie('value'), { maxKeys: 3, ...noNullPrototype }),
  list: fc.array(tie('value'), { maxLength: 3 }),
}));
const document = fc.dictionary(name, json, { minKeys: 1, maxKeys: 4, ...noNullPrototype });

const bodyOf = (value: Json): { attributes: []; body: string } => ({
  attributes: [],
  body: JSON.stringify(value),
});

describe('matching', () => {
  it('of one matcher is what it means', () => {
    fc.assert(
      fc.property(matcher, document, (one, value) => {
        expect(matches(one, bodyOf(value))).toBe(isMatch(one, value));
      }),
      { numRuns: 3_000 },
    );
  });

  it('of many by the index is what each means', () => {
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 8 }), document, (matchers, value) => {
        const index = new MatchIndex();
        matchers.forEach((one, key) => index.put(key, one));
        const wanted = matchers.flatMap((one, key) => (isMatch(one, value) ? [key] : []));
        expect(index.match(bodyOf(value))).toEqual(wanted);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a wildcard', () => {
  it.each([
    [['ab', 'b'], 'ab', false],
    [['ab', 'b'], 'abb', true],
    [['aba', 'aba'], 'aba', false],
    [['a', 'b', 'b'], 'ab', false],
    [['a', 'ab', 'b'], 'aab', false],
    [['a', 'ab', 'b'], 'aabb', true],
    [['', 'a', ''], 'bab', true],
    [['', ''], '', true],
  ])('%j and %j: its pieces do not share a character', (pieces, value, wanted) => {
    const one: Matcher = { scope: 'body', any: [[{ path: ['x'], tests: [{ kind: 'wildcard', pieces }] }]] };
    const index = new MatchIndex();
    index.put(1, one);
    expect(matches(one, bodyOf({ x: value }))).toBe(wanted);
    expect(index.match(bodyOf({ x: value }))).toEqual(wanted ? [1] : []);
    expect(isMatch(one, { x: value })).toBe(wanted);
  });
});

describe('a document that wants to do harm', () => {
  const equals = (path: readonly string[], value: string): Clause => ({
    path,
    tests: [{ kind: 'equals', value }],
  });
  const both = (clauses: readonly Clause[], body: string): unknown[] => {
    const index = new MatchIndex();
    const one: Matcher = { scope: 'body', any: [clauses] };
    index.put(1, one);
    return [index.match({ attributes: [], body }), matches(one, { attributes: [], body })];
  };

  it('is not looked into below a fixed depth', () => {
    const nested = '['.repeat(50_000) + '"x"' + ']'.repeat(50_000);
    expect(both([equals(['a'], 'x')], `{"a":${nested}}`)).toEqual([[], false]);
    const deep = '{"a":'.repeat(50_000) + '"x"' + '}'.repeat(50_000);
    expect(
      both(
        [
          equals(
            Array.from({ length: 50_000 }, () => 'a'),
            'x',
          ),
        ],
        deep,
      ),
    ).toEqual([[], false]);
  });

  it('with arrays that hold all clauses but the last costs one way through it', () => {
    // 300 elements in each of six arrays: choosing them one after the other would not end.
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const elements = Array.from({ length: 300 }, (_, i) => ({ k: 'x', odd: i % 2 ? 'x' : 'o' }));
    const last = [
      { k: 'x', z: 'n' },
      { k: 'n', z: 'y' },
    ];
    const body = JSON.stringify({ ...Object.fromEntries(names.map((one) => [one, elements])), last });
    const clauses = names.map((one) => equals([one, 'k'], 'x'));
    const never = [...clauses, equals(['last', 'k'], 'x'), equals(['last', 'z'], 'y')];
    expect(both(never, body)).toEqual([[], false]);
    expect(both([...clauses, equals(['last', 'k'], 'x'), equals(['last', 'z'], 'n')], body)).toEqual([
      [1],
      true,
    ]);
  });

  it('costs no more for a path of many dots', () => {
    const path = Array.from({ length: 20_000 }, () => 'a').join('.');
    const body = JSON.stringify({ list: [], a: Array.from({ length: 500 }, () => ({ b: 1 })) });
    expect(both([equals([path], 'x')], body)).toEqual([[], false]);
    expect(both([equals([path], 'x')], JSON.stringify({ [path]: 'x' }))).toEqual([[1], true]);
  });
});
