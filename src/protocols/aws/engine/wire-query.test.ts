// Form parameters by shapes, and the XML that goes back. JSON of the same tree has its recorded oddities.
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { AwsError } from './errors.ts';
import { parseForm } from './form.ts';
import { planShape } from './plan.ts';
import { Problems } from './problems.ts';
import { queryJsonMembers } from './query-json.ts';
import { blob, bool, int, list, map, str, struct, structMember, timestamp } from './shapes.ts';
import { readForm } from './wire-query.ts';
import { escapeXml, xmlMembers } from './xml.ts';

const plan = planShape(
  struct({
    Text: str(),
    Count: int(),
    Flag: bool(),
    Data: blob(),
    At: timestamp(),
    AttributeNames: list(str(), { isFlat: true, queryName: 'AttributeName' }),
    Attributes: map(str(), { isFlat: true, queryName: 'Attribute', keyName: 'Name', valueName: 'Value' }),
    TagKeys: list(str()),
    Settings: map(str()),
    Entries: list(struct({ Id: str(), Values: list(str(), { isFlat: true, queryName: 'Value' }) }), {
      isFlat: true,
      queryName: 'Entry',
    }),
    Inner: structMember({ A: str() }, {}),
  }),
);

function read(text: string) {
  const problems = new Problems();
  return { input: readForm(plan, parseForm(text), problems), failures: problems.failures };
}

/** What reading gives; an AwsError counts as an answer, any other error fails the test. */
function outcome<T>(read: () => T): T | AwsError {
  try {
    return read();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

describe('input', () => {
  test.each([
    ['Text=a%20b+c%2Bd%C3%A9', { Text: 'a b c+dé' }],
    ['Text=', { Text: '' }],
    ['Text', { Text: '' }],
    ['Text=a&Text=b', { Text: 'b' }],
    ['Count=7&Flag=TRUE&At=2023-11-14T22:13:20Z', { Count: 7, Flag: true, At: 1_700_000_000_000 }],
    ['Data=AQI%3D', { Data: Buffer.from([1, 2]) }],
    ['AttributeName.2=b&AttributeName.1=a&AttributeName.10=c', { AttributeNames: ['a', 'b', 'c'] }],
    ['AttributeNames.1=a', { AttributeNames: ['a'] }],
    ['AttributeName=', { AttributeNames: [] }],
    ['Attribute.1.Name=k&Attribute.1.Value=v&Attribute.2.Name=lost', { Attributes: { k: 'v' } }],
    ['TagKeys.member.1=a&TagKeys.member.2=b', { TagKeys: ['a', 'b'] }],
    ['Settings.entry.1.key=a&Settings.entry.1.value=b', { Settings: { a: 'b' } }],
    [
      'Entry.1.Id=x&Entry.1.Value.1=p&Entry.1.Value.2=q&Entry.3.Id=y',
      { Entries: [{ Id: 'x', Values: ['p', 'q'] }, { Id: 'y' }] },
    ],
    ['Inner.A=1', { Inner: { A: '1' } }],
    ['Other=1&Text.Sub=2&&=3', {}],
    [
      'Attribute.1.Name=__proto__&Attribute.1.Value=v',
      { Attributes: JSON.parse('{"__proto__":"v"}') as object },
    ],
  ])('%s', (text, expected) => {
    const { input, failures } = read(text);
    expect(failures).toEqual([]);
    expect(JSON.stringify(input)).toBe(JSON.stringify(expected));
  });

  test.each(['Count=x', 'Count=', 'Flag=maybe', 'Data=%21', 'At=soon', 'Entry.1.Id=a&Count=1e'])(
    '%s has a wrong type',
    (text) => {
      expect(read(text).failures).toMatchObject([{ constraint: 'type' }]);
    },
  );

  test.each(['Text=%zz', 'Text=%ff', `${'a.'.repeat(20)}a=1`, 'a=1&'.repeat(10_001)])(
    'a malformed form is refused',
    (text) => {
      expect(() => read(text)).toThrow(/^The query string is malformed/);
    },
  );

  test('can be anything: only an AwsError ever comes out of it', () => {
    const name = fc.constantFrom(
      'Text',
      'Entry',
      'Attribute',
      'Value',
      'Name',
      'member',
      'entry',
      '1',
      '-1',
      '1e9',
      '',
    );
    const field = fc
      .tuple(fc.array(name, { maxLength: 6 }), fc.string())
      .map(([path, value]) => `${path.join('.')}=${value}`);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(field).map((fields) => fields.join('&')),
        ),
        (text) => {
          expect(outcome(() => read(text))).toBeDefined();
        },
      ),
      { numRuns: 500 },
    );
  });

  test('reads back any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(read(`Text=${encodeURIComponent(text)}`).input).toEqual({ Text: text });
      }),
    );
  });
});

describe('output', () => {
  const output = {
    Text: 'a<b>&"c"\r\nd',
    Flag: false,
    Data: Buffer.from([1, 2]),
    At: 1_700_000_000_123,
    AttributeNames: ['a', 'b'],
    Attributes: { k: 'v&' },
    TagKeys: ['x'],
    Settings: {},
    Entries: [{ Id: '1', Values: [] }],
  };

  test('is XML in the order of the model', () => {
    expect(xmlMembers(plan, output)).toBe(
      '<Text>a&lt;b&gt;&amp;&quot;c&quot;&#xD;\nd</Text><Flag>false</Flag><Data>AQI=</Data>' +
        '<At>2023-11-14T22:13:20.123Z</At><AttributeName>a</AttributeName><AttributeName>b</AttributeName>' +
        '<Attribute><Name>k</Name><Value>v&amp;</Value></Attribute><TagKeys><member>x</member></TagKeys>' +
        '<Settings/><Entry><Id>1</Id></Entry>',
    );
  });

  test('is JSON with lower-case lists and nulls for what is absent', () => {
    expect(queryJsonMembers(plan, output)).toEqual({
      Text: output.Text,
      Count: null,
      Flag: false,
      Data: 'AQI=',
      At: '2023-11-14T22:13:20.123Z',
      attributeNames: ['a', 'b'],
      Attributes: [{ Name: 'k', Value: 'v&' }],
      TagKeys: ['x'],
      Settings: [],
      entries: [{ Id: '1', values: [] }],
      Inner: null,
    });
  });

  test('stays XML when text holds what XML cannot', () => {
    expect(escapeXml('a\u0000b\u001fc\t\n')).toBe('a\u{fffd}b\u{fffd}c\t\n');
  });

  test('escapes nothing that needs no escape', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = escapeXml(text);
        expect(escaped).not.toMatch(/[<>"\r]/);
        const back = escaped
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&quot;', '"')
          .replaceAll('&#xD;', '\r')
          .replaceAll('&amp;', '&');
        expect(back).toBe(text);
      }),
    );
  });
});
