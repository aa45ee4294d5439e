// The effective configuration as the admin API shows it: every setting with its origin, no secret anywhere.
import { type Config, hasDefaultKey } from './config.ts';
import { settingNames } from './settings.ts';

export function describeConfig(config: Config): Readonly<Record<string, unknown>> {
  const settings = Object.fromEntries(
    settingNames.map((name) => [
      name,
      { value: config.settings[name] ?? null, from: config.origins.get(name) },
    ]),
  );
  return {
    settings,
    limits: config.limits,
    cors: { origins: config.corsOrigins },
    metrics: { 'per-queue': config.metrics.isPerQueue, 'queues-max': config.metrics.queuesMax },
    hasDefaultKey: hasDefaultKey(config),
    users: config.users.map(({ name, account, isAdmin, keys, policies }) => ({
      name,
      account,
      isAdmin,
      keys: keys.map(({ id }) => ({ id, secret: '***' })),
      policies: policies ?? 'everything',
    })),
    roles: config.roles.map(({ name, account, trust, policies }) => ({
      name,
      account,
      trust: trust ?? 'everybody of the account',
      policies: policies ?? 'everything',
    })),
    queues: config.queues.map(({ name, account, region }) => `${account}/${region}/${name}`),
    streams: config.streams.map(({ name, account, region }) => `${account}/${region}/${name}`),
    kinesis: config.kinesis,
  };
}
