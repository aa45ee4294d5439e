// Bounds of shapes, and the framework's words for what breaks them.
import { expect, test } from 'vitest';
import { planShape } from './plan.ts';
import { Problems } from './problems.ts';
import { blob, int, list, map, str, struct } from './shapes.ts';
import { validate } from './validate.ts';
import { validationMessage } from './validation-message.ts';

const plan = planShape(
  struct({
    StreamName: str({ isRequired: true, min: 1, max: 5, pattern: /^[a-z]+$/ }),
    Mode: str({ enum: ['A', 'B'] }),
    Limit: int({ min: 1, max: 10 }),
    Data: blob({ max: 2 }),
    Records: list(struct({ Key: str({ isRequired: true, max: 3 }) }), { min: 1, max: 2 }),
    Tags: map(str({ max: 2 })),
  }),
);

function check(value: object) {
  const problems = new Problems();
  validate(plan, value, problems);
  return problems.failures;
}

test('what keeps its bounds passes', () => {
  const value = {
    StreamName: 'abc',
    Mode: 'A',
    Limit: 10,
    Data: Buffer.alloc(2),
    Records: [{ Key: 'k' }],
    Tags: { a: 'b' },
  };
  expect(check(value)).toEqual([]);
});

const named = { StreamName: 'abc' };
test.each([
  [{}, "Value null at 'streamName': Member must not be null"],
  [{ StreamName: '' }, "Value '' at 'streamName': Member must have length greater than or equal to 1"],
  [
    { StreamName: 'abcdef' },
    "Value 'abcdef' at 'streamName': Member must have length less than or equal to 5",
  ],
  [{ StreamName: 'A' }, "Value 'A' at 'streamName': Member must satisfy regular expression pattern: [a-z]+"],
  [{ ...named, Mode: 'C' }, "Value 'C' at 'mode': Member must satisfy enum value set: [A, B]"],
  [{ ...named, Limit: 0 }, "Value '0' at 'limit': Member must have value greater than or equal to 1"],
  [{ ...named, Limit: 11 }, "Value '11' at 'limit': Member must have value less than or equal to 10"],
  [
    { ...named, Data: Buffer.alloc(3) },
    "Value 'java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]' at 'data': " +
      'Member must have length less than or equal to 2',
  ],
  [{ ...named, Records: [] }, "Value '[]' at 'records': Member must have length greater than or equal to 1"],
  [
    { ...named, Records: [{ Key: 'k' }, {}] },
    "Value null at 'records.2.member.key': Member must not be null",
  ],
  [
    { ...named, Tags: { long: 'abc' } },
    "Value 'abc' at 'tags.long.member': Member must have length less than or equal to 2",
  ],
])('%j is refused', (value, text) => {
  const failures = check(value);
  expect(validationMessage(failures)).toBe(
    `1 validation error detected: ${text.replace(/': /, "' failed to satisfy constraint: ")}`,
  );
});

test('several failures are counted, and never more than ten', () => {
  expect(validationMessage(check({ Limit: 0 }))).toMatch(
    /^2 validation errors detected: Value null .*; Value '0'/,
  );
  const records = Array.from({ length: 50 }, () => ({}));
  expect(check({ ...named, Records: records })).toHaveLength(10);
});
