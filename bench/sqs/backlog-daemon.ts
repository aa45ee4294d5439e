// The daemon of a backlog experiment: it is killed and started again on the same data and port, and its
// anonymous memory is watched all the time.
import { queueUrl, startDaemon } from '../daemon.ts';
import type { ExperimentContext } from '../experiment.ts';
import type { LoadSession } from '../generator/generator.ts';
import type { WorkloadSpec } from '../generator/workload.ts';
import { rssAnonBytes } from '../proc.ts';
import type { Program } from '../program.ts';
import { SqsApi } from './api.ts';
import type { BacklogShape } from './backlog-shapes.ts';

const sampleMs = 200;

export class BacklogDaemon {
  readonly #context: ExperimentContext;
  readonly #dataDirectory: string;
  readonly #timer: NodeJS.Timeout;
  #program: Program;
  /** Highest RssAnon since `forgetPeak`. */
  peakBytes = 0;

  private constructor(context: ExperimentContext, dataDirectory: string, program: Program) {
    this.#context = context;
    this.#dataDirectory = dataDirectory;
    this.#program = program;
    this.#timer = setInterval(() => this.#sample(), sampleMs);
    this.#timer.unref();
  }

  static async start(context: ExperimentContext, dataDirectory: string): Promise<BacklogDaemon> {
    const program = context.own(await startDaemon({ dataDirectory }));
    return new BacklogDaemon(context, dataDirectory, program);
  }

  get program(): Program {
    return this.#program;
  }

  get api(): SqsApi {
    return new SqsApi(this.#program.endpoint);
  }

  url(queueName: string): string {
    return queueUrl(this.#program.endpoint, queueName);
  }

  forgetPeak(): void {
    this.peakBytes = 0;
    this.#sample();
  }

  /** Kills the process and answers how long a new one takes to its ready line. */
  async killAndRestart(): Promise<number> {
    await this.#program.kill9();
    const httpPort = Number(new URL(this.#program.endpoint).port);
    const spec = { dataDirectory: this.#dataDirectory, httpPort };
    this.#program = this.#context.own(await startDaemon(spec));
    return this.#program.readyMs;
  }

  openLoad(workload: WorkloadSpec, connectionCount = 64): Promise<LoadSession> {
    const { seed } = this.#context;
    const target = { endpoint: this.#program.endpoint };
    return this.#context.generator.open({ target, connectionCount, workload, seed });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#program.stop();
  }

  #sample(): void {
    const bytes = rssAnonBytes(this.#program.pid);
    if (bytes > this.peakBytes) this.peakBytes = bytes;
  }
}

/** URL of one of the shape's queues, numbered when there are several. */
export function queueUrlAt(daemon: BacklogDaemon, shape: BacklogShape, index: number): string {
  return daemon.url(shape.queueCount === 1 ? shape.queueName : `${shape.queueName}${index}`);
}

/** Messages in all queues of a shape. */
export async function countAll(daemon: BacklogDaemon, shape: BacklogShape): Promise<number> {
  let total = 0;
  const chunk = 32;
  for (let first = 0; first < shape.queueCount; first += chunk) {
    const indexes = Array.from(
      { length: Math.min(chunk, shape.queueCount - first) },
      (_, index) => first + index,
    );
    const urls = indexes.map((index) => queueUrlAt(daemon, shape, index));
    const counts = await Promise.all(urls.map((url) => daemon.api.messageCounts(url)));
    total += counts.reduce((sum, count) => sum + count.total, 0);
  }
  return total;
}
