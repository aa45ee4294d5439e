// `caudal stream` at a prompt against a real daemon.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliResult, type Daemon, runCaudal, startDaemon } from '../support/daemon.ts';

let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.stop());
const caudal = (...args: string[]): Promise<CliResult> =>
  runCaudal(['stream', ...args], { env: { CAUDAL_ADMIN_URL: daemon.adminEndpoint } });

test('create, put, peek, reshard, ls, delete', async () => {
  expect(await caudal('create', 'clicks', '--retention-hours', '48')).toEqual({
    code: 0,
    stdout: 'clicks created\n',
    stderr: '',
  });
  expect((await caudal('put', 'clicks', 'user', 'hello')).stdout).toBe('shard 0 sequence 1\n');
  expect((await caudal('put', 'clicks', 'user', 'AP8=', '--base64')).code).toBe(0);
  const split = await caudal('split', 'clicks', '0', '--at', '1000');
  expect(split.stdout).toMatch(/^ +0 +closed +-[^]*\n +1 +open +0 +0{32} +0{29}3e7 +0\n +2 +open +0 /m);
  expect((await caudal('merge', 'clicks', '2', '1')).stdout).toMatch(/^ +3 +open +1 2 +0{32} +f{32} +0$/m);
  expect((await caudal('resize', 'clicks', '2')).stdout).toMatch(/^ +5 +open +3 +80{31} +f{32} +0$/m);
  const { stdout } = await caudal('peek', 'clicks');
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { shard: 0, sequence: 1, key: 'user', data: 'hello' },
    { shard: 0, sequence: 2, data: 'AP8=', encoding: 'base64' },
  ]);
  expect((await caudal('peek', 'clicks', '--shard', '0', '--from', '2', '--count', '1')).stdout).toContain(
    'AP8=',
  );
  expect((await caudal('ls', 'cli')).stdout).toMatch(/^clicks +0{12} +us-east-1 +2 +48 +2 +\d+ +\d+$/m);
  expect((await caudal('delete', '000000000000/us-east-1/clicks')).code).toBe(0);
  expect((await caudal('ls')).stdout.trim().split('\n')).toHaveLength(1);
});

test('groups are listed, shown and deleted', async () => {
  await caudal('create', 'shared');
  await caudal('put', 'shared', 'k', 'x');
  const join = `${daemon.adminEndpoint}/v1/streams/000000000000/us-east-1/shared/groups/team/join`;
  const headers = { authorization: 'Bearer test:test' };
  await fetch(join, {
    method: 'POST',
    headers,
    body: '{"member":"ann"}',
    signal: AbortSignal.timeout(10_000),
  });
  expect((await caudal('groups', 'shared')).stdout).toMatch(/^team +1 +1 +0 +1$/m);
  expect((await caudal('groups', 'shared', 'team')).stdout).toMatch(/^ +0 +ann +held +1 +1$/m);
  expect((await caudal('groups', 'shared', 'team', '--delete')).stdout).toBe('team deleted\n');
  expect((await caudal('groups', 'shared')).stdout.trim().split('\n')).toHaveLength(1);
});

test.each([
  [['lss'], 2, '(did you mean ls?)'],
  [['put', 'x', 'key'], 2, 'usage: caudal stream put NAME KEY DATA'],
  [['resize', 'x', 'many'], 1, "COUNT: 'many' is not a number"],
  [['peek', 'nothing'], 1, 'there is no stream nothing'],
  [['create', 'a/b'], 1, "'a/b' is neither NAME nor ACCOUNT/REGION/NAME"],
] as const)('%j is refused clearly', async (args, code, said) => {
  const result = await caudal(...args);
  expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(said)]);
});
