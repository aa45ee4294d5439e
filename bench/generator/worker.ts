// The load generator's thread: keeps sessions (a target, its connections, a workload) and runs one window at
// a time on each when the main thread says so. Started by generator.ts only.
import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import { ClosedLoop } from './closed-loop.ts';
import type { LoopResult } from './closed-loop.ts';
import { Lanes } from './lanes.ts';
import { Ledger } from './ledger.ts';
import type { GeneratorAnswer, GeneratorCommand, GeneratorRequest } from './messages.ts';
import type { GeneratorValue, RunResult, RunSpec, SessionSpec, SubscribeSpec } from './messages.ts';
import { OpenLoop } from './open-loop.ts';
import { RequestSigner } from './request-signer.ts';
import { arrivalTimes } from './schedule.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Workload } from './workload.ts';
import type { Account } from './workloads/index.ts';
import { createWorkload, isSqs, signingOf } from './workloads/index.ts';
import { PutWorkload } from './workloads/kinesis/put.ts';
import { AckBook } from './workloads/kinesis/ack-book.ts';

interface Session {
  readonly lanes: Lanes;
  readonly account: Account;
  readonly workload: Workload;
  readonly endpoint: string;
  subscriptions: Subscriptions | null;
  stop: () => void;
}

const defaultGraceMs = 10_000;
/** What SQS loads may ask of their ledger, and others do not. */
const plainRules = { groupCount: 0, allowsRedelivery: false };
const sessions = new Map<number, Session>();
const accounts = new Map<string, Account>();

function openSession(spec: SessionSpec): Session {
  const url = new URL(spec.target.endpoint);
  const account = accountOf(spec);
  const signer = new RequestSigner(
    {
      host: url.host,
      accessKeyId: 'test',
      secretAccessKey: 'test',
      region: 'us-east-1',
      ...signingOf(spec.workload),
    },
    spec.seed,
  );
  const lanes = new Lanes({ host: url.hostname, port: Number(url.port), count: spec.connectionCount });
  const workload = createWorkload(spec.workload, account, signer);
  return { lanes, account, workload, endpoint: url.href, subscriptions: null, stop: () => {} };
}

async function subscribe(session: Session, specs: readonly SubscribeSpec[]): Promise<void> {
  const { account, workload, endpoint } = session;
  const subscriptions = new Subscriptions(account.ledger);
  session.subscriptions = subscriptions;
  if (workload instanceof PutWorkload) {
    workload.onIssued = (first, count, atMs) => subscriptions.noteIssued(first, count, atMs);
  }
  await subscriptions.open(endpoint, specs);
}

function accountOf({ workload, seed }: SessionSpec): Account {
  const { groupCount = 0, allowsRedelivery = false } = isSqs(workload) ? workload : plainRules;
  let account = accounts.get(workload.ledger);
  if (account === undefined) {
    const tag = (seed >>> 0).toString(36).padStart(6, '0').slice(-6);
    account = { ledger: new Ledger(tag, { groupCount, allowsRedelivery }), acks: new AckBook() };
    accounts.set(workload.ledger, account);
  }
  // A later session may be stricter about the same messages than the one that leased them.
  account.ledger.allowsRedelivery = allowsRedelivery;
  return account;
}

/** Runs one loop to its end and answers when, how busy the thread was, and whether it had to be stopped. */
async function run(session: Session, spec: RunSpec): Promise<RunResult> {
  await session.lanes.connect();
  const operationCount = spec.loop === 'closed' ? spec.prepareCount : arrivalTimes(spec.schedule).length;
  session.workload.prepare(operationCount, performance.now());
  const startedAt = {
    steadyMs: performance.now(),
    wallMs: Date.now(),
    utilization: performance.eventLoopUtilization(),
  };
  let isTimedOut = false;
  let timer: NodeJS.Timeout | undefined;
  const result = await new Promise<LoopResult>((resolve) => {
    const options = {
      port: session.lanes,
      workload: session.workload,
      nowMs: () => performance.now(),
      onDone: resolve,
    };
    const durationMs = spec.loop === 'closed' ? spec.durationMs : spec.schedule.durationMs;
    if (spec.loop === 'closed') {
      const loop = new ClosedLoop(options);
      session.lanes.listener = loop;
      session.stop = () => loop.stop();
      loop.start(durationMs);
    } else {
      const loop = new OpenLoop(options, arrivalTimes(spec.schedule));
      session.lanes.listener = loop;
      session.stop = () => loop.stop();
      loop.start();
      pace(loop);
    }
    timer = setTimeout(
      () => {
        isTimedOut = true;
        session.stop();
      },
      durationMs + (spec.graceMs ?? defaultGraceMs),
    );
  });
  clearTimeout(timer);
  session.lanes.listener = null;
  const utilization = performance.eventLoopUtilization(startedAt.utilization).utilization;
  const clockStepMs = Date.now() - startedAt.wallMs - (performance.now() - startedAt.steadyMs);
  return {
    ...result,
    rateHz: result.units / result.seconds,
    utilization,
    clockStepMs,
    isTimedOut,
    tally: session.workload.tally(),
  };
}

const sleepCell = new Int32Array(new SharedArrayBuffer(4));
/** A turn sleeps at most this long, so a reply waits no longer to be seen; shorter gaps are spun through. */
const sleepMsMax = 0.1;
const sleepMsMin = 0.06;

/**
 * Keeps the schedule. A timer is late by a millisecond and more; a loop that only spins is punished by the
 * system's scheduler when the cores are busy, and is then late by many. So it sleeps for microseconds between
 * its turns.
 */
function pace(loop: OpenLoop): void {
  if (loop.isDone) return;
  loop.tick();
  const gapMs = Math.min(loop.nextDueMs() - performance.now(), sleepMsMax);
  if (gapMs > sleepMsMin) Atomics.wait(sleepCell, 0, 0, gapMs - sleepMsMin / 2);
  setImmediate(pace, loop);
}

async function obey(command: GeneratorCommand): Promise<GeneratorValue> {
  if (command.kind === 'open') {
    const session = openSession(command.spec);
    sessions.set(command.session, session);
    await session.lanes.connect();
    return 0;
  }
  const session = sessions.get(command.session);
  if (session === undefined) throw new Error(`no session ${command.session}`);
  switch (command.kind) {
    case 'run':
      return run(session, command.spec);
    case 'stop':
      session.stop();
      return 0;
    case 'lost':
      return session.account.ledger.lostCount();
    case 'distinct':
      return session.account.ledger.distinctReceivedCount();
    case 'acknowledged':
      return session.account.acks.count(command.shardIndex);
    case 'subscribe':
      await subscribe(session, command.specs);
      return 0;
    case 'events':
      if (session.subscriptions === null) throw new Error('nobody has subscribed');
      return session.subscriptions.take();
    case 'close':
      session.subscriptions?.close();
      session.lanes.close();
      sessions.delete(command.session);
      return 0;
  }
}

parentPort?.on('message', (request: GeneratorRequest) => {
  void obey(request.command).then(
    (value) => answer({ id: request.id, value }),
    (error: unknown) => answer({ id: request.id, error: String(error) }),
  );
});

function answer(message: GeneratorAnswer): void {
  parentPort?.postMessage(message);
}
