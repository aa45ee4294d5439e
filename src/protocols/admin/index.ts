// The admin API: REST over JSON for people, scripts and the console. Called by the daemon, which gives it a
// listener; it is a client of the broker like every protocol and has no door of its own into it.
import { limits } from '../../base/limits.ts';
import type { HttpReply, HttpRequest, RequestHandler } from '../../net/http.ts';
import { authenticate } from './access.ts';
import type { Metrics } from './metrics.ts';
import { AdminProblem, badRequest } from './problem.ts';
import { createRouter, type Router } from './router.ts';
import { groupRoutes } from './routes/groups.ts';
import { messageRoutes } from './routes/messages.ts';
import { queueRoutes } from './routes/queues.ts';
import { recordRoutes } from './routes/records.ts';
import { recordedRoutes } from './routes/recorded-messages.ts';
import { shardRoutes } from './routes/shards.ts';
import { streamRoutes } from './routes/streams.ts';
import { systemRoutes } from './routes/system.ts';
import { taskRoutes } from './routes/tasks.ts';
import { queueSnapshots, streamSnapshots } from './snapshots.ts';
import type { AdminAnswer, AdminClient, AdminDeps, AdminRoute } from './types.ts';

export type { AdminDeps, AdminUser, CommitTimes, Health, QueueDeclaration } from './types.ts';

export interface AdminApi {
  readonly handler: RequestHandler;
  readonly routes: readonly AdminRoute[];
  /** Loads what is slow to load; metrics that are told, not asked, are recorded from then on. */
  warmUp(): Promise<void>;
}

export function createAdminApi(deps: AdminDeps): AdminApi {
  const snapshots = {
    queues: queueSnapshots(deps.broker, deps.clock),
    streams: streamSnapshots(deps.broker, deps.clock),
  };
  let metrics: Promise<Metrics> | undefined;
  const loadMetrics = (): Promise<Metrics> => {
    metrics ??= import('./metrics.ts').then((module) => module.createMetrics(deps, snapshots));
    return metrics;
  };
  const routes = [
    ...systemRoutes(deps, snapshots, loadMetrics),
    ...queueRoutes(deps, snapshots.queues),
    ...messageRoutes(deps, snapshots.queues),
    ...taskRoutes(deps),
    ...streamRoutes(deps, snapshots.streams),
    ...shardRoutes(deps, snapshots.streams),
    ...recordRoutes(deps, snapshots.streams),
    ...groupRoutes(deps),
    ...recordedRoutes(deps),
  ];
  const router = createRouter(routes);
  return {
    routes,
    handler: (request, reply) => void respond(deps, router, request, reply),
    warmUp: async () => void (await loadMetrics()),
  };
}

async function respond(
  deps: AdminDeps,
  router: Router,
  request: HttpRequest,
  reply: HttpReply,
): Promise<void> {
  let answer: AdminAnswer;
  try {
    answer = await dispatch({ deps, router, request, client: reply });
  } catch (error) {
    answer = refusal(deps, request, error);
  }
  const isText = typeof answer.body === 'string';
  const body = isText ? (answer.body as string) : JSON.stringify(answer.body);
  const contentType = answer.contentType ?? (isText ? 'text/plain; charset=utf-8' : 'application/json');
  const headers = ['content-type', contentType, 'cache-control', 'no-store'];
  if (answer.status === 401) headers.push('www-authenticate', 'Basic realm="caudal"');
  reply.send(answer.status, headers, body);
}

interface Dispatch {
  readonly deps: AdminDeps;
  readonly router: Router;
  readonly request: HttpRequest;
  readonly client: AdminClient;
}

async function dispatch({ deps, router, request, client }: Dispatch): Promise<AdminAnswer> {
  const { route, path } = router.find(request.method, request.path);
  const user = authenticate(request, route, deps);
  const body = request.method === 'GET' || request.method === 'HEAD' ? {} : parseBody(request.body);
  return route.handle({ request, client, path, query: new URLSearchParams(request.query), body, user });
}

function parseBody(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  if (body.length > limits.adminBodyBytesMax)
    throw new AdminProblem(413, 'too_large', 'the body is too large');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw badRequest(`the body is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the body must be a map');
  return value as Readonly<Record<string, unknown>>;
}

function refusal(deps: AdminDeps, request: HttpRequest, error: unknown): AdminAnswer {
  if (error instanceof AdminProblem) {
    return { status: error.status, body: { error: { code: error.code, message: error.message } } };
  }
  deps.logger.error('admin request failed', { method: request.method, path: request.path, error });
  return {
    status: 500,
    body: { error: { code: 'internal', message: 'the request failed; the log says why' } },
  };
}
