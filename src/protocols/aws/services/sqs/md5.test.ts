// Goal: sums equal to those that AWS and its SDKs compute. Method: vectors recorded from the service, and an
// independent construction for everything else.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MessageAttribute } from '../../../../broker/index.ts';
import { md5OfAttributes, md5OfBody } from './md5.ts';

const text = (name: string, value: string, type = 'String'): MessageAttribute => ({ name, type, value });

test.each([
  ['235c5c510d26fb653d073faed50ae77c', [text('timestamp', '1493147359900', 'Number')]],
  ['ae7155c6026991b6d54b11589678bf9c', [text('Foo', 'Bar')]],
  [
    '4c360f3fdafd970e05fae2f149d997f5',
    [text('Help.Me', 'Me'), text('Hello', 'There'), text('General', 'Kenobi')],
  ],
  [
    '5ae4d5d7636402d80f4eb6d213245a88',
    [text('AWSTraceHeader', 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1')],
  ],
])('recorded vector %s', (expected, attributes) => {
  expect(md5OfAttributes(attributes)).toBe(expected);
});

test('the sum of a body is that of its UTF-8 bytes, as text and as bytes', () => {
  expect(md5OfBody('hello')).toBe('5d41402abc4b2a76b9719d911017c592');
  expect(md5OfBody(Buffer.from('grüße €'))).toBe(md5OfBody('grüße €'));
});

function part(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

test('any set of attributes, in any order, larger than the scratch buffer too', () => {
  const attribute = fc.record({
    name: fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/),
    type: fc.constantFrom('String', 'Number.int', 'Binary', 'String.grüße'),
    value: fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 9000 })),
  });
  const sets = fc.uniqueArray(attribute, { selector: (a) => a.name, maxLength: 10 });
  fc.assert(
    fc.property(sets, (attributes) => {
      const sum = createHash('md5');
      for (const name of attributes.map((a) => a.name).sort()) {
        const { type, value } = attributes.find((a) => a.name === name)!;
        sum.update(part(name)).update(part(type));
        sum.update(Buffer.from([typeof value === 'string' ? 1 : 2])).update(part(value));
      }
      expect(md5OfAttributes(attributes)).toBe(sum.digest('hex'));
    }),
  );
});
