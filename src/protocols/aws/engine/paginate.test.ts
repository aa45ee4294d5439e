// Paging tokens are good for the listing they were made for.
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { Paging } from './paginate.ts';

const paging = new Paging(new Uint8Array(32));
const scope = { operation: 'ListQueues', account: '111111111111', parameters: 'prefix' };

test('the position comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (position) => {
      expect(paging.open(scope, paging.seal(scope, position))).toBe(position);
    }),
  );
});

test('not for another listing, caller, parameter or daemon', () => {
  const token = paging.seal(scope, 'orders');
  expect(paging.open({ ...scope, operation: 'ListTopics' }, token)).toBeUndefined();
  expect(paging.open({ ...scope, account: '222222222222' }, token)).toBeUndefined();
  expect(paging.open({ ...scope, parameters: '' }, token)).toBeUndefined();
  expect(new Paging(new Uint8Array(32).fill(1)).open(scope, token)).toBeUndefined();
});

test('not for junk', () => {
  fc.assert(
    fc.property(fc.string(), (token) => {
      expect(paging.open(scope, token)).toBeUndefined();
    }),
  );
});
