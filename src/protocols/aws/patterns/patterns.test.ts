// Event patterns and filter policies: what they let through, and what is said of those that cannot be. Texts
// are those of the services.
import { describe, expect, it } from 'vitest';
import { matches } from '../../../broker/index.ts';
import { compileEventPattern, compileFilters } from './event-pattern.ts';
import { compileFilterPolicy } from './filter-policy.ts';

const holds = (pattern: object, event: object): boolean =>
  matches(compileEventPattern(JSON.stringify(pattern)), { attributes: [], body: JSON.stringify(event) });

const event = {
  source: 'shop',
  'detail-type': 'order',
  detail: { amount: 300, ip: '10.1.2.3', name: 'Anna', path: 'a/b/c.png', tags: ['x', 'y'], gone: null },
};

describe('event patterns', () => {
  it.each([
    [{ source: ['shop'] }, true],
    [{ source: ['other', 'shop'], 'detail-type': ['order'] }, true],
    [{ source: ['shop'], detail: { name: ['Bob'] } }, false],
    [{ detail: { amount: [300.0] } }, true],
    [{ detail: { amount: ['300'] } }, false],
    [{ detail: { amount: [{ numeric: ['>', 100, '<=', 300] }] } }, true],
    [{ detail: { amount: [{ numeric: ['=', 3e2] }] } }, true],
    [{ detail: { amount: [{ numeric: ['<', 300] }] } }, false],
    [{ detail: { name: [{ prefix: 'An' }] } }, true],
    [{ detail: { name: [{ prefix: { 'equals-ignore-case': 'aN' } }] } }, true],
    [{ detail: { name: [{ 'equals-ignore-case': 'ANNA' }] } }, true],
    [{ detail: { path: [{ suffix: '.png' }] } }, true],
    [{ detail: { path: [{ wildcard: 'a/*.png' }] } }, true],
    [{ detail: { path: [{ wildcard: 'b*' }] } }, false],
    [{ detail: { ip: [{ cidr: '10.0.0.0/8' }] } }, true],
    [{ detail: { ip: [{ cidr: '10.2.0.0/16' }] } }, false],
    [{ detail: { name: [{ 'anything-but': ['Bob', 'Eve'] }] } }, true],
    [{ detail: { name: [{ 'anything-but': { prefix: 'A' } }] } }, false],
    [{ detail: { missing: [{ 'anything-but': 'x' }] } }, false],
    [{ detail: { missing: [{ exists: false }] } }, true],
    [{ detail: { gone: [null] } }, true],
    [{ detail: { tags: ['y'] } }, true],
    [{ $or: [{ source: ['no'] }, { detail: { amount: [300] } }] }, true],
    [{ source: ['shop'], $or: [{ source: ['no'] }, { 'detail-type': ['no'] }] }, false],
  ])('%j is %s', (pattern, wanted) => {
    expect(holds(pattern, event)).toBe(wanted);
  });

  it.each([
    ['[]', 'Filter is not an object'],
    ['{"a":"b"}', '"a" must be an object or an array'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['{"a":{}}', 'Empty objects are not allowed'],
    ['{"a":[{"what":1}]}', 'Unrecognized match type what'],
    ['{"a":[[1]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed in match expression'],
    ['{"a":[{"numeric":[">",5,"<",1]}]}', 'Bottom must be less than top'],
    ['{"a":[{"numeric":5}]}', 'Value of numeric must be an array.'],
    ['{"a":[{"anything-but":["x",1]}]}', 'Inside anything but list, either all values'],
    ['{"a":[{"wildcard":"a**b"}]}', 'Consecutive wildcard characters'],
  ])('%s is refused', (text, reason) => {
    expect(() => compileEventPattern(text)).toThrow(`Event pattern is not valid. Reason: ${reason}`);
  });

  it('several filters are alternatives', () => {
    const matcher = compileFilters(['{"body":{"a":[1]}}', '{"body":{"a":[2]}}']);
    const body = (a: number) => ({ attributes: [], body: JSON.stringify({ body: { a } }) });
    expect([1, 2, 3].map((a) => matches(matcher, body(a)))).toEqual([true, true, false]);
  });
});

describe('filter policies', () => {
  const attribute = (name: string, type: string, value: string) => ({ name, type, value });

  it('of attributes', () => {
    const matcher = compileFilterPolicy(
      '{"store":["a","b"],"price":[{"numeric":[">=",100]}]}',
      'MessageAttributes',
    )!;
    const message = (store: string, price: string) => ({
      body: '',
      attributes: [attribute('store', 'String', store), attribute('price', 'Number', price)],
    });
    expect(matches(matcher, message('a', '100'))).toBe(true);
    expect(matches(matcher, message('a', '99.9'))).toBe(false);
    expect(matches(matcher, message('c', '100'))).toBe(false);
    expect(matches(matcher, { body: '', attributes: [] })).toBe(false);
  });

  it('that say nothing let everything through', () => {
    expect(compileFilterPolicy('{}', 'MessageBody')).toBeUndefined();
    expect(compileFilterPolicy('', 'MessageAttributes')).toBeUndefined();
  });

  it.each([
    [
      'MessageAttributes',
      '{"a":{"b":["c"]}}',
      'Filter policy scope MessageAttributes does not support nested',
    ],
    [
      'MessageAttributes',
      '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}',
      'more than 5 keys',
    ],
    ['MessageAttributes', '{"a":"b"}', 'FilterPolicy: "a" must be an object or an array'],
    ['MessageAttributes', '{"a":', 'FilterPolicy: failed to parse JSON.'],
    ['MessageAttributes', '{"a":[{"numeric":["=",1e10]}]}', 'FilterPolicy: Value must be between'],
    ['MessageAttributes', '{"a":[{"cidr":"10.0.0.0"}]}', "FilterPolicy: Malformed CIDR, one '/' required"],
    [
      'MessageBody',
      `{"a":{"b":{"c":[${Array.from({ length: 60 }, (_, i) => i).join()}]}}}`,
      'FilterPolicy: Filter policy is too complex',
    ],
  ] as const)('%s: %s', (scope, text, reason) => {
    expect(() => compileFilterPolicy(text, scope)).toThrow(reason);
  });
});
