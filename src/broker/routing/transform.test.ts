// What a target gets of a body, form by form. The protocols' own syntaxes are tested where they are compiled.
import { expect, test } from 'vitest';
import fc from 'fast-check';
import type { TemplatePart, ValueForm } from '../transform-types.ts';
import { applyTransform } from './transform.ts';

const body = '{"s":"say \\"hi\\"\\n","n":1.50,"o":{"k":"a\\"b\\\\"},"l":["x",true],"z":null}';

function value(form: ValueForm, ...path: (string | number)[]): TemplatePart {
  return { kind: 'value', path, form, missing: form === 'json' ? '""' : '' };
}

function fill(...parts: TemplatePart[]): string {
  return applyTransform({ kind: 'template', parts }, body, { time: 'a "time"' });
}

test('a constant and a path', () => {
  expect(applyTransform({ kind: 'constant', text: '{"x":1}' }, body, {})).toBe('{"x":1}');
  expect(applyTransform({ kind: 'path', path: ['n'] }, body, {})).toBe('1.50');
  expect(applyTransform({ kind: 'path', path: [] }, body, {})).toBe(body);
  expect(applyTransform({ kind: 'path', path: ['none'] }, body, {})).toBe('null');
  expect(applyTransform({ kind: 'path', path: ['none'] }, 'no JSON', {})).toBe('null');
});

test('values as JSON are copied as they were written', () => {
  expect(fill(value('json', 's'))).toBe('"say \\"hi\\"\\n"');
  expect(fill(value('json', 'o'), { kind: 'text', text: ',' }, value('json', 'n'))).toBe(
    '{"k":"a\\"b\\\\"},1.50',
  );
  expect(fill(value('json', 'none'))).toBe('""');
});

test('inside of a string: characters stay escaped, documents lose their quotes', () => {
  expect(fill(value('quoted', 's'))).toBe('say \\"hi\\"\\n');
  expect(fill(value('quoted', 'l'))).toBe('[x,true]');
  expect(fill(value('quoted', 'o'))).toBe('{k:ab\\\\}');
  expect(fill(value('quoted', 'z'), value('quoted', 'none'))).toBe('null');
});

test('outside of JSON: characters as they are', () => {
  expect(fill(value('plain', 's'))).toBe('say "hi"\n');
  expect(fill(value('plain', 'l'), value('plain', 'n'))).toBe('[x,true]1.50');
});

test('facts take the same forms, and one that is not given is missing', () => {
  const time = (form: ValueForm): TemplatePart => ({ kind: 'fact', fact: 'time', form, missing: '-' });
  expect(fill(time('json'))).toBe('"a \\"time\\""');
  expect(fill(time('quoted'))).toBe('a \\"time\\"');
  expect(fill(time('plain'))).toBe('a "time"');
  expect(fill({ kind: 'fact', fact: 'toString', form: 'plain', missing: '-' })).toBe('-');
});

test('any value in a string or as JSON leaves the template well-formed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (document) => {
      const parts: TemplatePart[] = [
        { kind: 'text', text: '{"a":' },
        value('json', 'v'),
        { kind: 'text', text: ',"b":"<' },
        value('quoted', 'v'),
        { kind: 'text', text: '>"}' },
      ];
      const text = JSON.stringify({ v: document });
      const filled = applyTransform({ kind: 'template', parts }, text, {});
      const parsed = JSON.parse(filled) as { a: unknown; b: string };
      expect(parsed.a).toStrictEqual(JSON.parse(text).v);
      const isText = typeof document === 'string';
      expect(isText ? parsed.b : parsed.b.includes('"')).toBe(isText ? `<${document}>` : false);
    }),
  );
});

test('documents that are held in strings are opened before values are looked up', () => {
  const opens = [
    { member: 'body', encoding: 'text' },
    { member: 'data', encoding: 'base64' },
  ] as const;
  const open = (text: string, ...path: string[]): string =>
    applyTransform({ kind: 'template', parts: [value('json', ...path)], opens }, text, {});
  expect(open('{"body":"{\\"x\\":1}"}', 'body', 'x')).toBe('1');
  expect(open('{"body":"{\\"x\\":1}","n":2}')).toBe('{"body":{"x":1},"n":2}');
  expect(open('{"body":"12"}', 'body')).toBe('"12"');
  expect(open('{"body":"{x}"}', 'body')).toBe('"{x}"');
  const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
  expect(open(`{"data":"${base64('{"x":[1]}')}"}`, 'data', 'x')).toBe('[1]');
  expect(open(`{"data":"${base64('text')}"}`, 'data')).toBe('"text"');
  expect(open('{"data":"/w=="}', 'data')).toBe('"/w=="');
});
