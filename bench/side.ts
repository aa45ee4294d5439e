// One side of a comparison over HTTP: a running program and a load session on it, measured window by window.
// Used for the daemon, the echo and peers alike, so that all of them get the same treatment.
import type { ExperimentContext } from './experiment.ts';
import { windowFlags } from './gate.ts';
import type { LoadSession } from './generator/generator.ts';
import type { RunResult } from './generator/messages.ts';
import type { LoadSpec } from './generator/workload.ts';
import type { Window } from './pairs.ts';
import { cpuMs, machineShares, machineTimes, waitForQuiet } from './proc.ts';
import type { Program } from './program.ts';
import { benchScript, startProgram } from './program.ts';

export interface SideSpec {
  readonly name: string;
  readonly program: Program;
  readonly connectionCount: number;
  readonly workload: LoadSpec;
}

/** Requests signed beyond what the rate so far asks for: rates rise while code gets warm. */
const prepareMargin = 1.5;
const warmUpMs = 700;

export class Side {
  readonly name: string;
  readonly program: Program;
  readonly session: LoadSession;
  readonly #windowMs: number;
  readonly #settleMs: number;
  #operationsPerMs = 0;
  lastRun: RunResult | null = null;

  private constructor(context: ExperimentContext, spec: SideSpec, session: LoadSession) {
    this.name = spec.name;
    this.program = spec.program;
    this.session = session;
    this.#windowMs = context.windowMs;
    this.#settleMs = context.settleMs;
  }

  static async open(context: ExperimentContext, spec: SideSpec): Promise<Side> {
    const session = await context.generator.open({
      target: { endpoint: spec.program.endpoint },
      connectionCount: spec.connectionCount,
      workload: spec.workload,
      seed: context.seed,
    });
    return new Side(context, spec, session);
  }

  /**
   * Two unmeasured windows: the first finds the rate, the second runs with signed requests as the measured
   * ones do.
   */
  async warmUp(): Promise<void> {
    await this.#run(warmUpMs);
    await this.#run(warmUpMs);
  }

  async measure(): Promise<Window> {
    await waitForQuiet(this.#settleMs);
    const times = machineTimes();
    const cpuBefore = cpuMs(this.program.pid);
    const ownBefore = process.cpuUsage();
    const run = await this.#run(this.#windowMs);
    const cpu = cpuMs(this.program.pid) - cpuBefore;
    const own = process.cpuUsage(ownBefore);
    const shares = machineShares(times, machineTimes(), cpu + (own.user + own.system) / 1000);
    const flags = windowFlags(run, shares);
    return { rateHz: run.rateHz, units: run.units, latency: run.latency, cpuMs: cpu, flags };
  }

  async #run(durationMs: number): Promise<RunResult> {
    const prepareCount = Math.ceil(this.#operationsPerMs * durationMs * prepareMargin);
    const run = await this.session.run({ loop: 'closed', durationMs, prepareCount });
    this.#operationsPerMs = Math.max(this.#operationsPerMs, run.operations / (run.seconds * 1000));
    this.lastRun = run;
    return run;
  }
}

/** The yardstick is one program under one load: 64 connections, whatever its subject is measured with. */
export async function openEcho(context: ExperimentContext): Promise<Side> {
  const program = context.own(await startProgram({ name: 'echo', nodeArguments: [benchScript('echo')] }));
  const queueUrl = `${program.endpoint}/000000000000/bench`;
  return Side.open(context, {
    name: 'echo',
    program,
    connectionCount: 64,
    workload: { kind: 'send', queueUrl, ledger: 'echo' },
  });
}

export interface CeilingLoad {
  readonly connectionCount: number;
  readonly workload: LoadSpec;
  /** What instant.ts has to answer with. */
  readonly reply: readonly string[];
}

/** What the generator reaches with this load when the server costs nothing. */
export async function measureCeiling(context: ExperimentContext, load: CeilingLoad): Promise<number> {
  const { connectionCount, workload, reply } = load;
  const nodeArguments = [benchScript('instant'), ...reply];
  const program = await startProgram({ name: 'instant', nodeArguments });
  try {
    const ledger = `ceiling-${workload.ledger}`;
    const side = await Side.open(context, {
      name: 'instant',
      program,
      connectionCount,
      workload: { ...workload, ledger },
    });
    await side.warmUp();
    const window = await side.measure();
    await side.session.close();
    return window.rateHz;
  } finally {
    await program.stop();
  }
}
