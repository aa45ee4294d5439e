// Who counts as this machine.
import { expect, test } from 'vitest';
import { peerOf } from './peer.ts';

test.each([
  ['127.0.0.1', '127.0.0.1', true],
  ['127.9.9.9', '127.9.9.9', true],
  ['::1', '::1', true],
  ['::ffff:127.0.0.1', '127.0.0.1', true],
  ['::ffff:10.0.0.1', '10.0.0.1', false],
  ['10.127.0.1', '10.127.0.1', false],
  ['127.evil', '127.evil', false],
  ['fe80::1', 'fe80::1', false],
  [undefined, '', false],
])('%s', (address, remoteAddress, isLoopback) => {
  expect(peerOf(address, false)).toEqual({ remoteAddress, isLoopback, isSecure: false });
});

test('an address may be made a stranger', () => {
  expect(peerOf('127.0.0.2', false, '127.0.0.2').isLoopback).toBe(false);
  expect(peerOf('::ffff:127.0.0.2', false, '127.0.0.2').isLoopback).toBe(false);
  expect(peerOf('127.0.0.1', false, '127.0.0.2').isLoopback).toBe(true);
});
