// The daemon as a whole: health, metrics, the API's description, users, configuration, backup, reset.
import { isAbsolute } from 'node:path';
import type { Metrics } from '../metrics.ts';
import { openApiDocument } from '../openapi.ts';
import { textMember } from '../parameters.ts';
import { AdminProblem, badRequest } from '../problem.ts';
import type { AllSnapshots } from '../snapshots.ts';
import type { AdminAnswer, AdminCall, AdminDeps, AdminRoute } from '../types.ts';

export type MetricsLoader = () => Promise<Metrics>;

export function systemRoutes(
  deps: AdminDeps,
  snapshots: AllSnapshots,
  metrics: MetricsLoader,
): readonly AdminRoute[] {
  return [
    { method: 'GET', path: '/health', access: 'open', handle: () => showHealth(deps) },
    { method: 'GET', path: '/metrics', access: 'loopback', handle: () => showMetrics(metrics) },
    {
      method: 'GET',
      path: '/openapi.json',
      access: 'open',
      handle: () => ({ status: 200, body: openApiDocument() }),
    },
    { method: 'GET', path: '/v1/users', handle: () => listUsers(deps) },
    { method: 'GET', path: '/v1/config', handle: () => ({ status: 200, body: deps.describeConfig() }) },
    { method: 'POST', path: '/v1/backup', handle: (call) => backup(deps, call) },
    { method: 'POST', path: '/v1/reset', handle: (call) => reset(deps, snapshots, call) },
  ];
}

function showHealth(deps: AdminDeps): AdminAnswer {
  const { isHealthy, report } = deps.health();
  return { status: isHealthy ? 200 : 503, body: report };
}

async function showMetrics(load: MetricsLoader): Promise<AdminAnswer> {
  const metrics = await load();
  return { status: 200, body: await metrics.text(), contentType: metrics.contentType };
}

function listUsers({ users }: AdminDeps): AdminAnswer {
  const rows = users.map(({ name, account, keys, isAdmin, policyCount }) => ({
    name,
    account,
    isAdmin,
    keyIds: keys.map((key) => key.id),
    ...(policyCount === undefined ? {} : { policyCount }),
  }));
  return { status: 200, body: { users: rows } };
}

async function backup({ broker, logger }: AdminDeps, { body, user }: AdminCall): Promise<AdminAnswer> {
  const directory = textMember(body, 'directory');
  if (directory === undefined || !isAbsolute(directory))
    throw badRequest('directory must be an absolute path');
  logger.info('backup started', { directory, user });
  try {
    await broker.backup(directory);
  } catch (error) {
    logger.error('backup failed', { directory, error });
    throw new AdminProblem(409, 'backup_failed', `the backup failed: ${(error as Error).message}`);
  }
  logger.info('backup finished', { directory });
  return { status: 200, body: { directory } };
}

async function reset(deps: AdminDeps, snapshots: AllSnapshots, { user }: AdminCall): Promise<AdminAnswer> {
  if (!deps.canReset) {
    throw new AdminProblem(403, 'reset_not_allowed', 'the daemon was not started with --allow-reset');
  }
  await deps.broker.reset();
  snapshots.queues.forget();
  snapshots.streams.forget();
  deps.logger.warn('data reset', { user });
  return { status: 200, body: {} };
}
