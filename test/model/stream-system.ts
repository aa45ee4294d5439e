// The real broker as the stream model suite drives it: over the memory storage, with a clock that stands
// still. Hands out commands whose answers are judged as they are revealed, and can stall commits, make one
// fail, crash the broker, or close it and open it again.
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SeededRng } from '../../src/base/rng.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type { Command, FollowShard, Query, Reply, ReplySink, Subscription } from '../../src/broker/index.ts';
import { MemoryStorage } from '../../src/storage/index.ts';
import { isQuery } from '../crash/local-broker.ts';
import { keep } from './stream-world.ts';

/** More loop turns than any answer takes; beyond it something hangs. */
const turnsMax = 5_000;

/** One command on its way; its answer is judged when it comes. */
export class Asked implements ReplySink {
  reply: Reply | undefined;
  readonly what: string;
  readonly #judge: (reply: Reply) => void;
  wrong: Error | undefined;
  /** It rests on a change whose commit is stalled. */
  isHidden = false;

  constructor(what: string, judge: (reply: Reply) => void) {
    this.what = what;
    this.#judge = judge;
  }
  reveal(reply: Reply): void {
    if (this.reply !== undefined) throw new Error(`${this.what} was answered twice`);
    this.reply = keep(reply);
    try {
      this.#judge(this.reply);
    } catch (error) {
      this.wrong ??= error as Error;
    }
  }
  isOpen(): boolean {
    return true;
  }
}

export class StreamSystem {
  readonly clock = new ManualClock();
  readonly storage = new MemoryStorage();
  broker!: Awaited<ReturnType<typeof createBroker>>;
  streamCells: number;
  isStalled = false;
  #starts = 0;

  private constructor(streamCells: number) {
    this.streamCells = streamCells;
  }

  static async start(streamCells: number): Promise<StreamSystem> {
    const system = new StreamSystem(streamCells);
    await system.#open();
    return system;
  }

  ask(command: Command | Query, judge: (reply: Reply) => void): Asked {
    const asked = new Asked(command.kind, judge);
    if (isQuery(command)) this.broker.query(command, asked);
    else this.broker.submit(command, asked);
    return asked;
  }

  follow(follow: FollowShard, reveal: (reply: Reply) => void): Subscription {
    return this.broker.follow(follow, { isOpen: () => true, reveal: (reply) => reveal(keep(reply)) });
  }

  /** From now on no commit comes to its end: whatever rests on one must stay hidden. */
  stall(): void {
    this.isStalled = true;
    this.storage.stallAppends();
  }
  release(): void {
    this.isStalled = false;
    this.storage.releaseAppends();
  }

  /** Lets everything that can happen happen, without waiting for any answer. */
  async turns(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await turn();
  }

  /** Waits for these answers, and throws what their judges found. */
  async answers(asked: readonly Asked[]): Promise<void> {
    for (let i = 0; i < turnsMax && asked.some((one) => one.reply === undefined); i++) await turn();
    for (const { reply, wrong, what } of asked) {
      if (wrong !== undefined) throw wrong;
      if (reply === undefined) throw new Error(`no answer to ${what}`);
    }
  }

  /** Waits, within bounds, until something has become true. */
  async until(isTrue: () => boolean, what: string): Promise<void> {
    for (let i = 0; i < turnsMax; i++) {
      if (isTrue()) return;
      await turn();
    }
    throw new Error(`never came: ${what}`);
  }

  /** The process is gone: what was not committed never was. */
  async crash(): Promise<void> {
    this.storage.crash();
    this.isStalled = false;
    await this.#open();
  }

  async reopen(streamCells: number): Promise<void> {
    await this.broker.close();
    await this.storage.close();
    this.streamCells = streamCells;
    await this.#open();
  }

  async stop(): Promise<void> {
    this.release();
    await this.broker.close();
  }

  async #open(): Promise<void> {
    this.#starts++;
    this.broker = await createBroker({
      storage: this.storage,
      clock: this.clock,
      rng: new SeededRng(this.#starts),
      logger: silentLogger,
      queueCells: 1,
      streamCells: this.streamCells,
      tickMs: 0,
    });
  }
}
