// The one pattern that is not the model's own takes the same texts.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { enrichmentParameters } from './target-shapes.ts';
import { path } from './values.ts';

test('a header value may be what the model says', () => {
  const { pattern } = enrichmentParameters.members.HttpParameters.members.HeaderParameters.value;
  const own = new RegExp(String.raw`^(?:[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*|${path})$`);
  const letter = fc.constantFrom(' ', '\t', 'a', '$', '.', '[', '0', ']', '~', '\u007f', '\n', 'é');
  const text = fc.string({ unit: letter, maxLength: 8 });
  fc.assert(
    fc.property(text, (value) => {
      expect(pattern.test(value)).toBe(own.test(value));
    }),
    { numRuns: 2000 },
  );
});

test('it takes no time to refuse a long run of spaces', () => {
  const { pattern } = enrichmentParameters.members.HttpParameters.members.HeaderParameters.value;
  expect(pattern.test(`${' '.repeat(511)}\u007f`)).toBe(false);
});
