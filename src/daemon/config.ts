// The effective configuration of one daemon: flags over CAUDAL_* variables over caudal.yaml over defaults.
// Called by main.ts at the start; it reads the file and the environment it is given, and starts nothing.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArguments } from '../base/arguments.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { FileSections } from './config-schema.ts';
import type { ConfigFile } from './config-file.ts';
import {
  checkKeys,
  limitsFrom,
  metricsFrom,
  queuesFrom,
  rolesFrom,
  rootUser,
  streamsFrom,
  usersFrom,
} from './config-sections.ts';
import {
  flagKinds,
  parseSetting,
  type SettingName,
  settingNames,
  type Settings,
  settingTable,
  type SettingValue,
  variableOf,
} from './settings.ts';

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

export type PolicyDocument = Readonly<Record<string, unknown>>;

export interface UserConfig {
  readonly name: string;
  readonly account: string;
  readonly keys: readonly AccessKey[];
  /** Undefined: everything in the account is allowed. */
  readonly policies: readonly PolicyDocument[] | undefined;
  /** May use the admin API. */
  readonly isAdmin: boolean;
}

export interface RoleConfig {
  readonly name: string;
  readonly account: string;
  readonly trust: PolicyDocument | undefined;
  readonly policies: readonly PolicyDocument[] | undefined;
}

export type LimitsProfile = 'relaxed' | 'aws';

export interface LimitsConfig {
  readonly default: LimitsProfile;
  readonly services: Readonly<Record<string, LimitsProfile>>;
  /** By `service:name`. */
  readonly resources: Readonly<Record<string, LimitsProfile>>;
}

export interface DeclaredQueue {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Attributes as Kinesis names them. */
export type DeclaredStream = DeclaredQueue;

export interface KinesisConfig {
  readonly stateDelayMs?: number | undefined;
  readonly defaultRetentionHours?: number | undefined;
}

/** Ways out of the daemon, as the file has them. */
export type OutwardConfig = Pick<FileSections, 'outbound' | 'smtp' | 'sms' | 'functions'>;

export interface MetricsConfig {
  readonly isPerQueue: boolean;
  readonly queuesMax: number;
}

export interface Config {
  readonly settings: Settings;
  /** Where each setting came from: `--http-port`, `CAUDAL_HTTP_PORT`, the file's path or `default`. */
  readonly origins: ReadonlyMap<SettingName, string>;
  readonly users: readonly UserConfig[];
  readonly roles: readonly RoleConfig[];
  readonly limits: LimitsConfig;
  readonly corsOrigins: readonly string[];
  readonly queues: readonly DeclaredQueue[];
  readonly streams: readonly DeclaredStream[];
  readonly kinesis: KinesisConfig;
  readonly outward: OutwardConfig;
  readonly metrics: MetricsConfig;
}

/** Whether the built-in key works, from loopback. Behind a local proxy everybody is local: users end it. */
export function hasDefaultKey({ settings, users }: Pick<Config, 'settings' | 'users'>): boolean {
  const mode = settings['default-key'];
  return mode === 'loopback' || (mode === 'auto' && users.length === 0);
}

export type Environment = Readonly<Record<string, string | undefined>>;

const defaultConfigFile = 'caudal.yaml';

/** Problems are whole sentences for the terminal, one each. */
export async function loadConfig(
  args: readonly string[],
  environment: Environment,
  directory: string,
): Promise<Result<Config, readonly string[]>> {
  const flags = parseArguments(args, flagKinds());
  if (!flags.ok) return err([flags.error]);
  const [word] = flags.value.words;
  if (word !== undefined) return err([`start takes no argument '${word}'`]);
  const given = new Map<SettingName, readonly [raw: string | true, origin: string]>();
  for (const name of settingNames) {
    const flag = flags.value.switches.has(name) ? true : flags.value.values.get(name);
    const variable = environment[variableOf(name)];
    if (flag !== undefined) given.set(name, [flag, `--${name}`]);
    else if (variable !== undefined && variable !== '') given.set(name, [variable, variableOf(name)]);
  }
  const named = given.get('config')?.[0];
  const path = resolve(directory, typeof named === 'string' ? named : defaultConfigFile);
  let file: ConfigFile | undefined;
  if (named !== undefined || existsSync(path)) {
    // The parser and the schema take 60 ms to load: only who has a file pays for them.
    const { readConfigFile } = await import('./config-file.ts');
    const read = readConfigFile(path);
    if (!read.ok) return read;
    file = read.value;
  }
  return merge({ given, file, path, environment, directory });
}

interface Sources {
  readonly given: ReadonlyMap<SettingName, readonly [raw: string | true, origin: string]>;
  readonly file: ConfigFile | undefined;
  readonly path: string;
  readonly environment: Environment;
  readonly directory: string;
}

function merge(sources: Sources): Result<Config, readonly string[]> {
  const { file, path, environment } = sources;
  const origins = new Map<SettingName, string>();
  const problems: string[] = [];
  const values = mergeSettings(sources, origins, problems);
  const sections = file?.sections ?? {};
  const isFlag = origins.get('limits') !== 'default';
  const limits = limitsFrom(sections, isFlag ? (values.limits as LimitsProfile) : undefined);
  values.limits = limits.default;
  if (!isFlag && sections.limits !== undefined) origins.set('limits', path);
  if (typeof values.data === 'string') values.data = resolve(sources.directory, values.data);
  const settings = values as Settings;
  const root = rootUser(environment, problems);
  const users = usersFrom(sections, path, problems).filter((user) => user.name !== root?.name);
  const config: Config = {
    settings,
    origins,
    users: root === undefined ? users : [root, ...users],
    roles: rolesFrom(sections, path, problems),
    limits,
    corsOrigins: sections.cors?.origins ?? [],
    queues: queuesFrom(sections, settings.region),
    streams: streamsFrom(sections, settings.region),
    kinesis: sections.kinesis ?? {},
    outward: sections,
    metrics: metricsFrom(sections),
  };
  checkKeys(config.users, problems);
  return problems.length > 0 ? err(problems) : ok(config);
}

type Values = Partial<Record<SettingName, SettingValue>>;

function mergeSettings(
  { given, file, path }: Sources,
  origins: Map<SettingName, string>,
  problems: string[],
): Values {
  const values: Values = {};
  for (const name of settingNames) {
    const [raw, origin = 'default'] = given.get(name) ?? [];
    origins.set(name, origin);
    if (raw !== undefined) {
      const parsed = parseSetting(name, raw);
      if (parsed.ok) values[name] = parsed.value;
      else problems.push(`${origin}: ${parsed.error}`);
    } else if (file?.settings.has(name) === true) {
      values[name] = file.settings.get(name);
      origins.set(name, path);
    } else values[name] = settingTable[name].default;
  }
  return values;
}
