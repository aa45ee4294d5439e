// Which binds are refused before anything is opened.
import { expect, test } from 'vitest';
import { bindProblems, isLoopbackHost } from './bind-rules.ts';
import { type Environment, loadConfig } from './config.ts';

async function problems(args: readonly string[], environment: Environment = {}): Promise<string> {
  const config = await loadConfig(args, environment, '/nonexistent');
  if (!config.ok) throw new Error(config.error.join('\n'));
  return bindProblems(config.value).join('\n');
}

const rootUser = { CAUDAL_ROOT_KEY_ID: 'id', CAUDAL_ROOT_SECRET: 'secret' };

test.each([
  '127.0.0.1',
  '127.0.0.2',
  '127.255.255.254',
  '::1',
  '[::1]',
  'localhost',
  'sqs.localhost',
  '::ffff:127.0.0.1',
])('%s is this machine', (host) => expect(isLoopbackHost(host)).toBe(true));

test.each([
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '128.0.0.1',
  'example.org',
  '127.0.0.1.example.org',
  'localhost.example.org',
  '',
])('%s is not', (host) => expect(isLoopbackHost(host)).toBe(false));

test('an open bind without users is refused, with the lines to add', async () => {
  const lines = await problems(['--bind', '0.0.0.0']);
  expect(lines).toContain('users:\n  root:\n    keys:\n      - { id: YOUR-KEY-ID, secret: YOUR-SECRET }');
  expect(lines).toContain('CAUDAL_ROOT_KEY_ID');
});

test('with a user it is accepted; on loopback nobody is needed', async () => {
  expect(await problems(['--bind', '0.0.0.0'], rootUser)).toBe('');
  expect(await problems(['--bind', '127.0.0.1'])).toBe('');
});

test('unsigned requests are for loopback only, users or not', async () => {
  expect(await problems(['--bind', '0.0.0.0', '--auth', 'none'], rootUser)).toContain('--auth none');
  expect(await problems(['--bind', '127.0.0.1', '--auth', 'none'])).toBe('');
});

test('TLS needs certificate and key', async () => {
  expect(await problems(['--https-port', '0'])).toContain('--tls-cert');
  expect(await problems(['--https-port', '0', '--tls-cert', 'a', '--tls-key', 'b'])).toBe('');
});
