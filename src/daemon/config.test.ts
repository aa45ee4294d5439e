// Where settings come from, what is said about wrong ones, and the sections of caudal.yaml.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Config, type Environment, hasDefaultKey, loadConfig } from './config.ts';

const directory = mkdtempSync(join(tmpdir(), 'caudal-config-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let fileCount = 0;

function file(text: string): string {
  const path = join(directory, `config-${fileCount++}.yaml`);
  writeFileSync(path, text);
  return path;
}

async function load(args: readonly string[], environment: Environment = {}): Promise<Config> {
  const result = await loadConfig(args, environment, directory);
  if (!result.ok) throw new Error(result.error.join('\n'));
  return result.value;
}

async function problems(args: readonly string[], environment: Environment = {}): Promise<readonly string[]> {
  const result = await loadConfig(args, environment, directory);
  return result.ok ? [] : result.error.map((line) => line.replace(/^.*\/config-[0-9]+\.yaml/, 'FILE'));
}

describe('where a setting comes from', () => {
  test('defaults are those of the command line contract', async () => {
    const { settings } = await load([]);
    expect(settings).toMatchObject({
      data: join(directory, 'caudal-data'),
      bind: '127.0.0.1',
      region: 'us-east-1',
      'http-port': 4566,
      'https-port': 'off',
      'amqp-port': 5672,
      'amqps-port': 'off',
      'mqtt-port': 1883,
      'mqtts-port': 'off',
      'mqtt-ws-port': 8083,
      'management-port': 15672,
      'admin-port': 8088,
      auth: 'sigv4',
      limits: 'relaxed',
      durability: 'disk',
      'http-engine': 'auto',
      'allow-reset': false,
    });
  });

  test('flags win over variables, variables over the file, the file over defaults', async () => {
    const path = file('http-port: 1\nadmin-port: 2\namqp-port: 3\nmqtt-port: off\n');
    const environment = { CAUDAL_HTTP_PORT: '11', CAUDAL_ADMIN_PORT: '12' };
    const { settings, origins } = await load(['--config', path, '--http-port', '21'], environment);
    expect([settings['http-port'], settings['admin-port'], settings['amqp-port']]).toEqual([21, 12, 3]);
    expect(settings['mqtt-port']).toBe('off');
    expect(origins.get('http-port')).toBe('--http-port');
    expect(origins.get('admin-port')).toBe('CAUDAL_ADMIN_PORT');
    expect(origins.get('amqp-port')).toBe(path);
    expect(origins.get('bind')).toBe('default');
  });

  test('caudal.yaml of the working directory is read without being named', async () => {
    const path = join(directory, 'caudal.yaml');
    writeFileSync(path, 'region: eu-west-1\n');
    expect((await load([])).settings.region).toBe('eu-west-1');
    rmSync(path);
    expect((await load([])).settings.region).toBe('us-east-1');
  });

  test('a switch may be set by variable and by key', async () => {
    expect((await load([], { CAUDAL_ALLOW_RESET: 'true' })).settings['allow-reset']).toBe(true);
    expect((await load(['--config', file('allow-reset: true')])).settings['allow-reset']).toBe(true);
    expect((await load([], { CAUDAL_ALLOW_RESET: '0' })).settings['allow-reset']).toBe(false);
  });
});

describe('what is wrong is said with its place', () => {
  test.each([
    [
      ['--http-port', '70000'],
      "--http-port: '70000' is not a port: a number from 0 (any free port) to 65535, or off",
    ],
    [['--auth', 'basic'], "--auth: 'basic' is none of sigv4, none"],
    [['--queue-cells', '0'], "--queue-cells: '0' is not a number from 1 to 9999"],
    [['--http-prot', '1'], 'unknown flag --http-prot (did you mean --http-port?)'],
    [['now'], "start takes no argument 'now'"],
  ])('flags %j', async (args, line) => {
    expect(await problems(args)).toEqual([line]);
  });

  test('variables', async () => {
    expect(await problems([], { CAUDAL_MQTT_PORT: 'x' })).toEqual([
      "CAUDAL_MQTT_PORT: 'x' is not a port: a number from 0 (any free port) to 65535, or off",
    ]);
    expect(await problems([], { CAUDAL_ROOT_KEY_ID: 'root' })).toEqual([
      'CAUDAL_ROOT_KEY_ID and CAUDAL_ROOT_SECRET must be set together',
    ]);
  });

  test.each([
    ['htpp-port: 1', 'FILE:1: htpp-port: unknown key (did you mean http-port?)'],
    [
      'region: eu\nhttp-port: many',
      "FILE:2: http-port: 'many' is not a port: a number from 0 (any free port) to 65535, or off",
    ],
    [
      'users:\n  ann:\n    keys:\n      - id: a\n        secrett: b',
      'FILE:5: users.ann.keys[0].secrett: unknown key (did you mean secret?)',
    ],
    ['users:\n  ann:\n    keys:\n      - id: a', 'FILE:4: users.ann.keys[0]: secret is missing'],
    [
      'users:\n  ann:\n    keys: [{ id: a, secret: 5 }]',
      'FILE:3: users.ann.keys[0].secret: must be text (put it in quotes)',
    ],
    ['users:\n  ann: { keys: [] }', 'FILE:2: users.ann.keys: must have one key at least'],
    [
      'users:\n  ann: { keys: [{ id: a, secret: b }], acount: 1 }',
      'FILE:2: users.ann.acount: unknown key (did you mean account?)',
    ],
    [
      'queues:\n  orders:\n    attribute: {}',
      'FILE:3: queues.orders.attribute: unknown key (did you mean attributes?)',
    ],
    [
      'queues:\n  orders:\n    account: 12ab',
      'FILE:3: queues.orders.account: must be an account of 12 digits',
    ],
    ['limits: strict', 'FILE:1: limits: must be relaxed or aws'],
    ['limits: { service: {} }', 'FILE:1: limits.service: unknown key (did you mean services?)'],
    ['cors: yes', 'FILE:1: cors: must be a map'],
    ['- a', 'FILE:1: the file must be a map, not a list'],
  ])('file %j', async (text, line) => {
    expect(await problems(['--config', file(text)])).toContain(line);
  });

  test('YAML that cannot be read names its line, and a key given twice is an error', async () => {
    expect((await problems(['--config', file('a: [1,\nb: 2')]))[0]).toMatch(/^FILE:[12]: /);
    expect((await problems(['--config', file('region: a\nregion: b')]))[0]).toMatch(/^FILE:2: .*unique/);
  });

  test('aliases that lead nowhere, or everywhere, are errors too', async () => {
    expect(await problems(['--config', file('region: *nowhere')])).toHaveLength(1);
    const bomb = ['a: &a [1,1,1,1,1,1,1,1,1,1]'];
    for (let i = 0; i < 8; i++)
      bomb.push(
        `b${i}: &b${i} [${Array(10)
          .fill(i === 0 ? '*a' : `*b${i - 1}`)
          .join(',')}]`,
      );
    expect(await problems(['--config', file(bomb.join('\n'))])).toEqual([expect.stringContaining('alias')]);
  });

  test('a named file must be there', async () => {
    expect((await problems(['--config', 'nowhere.yaml']))[0]).toMatch(/nowhere\.yaml: cannot be read/);
  });

  test('a policy that does not exist, and a key that two users have', async () => {
    const text = [
      'policies: { reader: { Statement: [] } }',
      'users:',
      '  ann: { keys: [{ id: k, secret: s }], policies: [raeder] }',
      '  bob: { keys: [{ id: k, secret: s }] }',
    ].join('\n');
    expect(await problems(['--config', file(text)])).toEqual([
      'FILE: users.ann: there is no policy raeder (did you mean reader?)',
      'users.bob: key k belongs to ann already',
    ]);
  });
});

describe('sections', () => {
  test('users: account, policies by name or in place, admin rights', async () => {
    const text = [
      'policies:',
      '  reader: { Version: "2012-10-17", Statement: [] }',
      'users:',
      '  ann: { keys: [{ id: k1, secret: s1 }], account: 000000000042, policies: [reader] }',
      '  bob: { keys: [{ id: k2, secret: s2 }] }',
      '  eve: { keys: [{ id: k3, secret: s3 }], policies: [reader], admin: true }',
    ].join('\n');
    const { users } = await load(['--config', file(text)]);
    expect(users.map(({ name, account, isAdmin }) => [name, account, isAdmin])).toEqual([
      ['ann', '000000000042', false],
      ['bob', '000000000000', true],
      ['eve', '000000000000', true],
    ]);
    expect(users[0]?.policies).toEqual([{ Version: '2012-10-17', Statement: [] }]);
  });

  test('CAUDAL_ROOT_KEY_ID and CAUDAL_ROOT_SECRET make the first user', async () => {
    const config = await load([], { CAUDAL_ROOT_KEY_ID: 'id', CAUDAL_ROOT_SECRET: 'secret' });
    expect(config.users).toEqual([
      {
        name: 'root',
        account: '000000000000',
        keys: [{ id: 'id', secret: 'secret' }],
        policies: undefined,
        isAdmin: true,
      },
    ]);
    expect(hasDefaultKey(config)).toBe(false);
  });

  test('the built-in key works while there are no users, unless told otherwise', async () => {
    const withUser = file('users: { ann: { keys: [{ id: a, secret: b }] } }');
    expect(hasDefaultKey(await load([]))).toBe(true);
    expect(hasDefaultKey(await load(['--config', withUser]))).toBe(false);
    expect(hasDefaultKey(await load(['--config', withUser, '--default-key', 'loopback']))).toBe(true);
    expect(hasDefaultKey(await load(['--default-key', 'off']))).toBe(false);
  });

  test('limits as one word or in detail, and the flag over both', async () => {
    const detailed = file(
      'limits:\n  default: aws\n  services: { sqs: relaxed }\n  resources: { "sqs:orders": aws }',
    );
    expect((await load(['--config', file('limits: aws')])).limits).toEqual({
      default: 'aws',
      services: {},
      resources: {},
    });
    expect((await load(['--config', detailed])).limits).toEqual({
      default: 'aws',
      services: { sqs: 'relaxed' },
      resources: { 'sqs:orders': 'aws' },
    });
    const flagged = await load(['--config', detailed, '--limits', 'relaxed']);
    expect(flagged.limits.default).toBe('relaxed');
    expect(flagged.settings.limits).toBe('relaxed');
  });

  test('queues: SQS attributes as text, policies and maps as JSON', async () => {
    const text = [
      'region: eu-west-1',
      'queues:',
      '  orders:',
      '    attributes:',
      '      VisibilityTimeout: 45',
      '      RedrivePolicy: { deadLetterTargetArn: orders-dead, maxReceiveCount: 3 }',
      '    policy: { Statement: [] }',
      '    tags: { team: core, size: 3 }',
      '  orders-dead:',
      '  other: { account: "000000000007", region: us-west-2 }',
    ].join('\n');
    const { queues } = await load(['--config', file(text)]);
    expect(queues).toEqual([
      {
        name: 'orders',
        account: '000000000000',
        region: 'eu-west-1',
        attributes: {
          VisibilityTimeout: '45',
          RedrivePolicy: '{"deadLetterTargetArn":"orders-dead","maxReceiveCount":3}',
          Policy: '{"Statement":[]}',
        },
        tags: { team: 'core', size: '3' },
      },
      { name: 'orders-dead', account: '000000000000', region: 'eu-west-1', attributes: {}, tags: {} },
      { name: 'other', account: '000000000007', region: 'us-west-2', attributes: {}, tags: {} },
    ]);
  });
});

test('the example in deploy/ is a configuration', async () => {
  const config = await load(['--config', join(import.meta.dirname, '../../deploy/caudal.example.yaml')]);
  expect(config.users.map(({ name, isAdmin }) => [name, isAdmin])).toEqual([
    ['operator', true],
    ['shop', false],
  ]);
  expect(config.queues.map(({ name }) => name)).toEqual(['orders', 'orders-dead', 'invoices.fifo']);
  expect(config.limits.resources).toEqual({ 'sqs:orders': 'aws' });
});
