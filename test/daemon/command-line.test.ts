// The commands that need no daemon, and those that talk to one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, type Daemon, runCaudal, startDaemon } from '../support/daemon.ts';

const workDir = mkdtempSync(join(tmpdir(), 'caudal-cli-'));
afterAll(() => rmSync(workDir, { recursive: true, force: true }));

describe('without a daemon', () => {
  test('env prints lines for eval', async () => {
    const { code, stdout } = await runCaudal(['env']);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'export AWS_ENDPOINT_URL=http://127.0.0.1:4566',
        'export AWS_ACCESS_KEY_ID=test',
        'export AWS_SECRET_ACCESS_KEY=test',
        'export AWS_DEFAULT_REGION=us-east-1',
        'export AWS_REGION=us-east-1',
      ]),
    );
    const other = await runCaudal(['env', '--region', 'eu-west-1'], { env: { CAUDAL_HTTP_PORT: '4000' } });
    expect(other.stdout).toContain('http://127.0.0.1:4000\n');
    expect(other.stdout).toContain('AWS_REGION=eu-west-1\n');
  });

  test('help lists commands and the flags of start; version prints one line', async () => {
    const all = await runCaudal([]);
    expect([all.code, all.stdout]).toEqual([0, expect.stringContaining('start')]);
    const start = await runCaudal(['start', '--help']);
    expect(start.stdout).toMatch(/--http-port PORT +4566 +CAUDAL_HTTP_PORT/);
    expect((await runCaudal(['version'])).stdout).toMatch(
      /^caudal [0-9]+\.[0-9]+\.[0-9]+ \(node v[0-9.]+\)\n$/,
    );
  });

  test.each([
    [['strat'], 2, 'unknown command strat (did you mean start?)'],
    [['queue', 'lss'], 2, '(did you mean ls?)'],
    [['env', '--regoin', 'x'], 2, 'unknown flag --regoin (did you mean --region?)'],
    [['backup'], 2, 'usage: caudal backup DIR'],
    [['import', 'rabbitmq', 'x'], 2, 'usage: caudal import elasticmq FILE'],
    [['check', '--data', '/nonexistent'], 1, 'there is no such directory'],
    [['queue', 'ls', '--admin-url', 'http://127.0.0.1:1'], 1, 'no daemon answers at http://127.0.0.1:1'],
  ] as const)('%j is refused clearly', async (args, code, said) => {
    const result = await runCaudal(args);
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(said)]);
  });

  test('import elasticmq prints a configuration that starts', async () => {
    const source = join(workDir, 'elasticmq.conf');
    writeFileSync(
      source,
      'queues { a { delay = 5 seconds, deadLettersQueue { name = b, maxReceiveCount = 2 } }, b { } }',
    );
    const { code, stdout } = await runCaudal(['import', 'elasticmq', source]);
    expect(code).toBe(0);
    const daemon = await startDaemon({ config: stdout });
    const listed = await runCaudal(['queue', 'ls', '--admin-url', daemon.adminEndpoint]);
    await daemon.stop();
    expect(listed.stdout).toMatch(/^a +000000000000 +us-east-1/m);
  });
});

describe('with a daemon', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    const config = [
      'queues:',
      '  orders: { attributes: { RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 3 } } }',
      '  dead: {}',
    ].join('\n');
    daemon = await startDaemon({ config, flags: ['--allow-reset'] });
  });
  afterAll(() => daemon.stop());
  const caudal = (...args: string[]): Promise<CliResult> =>
    runCaudal(args, { env: { CAUDAL_ADMIN_URL: daemon.adminEndpoint } });

  test('send, ls, peek, purge', async () => {
    const sent = await caudal('queue', 'send', 'orders', 'hello');
    expect([sent.code, sent.stdout]).toEqual([0, expect.stringMatching(/^[0-9a-f-]{36}\n$/)]);
    const listed = await caudal('queue', 'ls', 'ord');
    expect(listed.stdout).toMatch(/^queue +account[^]*\norders +000000000000 +us-east-1 +1 +0 +0/);
    expect(listed.stdout).not.toContain('dead');
    const peeked = await caudal('queue', 'peek', 'orders');
    expect(JSON.parse(peeked.stdout)).toMatchObject({ body: 'hello', state: 'ready' });
    expect((await caudal('queue', 'peek', 'orders', '--view', 'leased')).stdout).toBe('');
    expect(await caudal('queue', 'peek', 'orders', '--view', 'dead')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await caudal('queue', 'purge', '000000000000/us-east-1/orders')).code).toBe(0);
    expect((await caudal('queue', 'peek', 'orders')).stdout).toBe('');
  });

  test('redrive starts a task', async () => {
    const { code, stdout } = await caudal('queue', 'redrive', 'dead');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^task [0-9a-f-]{36}: /)]);
    const refused = await caudal('queue', 'redrive', 'orders');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('caudal: ')]);
  });

  test('a queue that is not there, and a wrong key', async () => {
    const missing = await caudal('queue', 'peek', 'nothing');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('there is no queue nothing')]);
    const wrong = await caudal('queue', 'ls', '--key', 'a:b');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('--key ID:SECRET')]);
  });

  test('backup while serving, restore elsewhere, check, start', async () => {
    await caudal('queue', 'send', 'orders', 'in the backup');
    const copy = join(workDir, 'copy');
    const restored = join(workDir, 'restored');
    const backup = await caudal('backup', copy);
    expect([backup.code, backup.stderr]).toEqual([0, '']);
    await caudal('queue', 'send', 'orders', 'after the backup');
    const restore = await caudal('restore', copy, '--data', restored);
    expect([restore.code, restore.stderr]).toEqual([0, '']);
    const checked = await caudal('check', '--data', restored);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('nothing is damaged')]);
    const other = await startDaemon({ dataDir: restored });
    const peeked = await runCaudal(['queue', 'peek', 'orders', '--admin-url', other.adminEndpoint]);
    expect(await other.stop()).toBe(0);
    const bodies = peeked.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { body: string }).body);
    expect(bodies).toEqual(['in the backup']);
  });

  test('reset drops everything', async () => {
    expect((await caudal('reset')).stdout).toBe('all data dropped\n');
    expect((await caudal('queue', 'ls')).stdout.trim().split('\n')).toHaveLength(1);
  });
});
