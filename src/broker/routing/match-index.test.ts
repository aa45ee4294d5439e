// The index against the simple evaluation, over random matchers and documents, and the cases that are easy to
// get wrong: attributes, elements of arrays, explanations.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clause, Matcher, Test } from '../matcher-types.ts';
import { MatchIndex } from './match-index.ts';
import { explain, matches } from './match-naive.ts';

const text = fc.constantFrom('', 'a', 'b', 'ab', 'aB', 'ba', 'abc', 'bc');
const scalar = fc.oneof(
  text,
  fc.constantFrom(-1, 0, 5e-324, 0.3, 1, 2, 3.5, 1e308),
  fc.boolean(),
  fc.constant(null),
);
const bound = fc.record({
  value: fc.constantFrom(-1e308, 0, 5e-324, 0.3, 1, 2, 1e308),
  isIncluded: fc.boolean(),
});

const simple: fc.Arbitrary<Test> = fc.oneof(
  scalar.map((value): Test => ({ kind: 'equals', value })),
  text.map((value): Test => ({ kind: 'equalsIgnoreCase', text: value })),
  fc.tuple(text, fc.boolean()).map(([value, isCaseIgnored]): Test => ({
    kind: 'prefix',
    text: value,
    isCaseIgnored,
  })),
  fc.tuple(text, fc.boolean()).map(([value, isCaseIgnored]): Test => ({
    kind: 'suffix',
    text: value,
    isCaseIgnored,
  })),
  fc.array(text, { minLength: 1, maxLength: 3 }).map((pieces): Test => ({ kind: 'wildcard', pieces })),
  fc
    .record({ low: fc.option(bound, { nil: undefined }), high: fc.option(bound, { nil: undefined }) })
    .map((range): Test => ({ kind: 'range', ...range })),
  fc.boolean().map((isWanted): Test => ({ kind: 'exists', isWanted })),
);
const test: fc.Arbitrary<Test> = fc.oneof(
  { weight: 4, arbitrary: simple },
  {
    weight: 1,
    arbitrary: fc
      .array(simple, { minLength: 1, maxLength: 2 })
      .map((tests): Test => ({ kind: 'not', tests })),
  },
);
const name = fc.constantFrom('x', 'y', 'z', 'x.y');
const clause: fc.Arbitrary<Clause> = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 2 }),
  tests: fc.array(test, { minLength: 1, maxLength: 3 }),
});
const matcher: fc.Arbitrary<Matcher> = fc.record({
  scope: fc.constant('body' as const),
  any: fc.array(fc.array(clause, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
});
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}));
const document = fc.dictionary(name, json, { maxKeys: 3 });

describe('the index', () => {
  it('finds exactly what the simple evaluation finds, through puts and removals', () => {
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 12 }), document, fc.integer(), (matchers, body, removed) => {
        const index = new MatchIndex();
        matchers.forEach((one, key) => index.put(key, one));
        const gone = matchers.length === 0 ? -1 : Math.abs(removed) % matchers.length;
        index.remove(gone);
        const message = { attributes: [], body: JSON.stringify(body) };
        const wanted = matchers.flatMap((one, key) => (key !== gone && matches(one, message) ? [key] : []));
        expect(index.match(message)).toEqual(wanted);
      }),
      { numRuns: 2000 },
    );
  });

  it('looks at attributes: numbers, lists, not bytes', () => {
    const index = new MatchIndex();
    const on = (key: number, path: string, only: Test): void =>
      index.put(key, { scope: 'attributes', any: [[{ path: [path], tests: [only] }]] });
    on(1, 'price', { kind: 'range', low: { value: 100, isIncluded: true } });
    on(2, 'tags', { kind: 'equals', value: 'rugby' });
    on(3, 'bytes', { kind: 'exists', isWanted: true });
    on(4, 'missing', { kind: 'exists', isWanted: false });
    on(5, 'price', { kind: 'equals', value: '301.5' });
    index.put(6, undefined);
    const found = index.match({
      body: '',
      attributes: [
        { name: 'price', type: 'Number', value: '3.015e2' },
        { name: 'tags', type: 'String.Array', value: '["soccer","rugby"]' },
        { name: 'bytes', type: 'Binary', value: new Uint8Array(1) },
      ],
    });
    expect(found).toEqual([1, 2, 4, 6]);
  });

  it('does not mix elements of an array', () => {
    const index = new MatchIndex();
    const equals = (member: string, value: string): Clause => ({
      path: ['people', member],
      tests: [{ kind: 'equals', value }],
    });
    index.put(1, { scope: 'body', any: [[equals('first', 'Anna'), equals('last', 'Jones')]] });
    const people = (...names: [string, string][]) =>
      JSON.stringify({ people: names.map(([first, last]) => ({ first, last })) });
    const match = (body: string) => index.match({ attributes: [], body });
    expect(match(people(['Anna', 'Smith'], ['Bob', 'Jones']))).toEqual([]);
    expect(match(people(['Anna', 'Smith'], ['Anna', 'Jones']))).toEqual([1]);
  });

  it('is explained clause by clause', () => {
    const equals = (path: string[], value: string): Clause => ({ path, tests: [{ kind: 'equals', value }] });
    const rule: Matcher = { scope: 'body', any: [[equals(['a'], '1'), equals(['b', 'c'], '2')]] };
    expect(explain(rule, { attributes: [], body: '{"a":"1","b":{"c":"3"}}' })).toEqual([
      [
        { path: ['a'], seen: ['1'], holds: true },
        { path: ['b', 'c'], seen: ['3'], holds: false },
      ],
    ]);
  });
});
