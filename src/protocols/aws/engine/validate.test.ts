// Bounds of shapes, and the framework's words for what breaks them.
import { expect, test } from 'vitest';
import { planShape } from './plan.ts';
import { Problems } from './problems.ts';
import { blob, int, list, map, str, struct, structMember } from './shapes.ts';
import { validate } from './validate.ts';
import { validationMessage } from './validation-message.ts';

const plan = planShape(
  struct({
    StreamName: str({ isRequired: true, min: 1, max: 5, pattern: /^[a-z]+$/ }),
    Mode: str({ enum: ['A', 'B'] }),
    Limit: int({ min: 1, max: 10 }),
    Data: blob({ max: 2 }),
    Records: list(struct({ Key: str({ isRequired: true, max: 3 }) }), { min: 1, max: 2 }),
    Tags: map(str({ min: 1, max: 2 }), { max: 2, keys: str({ min: 1, max: 4 }) }),
    TagKeys: list(str({ min: 1, max: 3 })),
    Metrics: list(str({ enum: ['A', 'B'] })),
    Digest: blob({ min: 2 }),
    Arn: str({ pattern: /^arn:stream\/\S+$/ }),
    HashKey: str({ pattern: /^(?:0|[1-9][0-9]*)$/ }),
    Entries: list(structMember({ Id: str() }, { printedAs: 'com.example.Entry@1' }), { max: 1 }),
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

test('a text far beyond its bound is not held against its pattern', () => {
  // Some patterns of the models take minutes for a megabyte; that it is too long is enough to say.
  const slow = planShape(struct({ Text: str({ max: 256, pattern: /^.*(?=[a-z]+)((?!aws\.).*)$/ }) }));
  const problems = new Problems();
  validate(slow, { Text: `${'a'.repeat(1_000_000)}\n` }, problems);
  expect(problems.failures.map(({ constraint }) => constraint)).toEqual(['max']);
});

const named = { StreamName: 'abc' };
test.each([
  [{}, "Value null at 'streamName': Member must not be null"],
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
    { ...named, Tags: { long: 'abc', ok: 'b' } },
    "Value '{long=abc, ok=b}' at 'tags': Map value must satisfy constraint: " +
      '[Member must have length less than or equal to 2, Member must have length greater than or equal to 1]',
  ],
  [
    { ...named, Tags: { ['']: 'b' } },
    "Value '{=b}' at 'tags': Map keys must satisfy constraint: " +
      '[Member must have length less than or equal to 4, Member must have length greater than or equal to 1]',
  ],
  [
    { ...named, Tags: { a: 'a', b: 'b', c: 'c' } },
    "Value '{a=a, b=b, c=c}' at 'tags': Member must have length less than or equal to 2",
  ],
  [
    { ...named, TagKeys: ['a', '', 'abcd'] },
    "Value '[a, , abcd]' at 'tagKeys': Member must satisfy constraint: " +
      '[Member must have length less than or equal to 3, Member must have length greater than or equal to 1]',
  ],
  [
    { ...named, Metrics: ['A', 'C'] },
    "Value '[A, C]' at 'metrics': Member must satisfy constraint: " +
      '[Member must satisfy enum value set: [A, B]]',
  ],
  [
    { ...named, Digest: Buffer.alloc(1) },
    "Value 'java.nio.HeapByteBuffer[pos=0 lim=1 cap=1]' at 'digest': " +
      'Member must have length greater than or equal to 2',
  ],
  [
    { ...named, Arn: 'x' },
    "Value 'x' at 'arn': Member must satisfy regular expression pattern: arn:stream/\\S+",
  ],
  [
    { ...named, HashKey: '01' },
    "Value '01' at 'hashKey': Member must satisfy regular expression pattern: 0|[1-9][0-9]*",
  ],
  [
    { ...named, Entries: [{ Id: '1' }, { Id: '2' }] },
    "Value '[com.example.Entry@1, com.example.Entry@1]' at 'entries': " +
      'Member must have length less than or equal to 1',
  ],
])('%j is refused', (value, text) => {
  const failures = check(value);
  expect(validationMessage(failures)).toBe(
    `1 validation error detected: ${text.replace(/': /, "' failed to satisfy constraint: ")}`,
  );
});

test('a value is listed for each bound that it breaks', () => {
  expect(validationMessage(check({ StreamName: '' }))).toBe(
    "2 validation errors detected: Value '' at 'streamName' failed to satisfy constraint: " +
      "Member must satisfy regular expression pattern: [a-z]+; Value '' at 'streamName' failed to satisfy " +
      'constraint: Member must have length greater than or equal to 1',
  );
});

test('a hostile value is not repeated whole', () => {
  const keys = Array.from({ length: 100_000 }, () => 'x'.repeat(10));
  expect(validationMessage(check({ StreamName: 'x'.repeat(1_000_000) })).length).toBeLessThan(70_000);
  expect(validationMessage(check({ ...named, TagKeys: keys })).length).toBeLessThan(70_000);
});

test('several failures are counted, and never more than ten', () => {
  expect(validationMessage(check({ Limit: 0 }))).toMatch(
    /^2 validation errors detected: Value null .*; Value '0'/,
  );
  const records = Array.from({ length: 50 }, () => ({}));
  expect(check({ ...named, Records: records })).toHaveLength(10);
});
