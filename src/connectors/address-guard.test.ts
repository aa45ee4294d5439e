// Addresses: what a URL of a client must not reach, in each of its disguises.
import { expect, it } from 'vitest';
import { AddressGuard, loopbackRanges } from './address-guard.ts';

function guard(...entries: string[]): AddressGuard {
  const parsed = AddressGuard.parse(entries);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

it.each([
  '127.0.0.1',
  '127.255.0.9',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.1.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'fd00:ec2::254',
  'fe80::1',
  'ff02::1',
  'localhost',
  '',
])('refuses %s', (address) => {
  expect(guard().isAllowed(address)).toBe(false);
});

it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
  'allows %s',
  (address) => {
    expect(guard().isAllowed(address)).toBe(true);
  },
);

it('allows what is listed, and no more', () => {
  const some = guard('10.1.0.0/16', 'fd00::/8', '192.168.0.7');
  expect(['10.1.2.3', 'fd12::1', '192.168.0.7'].map((each) => some.isAllowed(each))).toEqual([
    true,
    true,
    true,
  ]);
  expect(['10.2.0.1', 'fc00::1', '192.168.0.8'].map((each) => some.isAllowed(each))).toEqual([
    false,
    false,
    false,
  ]);
  expect(guard(...loopbackRanges).isAllowed('::ffff:127.0.0.1')).toBe(true);
});

it.each([
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://[::1]:80/',
  'http://017700000001/',
])('judges a literal address by what it means: %s', (url) => {
  expect(guard().refusalOf(new URL(url))?.message).toContain('private or special address');
});

it('lets a listed host and port be what it is', () => {
  const hosts = guard('localhost:9000', '[::1]:9000', '10.0.0.1');
  expect(hosts.refusalOf(new URL('http://[::1]:9000/x'))).toBeUndefined();
  expect(hosts.refusalOf(new URL('http://[::1]:9001/x'))).toBeDefined();
  expect(hosts.refusalOf(new URL('http://10.0.0.1/'))).toBeUndefined();
});

it('answers what is looked up without what is refused', async () => {
  const look = (allow: string[], url: string): Promise<unknown> =>
    new Promise((resolve) => {
      const each = guard(...allow);
      each.lookupFor(new URL(url))(new URL(url).hostname, { all: true }, (error, found) =>
        resolve(error === null ? found : error.name),
      );
    });
  expect(await look([], 'http://localhost:9000/')).toBe('AddressRefused');
  expect(await look(['localhost:9000'], 'http://localhost:9000/')).not.toBe('AddressRefused');
  expect(await look(['localhost:9000'], 'http://localhost:9001/')).toBe('AddressRefused');
});

it.each(['10.0.0.0/33', 'a b', '10.0.0.0/8/8', 'host:port', 'http://host/', ''])(
  'refuses the entry %j',
  (entry) => {
    expect(AddressGuard.parse([entry])).toEqual({ ok: false, error: expect.stringContaining(`'${entry}'`) });
  },
);
