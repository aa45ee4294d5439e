// The main thread's handle on the load generator's worker. Experiments open sessions on it and run windows;
// it never touches a socket itself.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type {
  EventsResult,
  GeneratorAnswer,
  GeneratorCommand,
  GeneratorValue,
  RunResult,
  RunSpec,
  SessionSpec,
  SubscribeSpec,
} from './messages.ts';

interface Waiting {
  readonly resolve: (value: GeneratorValue) => void;
  readonly reject: (error: Error) => void;
}

export class Generator {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #nextSession = 1;

  constructor() {
    // The compiled tree has .js beside this file, a checkout .ts.
    this.#worker = new Worker(new URL(`./worker${extname(import.meta.filename)}`, import.meta.url));
    this.#worker.on('message', (answer: GeneratorAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) =>
      this.#failAll(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async open(spec: SessionSpec): Promise<LoadSession> {
    const session = this.#nextSession++;
    await this.#ask({ kind: 'open', session, spec });
    return {
      run: async (run) => (await this.#ask({ kind: 'run', session, spec: run })) as RunResult,
      stop: async () => void (await this.#ask({ kind: 'stop', session })),
      distinctReceivedCount: async () => (await this.#ask({ kind: 'distinct', session })) as number,
      lostCount: async () => (await this.#ask({ kind: 'lost', session })) as number,
      acknowledgedCount: async (shardIndex) =>
        (await this.#ask({ kind: 'acknowledged', session, shardIndex })) as number,
      subscribe: async (specs) => void (await this.#ask({ kind: 'subscribe', session, specs })),
      takeEvents: async () => (await this.#ask({ kind: 'events', session })) as EventsResult,
      close: async () => void (await this.#ask({ kind: 'close', session })),
    };
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(command: GeneratorCommand): Promise<GeneratorValue> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, command });
    });
  }

  #settle(answer: GeneratorAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.error === undefined) waiting?.resolve(answer.value ?? 0);
    else waiting?.reject(new Error(answer.error));
  }

  #failAll(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

export interface LoadSession {
  run(spec: RunSpec): Promise<RunResult>;
  /** Ends the window that is running; its `run` then resolves with what there is. */
  stop(): Promise<void>;
  /** Different messages of the session's ledger that came at least once. */
  distinctReceivedCount(): Promise<number>;
  /** Confirmed messages of the ledger that never came. */
  lostCount(): Promise<number>;
  /** Records that one shard of a stream has acknowledged. */
  acknowledgedCount(shardIndex: number): Promise<number>;
  /** Subscribers of the stream that this session puts to; they stay until the session is closed. */
  subscribe(specs: readonly SubscribeSpec[]): Promise<void>;
  takeEvents(): Promise<EventsResult>;
  close(): Promise<void>;
}
