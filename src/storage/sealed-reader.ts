// The main thread's handle on the one worker that reads sealed bodies, so that a cold disk makes a reader
// wait and not the event loop. Built by the LMDB storage, shared by its cells; the thread starts with the
// first question. When it fails, every answer is undefined from then on, and whoever asked reads by itself.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { limits } from '../base/limits.ts';
import type { Logger } from '../base/log.ts';

export interface FenceQuestion {
  readonly kind: 'fence';
  readonly path: string;
}

export interface BlocksQuestion {
  readonly kind: 'blocks';
  readonly path: string;
  readonly entity: number;
  /** Blocks from the one that holds this sequence, or the next one, on. */
  readonly from: number;
  /** How many bytes of them after the first one. */
  readonly bytes: number;
}

export type SealedQuestion = FenceQuestion | BlocksQuestion;

/** A file is gone: nobody is going to ask for it again. */
export interface SealedRelease {
  readonly released: string;
}

/** What the worker is sent: a question, and memory of an earlier answer to put this one in. */
export interface SealedRequest {
  readonly id: number;
  readonly question: SealedQuestion;
  readonly memory?: ArrayBuffer;
}

export interface SealedAnswer {
  /** The fence's table, or sound blocks one after the other. */
  readonly memory: ArrayBuffer;
  /** Where each of them ends. */
  readonly ends: readonly number[];
  readonly problems: readonly { readonly key: string; readonly problem: string }[];
}

export interface SealedReply {
  readonly id: number;
  readonly answer?: SealedAnswer;
  readonly error?: string;
}

interface Waiting {
  readonly question: SealedQuestion;
  readonly resolve: (answer: SealedAnswer | undefined) => void;
}

/** What a cell sees of it; tests put their own in its place. */
export interface SealedReading {
  /**
   * Undefined: it could not be read, for whatever reason. `isNext`: before all that waits, because what was
   * read before it must not be pushed out of memory meanwhile.
   */
  ask(question: SealedQuestion, isNext?: boolean): Promise<SealedAnswer | undefined>;
  /** The file is gone: it must not be kept open, nor its space. */
  release(path: string): void;
  /** Gives memory of an answer back, to be used for a later one. */
  recycle(memory: ArrayBuffer): void;
}

/** The compiled tree has .js beside this file, a checkout .ts. */
const workerFile = new URL(`./sealed-reader-worker${extname(import.meta.filename)}`, import.meta.url);
const closeMs = 5_000;

export class SealedReader implements SealedReading {
  readonly #logger: Logger;
  readonly #file: URL;
  readonly #inFlight = new Map<number, Waiting>();
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #memory: ArrayBuffer | undefined;
  #nextId = 1;
  #hasFailed = false;
  #lastError: string | undefined;

  constructor(logger: Logger, file = workerFile) {
    this.#logger = logger;
    this.#file = file;
  }

  ask(question: SealedQuestion, isNext = false): Promise<SealedAnswer | undefined> {
    if (this.#hasFailed || this.#waiting.length >= limits.readAheadsWaitingMax)
      return Promise.resolve(undefined);
    return new Promise((resolve) => {
      if (isNext) this.#waiting.unshift({ question, resolve });
      else this.#waiting.push({ question, resolve });
      this.#send();
    });
  }

  recycle(memory: ArrayBuffer): void {
    this.#memory = memory;
  }

  release(path: string): void {
    this.#worker?.postMessage({ released: path } satisfies SealedRelease);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#fail();
    if (worker === undefined) return;
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    // It ends between two questions: a thread that is stopped inside LMDB would leave a lock behind.
    worker.postMessage('close');
    const timer = setTimeout(() => void worker.terminate(), closeMs);
    await exit;
    clearTimeout(timer);
  }

  #send(): void {
    while (this.#inFlight.size < limits.readAheadsInFlightMax) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const id = this.#nextId++;
      this.#inFlight.set(id, next);
      const memory = next.question.kind === 'blocks' ? this.#memory : undefined;
      if (memory === undefined) {
        this.#started().postMessage({ id, question: next.question } satisfies SealedRequest);
        continue;
      }
      this.#memory = undefined;
      const request: SealedRequest = { id, question: next.question, memory };
      this.#started().postMessage(request, [memory]);
    }
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.#file);
    worker.unref();
    worker.on('message', (reply: SealedReply) => this.#settle(reply));
    worker.on('error', (cause) => this.#lost(cause));
    worker.on('exit', (code) => this.#lost(new Error(`it ended with ${code}`)));
    this.#worker = worker;
    return worker;
  }

  #settle({ id, answer, error }: SealedReply): void {
    const asked = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    // A reader comes back to the same place again and again.
    if (error !== undefined && error !== this.#lastError) {
      this.#lastError = error;
      this.#logger.warn('sealed bodies not read ahead', { error });
    }
    asked?.resolve(answer);
    this.#send();
  }

  #lost(cause: unknown): void {
    if (this.#hasFailed) return;
    this.#logger.warn('reading worker lost, sealed bodies are read on the event loop', { cause });
    this.#fail();
  }

  #fail(): void {
    this.#hasFailed = true;
    this.#worker = undefined;
    const asked = [...this.#inFlight.values(), ...this.#waiting.splice(0)];
    this.#inFlight.clear();
    for (const { resolve } of asked) resolve(undefined);
  }
}
