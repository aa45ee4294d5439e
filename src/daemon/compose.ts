// The composition root: the only place that constructs storage, broker, protocols and listeners and ties them
// together, and that takes them apart again in order. Called by main.ts.
import { systemClock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Logger } from '../base/log.ts';
import { SystemRng } from '../base/rng.ts';
import { packageVersion } from '../base/version.ts';
import type { Broker } from '../broker/index.ts';
import { createBroker } from '../broker/broker.ts';
import {
  type HttpEngine,
  type HttpListener,
  listenHttp,
  type RequestHandler,
  type TlsFiles,
} from '../net/index.ts';
import { type CommitTimes, createAdminApi } from '../protocols/admin/index.ts';
import { type AwsProtocol, createAwsProtocol } from '../protocols/aws/index.ts';
import type { ProtocolDeps } from '../protocols/types.ts';
import { openLmdbStorage, type Storage, StorageError } from '../storage/index.ts';
import { awsDepsOf } from './aws-deps.ts';
import { type Config, hasDefaultKey } from './config.ts';
import { describeConfig } from './describe-config.ts';
import { HealthState, withHealth } from './health.ts';
import { measureCommits } from './measured-storage.ts';
import { declareAll, declareOne } from './queue-declarations.ts';
import { Outward } from './outward.ts';
import { startSchedules } from './schedules.ts';
import { listenProblem, StartError } from './start-error.ts';
import { declareAllStreams } from './stream-declarations.ts';

export interface RunningDaemon {
  readonly readyLine: string;
  describe(): Readonly<Record<string, unknown>>;
  /** Drains: no new connections, running requests finish, everything is committed. */
  close(): Promise<void>;
}

interface Opened {
  readonly name: string;
  readonly url: string;
  readonly listener: HttpListener;
}

type Closer = () => Promise<void>;

export async function compose(config: Config, logger: Logger): Promise<RunningDaemon> {
  const closers: Closer[] = [];
  try {
    return await build(config, logger, closers);
  } catch (error) {
    for (const close of closers.toReversed()) await close().catch(() => {});
    throw error;
  }
}

async function build(config: Config, logger: Logger, closers: Closer[]): Promise<RunningDaemon> {
  const { settings } = config;
  const times: CommitTimes = { onCommit: undefined };
  const storage = measureCommits(await openStorage(config, logger), times);
  closers.push(() => storage.close());
  const broker = await openBroker(config, storage, logger);
  closers.push(() => broker.close());

  const protocolDeps = { broker, clock: systemClock, logger, secret: storage.secret };
  const outward = new Outward({ ...protocolDeps, config });
  const aws = createAws(config, protocolDeps, outward);
  const declared = await declareAll(broker, config.queues);
  if (!declared.ok) throw new StartError(declared.error);
  const streams = await declareAllStreams(broker, config);
  if (!streams.ok) throw new StartError(streams.error);

  const health = new HealthState(broker, packageVersion(), systemClock);
  const admin = createAdminApi({
    broker,
    clock: systemClock,
    logger: logger.child({ layer: 'admin' }),
    users: config.users.map((user) => ({ ...user, policyCount: user.policies?.length })),
    isOpen: settings.auth === 'none',
    hasDefaultKey: hasDefaultKey(config),
    canReset: settings['allow-reset'],
    region: settings.region,
    metrics: config.metrics,
    commitTimes: times,
    health: () => health.report(),
    describeConfig: () => describeConfig(config),
    declareQueue: (queue) => declareOne(broker, queue),
    recorded: (query) => outward.outbound.recorded.list(query),
  });

  const opened: Opened[] = [];
  closers.push(() => closeListeners(opened));
  const api = withHealth(outward.signing.withCertificate(aws.handler), health);
  await openListeners({ config, logger, opened, api, admin: admin.handler });
  outward.start(opened.find(({ name }) => name.startsWith('http'))?.url ?? '');
  closers.push(() => outward.close(0));
  const schedules = startSchedules(protocolDeps);
  closers.push(async () => schedules.close());
  for (const { name, url, listener } of opened) health.addListener(name, url, listener.engine);
  // After the ready line: the metrics library is slow to load, and nobody scrapes what has no listener.
  if (opened.some(({ name }) => name === 'admin')) {
    setImmediate(() => {
      admin.warmUp().catch((error: unknown) => logger.error('metrics failed to load', { error }));
    });
  }
  return {
    readyLine: readyLine(opened, settings['http-engine'], settings.data),
    describe: () => ({ version: packageVersion(), data: settings.data, ...listenerFields(opened) }),
    close: async () => {
      health.drain();
      schedules.close();
      // Listeners stop accepting at once; the broker then answers the long polls they still wait for.
      const listening = closeListeners(opened);
      await outward.close(limits.drainMs);
      await broker.close();
      await listening;
      await storage.close();
    },
  };
}

async function openStorage({ settings }: Config, logger: Logger): Promise<Storage> {
  try {
    return await openLmdbStorage({
      directory: settings.data,
      durability: settings.durability,
      logger: logger.child({ layer: 'storage' }),
    });
  } catch (error) {
    if (error instanceof StorageError) throw new StartError(error.message);
    // Whatever the operating system says of this directory (a file of that name, read-only, no room, no
    // rights) is the operator's to repair: a line, not a stack.
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new StartError(`${settings.data} cannot be used as data directory: ${message}`);
  }
}

async function openBroker({ settings }: Config, storage: Storage, logger: Logger): Promise<Broker> {
  const queueCells = cellCount('queue', settings, storage);
  const streamCells = cellCount('stream', settings, storage);
  try {
    const deps = {
      storage,
      clock: systemClock,
      rng: new SystemRng(),
      logger: logger.child({ layer: 'broker' }),
      queueCells,
      streamCells,
      durability: settings.durability,
    };
    return await createBroker(deps);
  } catch (error) {
    if (error instanceof StorageError) throw new StartError(error.message);
    throw error;
  }
}

function cellCount(kind: 'queue' | 'stream', settings: Config['settings'], storage: Storage): number {
  const present = storage.cellNames().filter((name) => name.startsWith(`${kind}-`)).length;
  const wanted = settings[`${kind}-cells`] ?? Math.max(1, present);
  if (wanted >= present) return wanted;
  throw new StartError(
    `${settings.data} has ${present} ${kind} cells and cannot go on with ${wanted}: ` +
      `start with --${kind}-cells ${present}`,
  );
}

// A policy that cannot be read is found by the engine: for the operator it is a configuration error.
function createAws(config: Config, deps: ProtocolDeps, outward: Outward): AwsProtocol {
  try {
    return createAwsProtocol(awsDepsOf(config, deps, outward));
  } catch (error) {
    throw new StartError((error as Error).message, { cause: error });
  }
}

interface Listening {
  readonly config: Config;
  readonly logger: Logger;
  /** Filled as they open, so that a failure can close those before it. */
  readonly opened: Opened[];
  readonly api: RequestHandler;
  readonly admin: RequestHandler;
}

async function openListeners({ config, logger, opened, api, admin }: Listening): Promise<void> {
  const { settings } = config;
  const tls = { certFile: settings['tls-cert'] ?? '', keyFile: settings['tls-key'] ?? '' };
  const engine = settings['http-engine'];
  const plans = [
    { name: 'http', flag: 'http-port', handler: api, engine, tls: undefined, bodyBytesMax: undefined },
    { name: 'https', flag: 'https-port', handler: api, engine, tls, bodyBytesMax: undefined },
    {
      name: 'admin',
      flag: 'admin-port',
      handler: admin,
      engine: 'auto',
      tls: undefined,
      bodyBytesMax: limits.adminBodyBytesMax,
    },
  ] as const;
  for (const plan of plans) {
    const port = settings[plan.flag];
    if (port === 'off') continue;
    opened.push(await open({ ...plan, port, config, logger }));
  }
}

interface ListenerPlan {
  readonly name: string;
  readonly flag: string;
  readonly port: number;
  readonly handler: RequestHandler;
  readonly engine: HttpEngine;
  readonly tls: TlsFiles | undefined;
  readonly bodyBytesMax: number | undefined;
  readonly config: Config;
  readonly logger: Logger;
}

async function open(plan: ListenerPlan): Promise<Opened> {
  const { name, port, config, tls, bodyBytesMax } = plan;
  const { bind, 'treat-as-remote': treatAsRemote } = config.settings;
  try {
    const listener = await listenHttp({
      host: bind,
      port,
      engine: plan.engine,
      handler: plan.handler,
      corsOrigins: config.corsOrigins,
      logger: plan.logger.child({ layer: 'net', listener: name }),
      ...(tls === undefined ? {} : { tls }),
      ...(treatAsRemote === undefined ? {} : { treatAsRemote }),
      ...(bodyBytesMax === undefined ? {} : { limits: { bodyBytesMax } }),
    });
    const scheme = tls === undefined ? 'http' : 'https';
    return { name, listener, url: `${scheme}://${hostText(bind)}:${listener.port}` };
  } catch (error) {
    const problem =
      listenProblem(error, `--${plan.flag}`, `port ${port} of ${bind}`) ?? tlsProblem(error, tls);
    if (problem !== undefined) throw new StartError(problem);
    throw error;
  }
}

function tlsProblem(error: unknown, tls: TlsFiles | undefined): string | undefined {
  if (tls === undefined || !(error instanceof Error)) return undefined;
  return `certificate ${tls.certFile} or key ${tls.keyFile} cannot be used: ${error.message}`;
}

async function closeListeners(opened: readonly Opened[]): Promise<void> {
  await Promise.all(opened.map(({ listener }) => listener.close(limits.drainMs)));
}

function hostText(bind: string): string {
  return bind.includes(':') && !bind.startsWith('[') ? `[${bind}]` : bind;
}

function listenerFields(opened: readonly Opened[]): Readonly<Record<string, string>> {
  return Object.fromEntries(opened.map(({ name, url }) => [name, url]));
}

// `http-engine` is named only when it was asked for: it says what really runs (uws speaks no HTTP/2).
function readyLine(opened: readonly Opened[], engine: HttpEngine, directory: string): string {
  const words = opened.map(({ name, url }) => `${name}=${url}`);
  const api = opened.find(({ name }) => name === 'http');
  if (engine !== 'auto' && api !== undefined) words.push(`http-engine=${api.listener.engine}`);
  return ['caudal ready', ...words, `data=${directory}`].join(' ');
}
