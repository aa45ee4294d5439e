// The real broker as the model suite drives it: over the memory storage, with a clock that stands still, and
// with a gate in front of every commit. Collects answers in the order in which they were revealed, and can
// crash the broker, close it, or open it again over the same committed data.
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SeededRng } from '../../src/base/rng.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type { Command, Query, Reply, ReplySink } from '../../src/broker/index.ts';
import { MemoryStorage } from '../../src/storage/index.ts';

/** More loop turns than any answer takes; beyond it something hangs. */
const turnsMax = 5_000;

export type RunningBroker = Awaited<ReturnType<typeof createBroker>>;

/** One command on its way, and what its answer has to be. */
export class Asked implements ReplySink {
  reply: Reply | undefined;
  isConnected = true;
  readonly judge: (reply: Reply) => void;
  readonly #system: System;

  constructor(system: System, judge: (reply: Reply) => void) {
    this.#system = system;
    this.judge = judge;
  }
  reveal(reply: Reply): void {
    if (this.reply !== undefined) throw new Error('an answer was revealed twice');
    this.reply = reply;
    this.#system.revealed.push(this);
  }
  isOpen(): boolean {
    return this.isConnected;
  }
}

export class System {
  readonly clock = new ManualClock();
  readonly storage = new MemoryStorage();
  broker!: RunningBroker;
  queueCells: number;
  revealed: Asked[] = [];
  /** An orderly end is under way: it answers those who wait. */
  isClosing = false;
  /** A commit is being made to fail: it answers those who wait. */
  isFailing = false;
  isStalled = false;
  readonly #seed: number;
  #starts = 0;

  readonly #needPagesEvery: number;

  private constructor(seed: number, queueCells: number, needPagesEvery: number) {
    this.#seed = seed;
    this.#needPagesEvery = needPagesEvery;
    this.queueCells = queueCells;
  }

  static async start(seed: number, queueCells: number, needPagesEvery = 0): Promise<System> {
    const system = new System(seed, queueCells, needPagesEvery);
    await system.#open();
    return system;
  }

  /** Commands may be parked until their pages are there. */
  get isParking(): boolean {
    return this.#needPagesEvery > 0;
  }

  submit(command: Command, judge: (reply: Reply) => void): Asked {
    const asked = new Asked(this, judge);
    this.broker.submit(command, asked);
    return asked;
  }

  query(query: Query, judge: (reply: Reply) => void): Asked {
    const asked = new Asked(this, judge);
    this.broker.query(query, asked);
    return asked;
  }

  withdraw(asked: Asked): void {
    asked.isConnected = false;
    this.broker.cancel(asked);
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

  /** The next commit of these cells fails, and is undone. */
  failNextCommits(cells: Iterable<number>): void {
    for (const cell of new Set(cells)) this.storage.failNextAppend(`queue-${cell}`, 'io');
  }

  /** Lets everything that can happen happen, without waiting for any answer. */
  async turns(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await turn();
  }

  /** Waits for these answers. */
  async answers(asked: readonly Asked[]): Promise<void> {
    for (let i = 0; i < turnsMax; i++) {
      if (asked.every((one) => one.reply !== undefined)) return;
      await turn();
    }
    throw new Error(`no answer to ${asked.filter((one) => one.reply === undefined).length} commands`);
  }

  /** Runs due timers, tasks and moves between cells to their end. */
  async quiet(): Promise<void> {
    await this.broker.tick();
    await this.turns(2);
  }

  /** The process is gone: what was not committed never was. */
  async crash(): Promise<void> {
    this.storage.crash();
    this.isStalled = false;
    this.revealed = [];
    await this.#open();
  }

  async reopen(queueCells: number): Promise<void> {
    this.isClosing = true;
    await this.broker.close();
    await this.storage.close();
    this.queueCells = queueCells;
    await this.#open();
  }

  async stop(): Promise<void> {
    this.release();
    await this.broker.close();
  }

  async open(queueCells: number): Promise<void> {
    this.queueCells = queueCells;
    await this.#open();
  }

  async #open(): Promise<void> {
    this.#starts++;
    this.broker = await createBroker({
      storage: this.storage,
      clock: this.clock,
      rng: new SeededRng(this.#seed + this.#starts),
      logger: silentLogger,
      queueCells: this.queueCells,
      tickMs: 0,
      needPagesEvery: this.#needPagesEvery,
    });
  }
}
