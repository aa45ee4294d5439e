// Every flag of `start` in one table: its kind, default and meaning. The environment variable
// (`--http-port` is CAUDAL_HTTP_PORT) and the key in caudal.yaml follow from the name. Reads nothing itself.
import type { FlagKinds } from '../base/arguments.ts';
import { err, ok, type Result } from '../base/result.ts';

interface SettingRow {
  readonly kind: 'text' | 'port' | 'choice' | 'count' | 'switch';
  readonly default: string | number | boolean | undefined;
  readonly choices?: readonly string[];
  readonly help: string;
}

/** A port number, 0 for an ephemeral one, or `off`. */
export type Port = number | 'off';

const text = <const D extends string | undefined>(value: D, help: string) =>
  ({ kind: 'text', default: value, help }) as const;
const port = (value: Port, help: string) => ({ kind: 'port', default: value, help }) as const;
const choice = <const C extends readonly string[]>(choices: C, help: string) =>
  ({ kind: 'choice', choices, default: choices[0] as C[number], help }) as const;
const count = (help: string) => ({ kind: 'count', default: undefined, help }) as const;
const toggle = (help: string) => ({ kind: 'switch', default: false, help }) as const;

export const settingTable = {
  data: text('./caudal-data', 'directory of everything that is stored'),
  config: text(undefined, 'configuration file (default: caudal.yaml, when there is one)'),
  bind: text('127.0.0.1', 'address to listen on; others than loopback need configured users'),
  region: text('us-east-1', 'home region: of requests that name none'),
  'http-port': port(4566, 'every AWS API, HTTP/1.1 and HTTP/2'),
  'https-port': port('off', 'the same over TLS (needs --tls-cert and --tls-key)'),
  'amqp-port': port(5672, 'AMQP 0-9-1'),
  'amqps-port': port('off', 'AMQP 0-9-1 over TLS'),
  'mqtt-port': port(1883, 'MQTT'),
  'mqtts-port': port('off', 'MQTT over TLS'),
  'mqtt-ws-port': port(8083, 'MQTT over WebSocket'),
  'management-port': port(15672, 'the management API that AMQP tools expect'),
  'admin-port': port(8088, 'admin REST API, /metrics and /health'),
  auth: choice(['sigv4', 'none'], 'whether requests must be signed; none needs a loopback bind'),
  'default-key': choice(
    ['auto', 'loopback', 'off'],
    'whether key test/test works from loopback; auto: while no users are configured',
  ),
  limits: choice(['relaxed', 'aws'], "whether AWS's quotas, rates and waiting times are enforced"),
  durability: choice(['disk', 'memory'], 'what an acknowledged message survives: power loss, or nothing'),
  'http-engine': choice(['auto', 'front', 'uws', 'node'], 'which HTTP server runs the API port'),
  'tls-cert': text(undefined, 'certificate chain, PEM; read again when it changes'),
  'tls-key': text(undefined, 'private key, PEM'),
  'queue-cells': count('number of logs that queues are spread over (default: what the data has, or 1)'),
  'stream-cells': count('number of logs that streams are spread over (default: what the data has, or 1)'),
  'log-level': choice(['info', 'debug', 'warn', 'error'], 'least severity that is logged'),
  'allow-reset': toggle('allows the admin API to drop all data (for test suites)'),
  'treat-as-remote': text(
    undefined,
    'a loopback source address that is trusted no more than a foreign one (for tests)',
  ),
} as const satisfies Readonly<Record<string, SettingRow>>;

type Table = typeof settingTable;
export type SettingName = keyof Table;
type ValueOf<R> = R extends { readonly kind: 'port' }
  ? Port
  : R extends { readonly kind: 'choice'; readonly choices: readonly (infer C)[] }
    ? C
    : R extends { readonly kind: 'count' }
      ? number | undefined
      : R extends { readonly kind: 'switch' }
        ? boolean
        : R extends { readonly default: string }
          ? string
          : string | undefined;

export type Settings = { readonly [K in SettingName]: ValueOf<Table[K]> };
export type SettingValue = string | number | boolean | undefined;

export const settingNames = Object.keys(settingTable) as SettingName[];

export function flagKinds(): FlagKinds {
  const kinds: Record<string, 'value' | 'switch'> = {};
  for (const name of settingNames) kinds[name] = settingTable[name].kind === 'switch' ? 'switch' : 'value';
  return kinds;
}

/** `http-port` is CAUDAL_HTTP_PORT. */
export function variableOf(name: SettingName): string {
  return `CAUDAL_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Reads one value as it stands on a command line, in a variable or in the file. */
export function parseSetting(
  name: SettingName,
  raw: string | number | boolean,
): Result<SettingValue, string> {
  const row: SettingRow = settingTable[name];
  const given = String(raw);
  switch (row.kind) {
    case 'text':
      return given === '' ? err('must not be empty') : ok(given);
    case 'port':
      return parsePort(raw);
    case 'choice':
      if (row.choices?.includes(given) === true) return ok(given);
      return err(`'${given}' is none of ${row.choices?.join(', ')}`);
    case 'count':
      if (/^[1-9][0-9]{0,3}$/.test(given)) return ok(Number(given));
      return err(`'${given}' is not a number from 1 to 9999`);
    case 'switch':
      return parseSwitch(given);
  }
}

// YAML 1.1 readers turn `off` into false; both spellings must mean the same port.
function parsePort(raw: string | number | boolean): Result<SettingValue, string> {
  if (raw === false || raw === 'off' || raw === 'false') return ok('off');
  const given = String(raw);
  if (/^[0-9]{1,5}$/.test(given) && Number(given) <= 65_535) return ok(Number(given));
  return err(`'${given}' is not a port: a number from 0 (any free port) to 65535, or off`);
}

function parseSwitch(given: string): Result<SettingValue, string> {
  const word = given.toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(word)) return ok(true);
  if (['', '0', 'false', 'no', 'off'].includes(word)) return ok(false);
  return err(`'${given}' is not true or false`);
}
