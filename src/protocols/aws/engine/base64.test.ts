// Base64 is read as strictly as AWS reads it.
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { decodeBase64, encodeBase64 } from './base64.ts';

test('bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(new Uint8Array(decodeBase64(encodeBase64(bytes))!)).toEqual(bytes);
    }),
  );
});

test.each(['a', 'ab', 'abc', 'ab=', 'a===', 'ab d', 'ab\n=', 'YR==', 'a-_b', 'YQ==YQ=='])(
  '%j is refused',
  (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  },
);
