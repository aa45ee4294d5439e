// Receives that wait for messages: volatile consumers, in order of arrival per queue. They are an input of
// decisions, never part of the state: no restart and no replay knows them.
import { limits } from '../../base/limits.ts';
import type { Receive, ReplySink } from '../command.ts';

export interface Waiter {
  readonly command: Receive;
  readonly sink: ReplySink;
  readonly untilMs: number;
  isDone: boolean;
}

export class Waiters {
  count = 0;
  readonly #byEntity = new Map<number, Waiter[]>();
  readonly #bySink = new Map<ReplySink, Waiter>();

  /** False when too many wait already. */
  add(command: Receive, sink: ReplySink, untilMs: number): boolean {
    if (this.count >= limits.waitersMax) return false;
    const waiter: Waiter = { command, sink, untilMs, isDone: false };
    const waiting = this.#byEntity.get(command.entity);
    if (waiting === undefined) this.#byEntity.set(command.entity, [waiter]);
    else waiting.push(waiter);
    this.#bySink.set(sink, waiter);
    this.count++;
    return true;
  }

  /** The waiter that has waited longest for this queue and is still there. */
  first(entity: number): Waiter | undefined {
    const waiting = this.#byEntity.get(entity);
    if (waiting === undefined) return undefined;
    while (waiting.length > 0) {
      const waiter = waiting[0] as Waiter;
      if (!waiter.isDone && waiter.sink.isOpen()) return waiter;
      this.remove(waiter);
      waiting.shift();
    }
    this.#byEntity.delete(entity);
    return undefined;
  }

  /** Queues that somebody waits for. */
  entities(): Iterable<number> {
    return this.#byEntity.keys();
  }

  remove(waiter: Waiter): void {
    if (waiter.isDone) return;
    waiter.isDone = true;
    this.#bySink.delete(waiter.sink);
    this.count--;
  }

  cancel(sink: ReplySink): void {
    const waiter = this.#bySink.get(sink);
    if (waiter !== undefined) this.remove(waiter);
  }

  /** Takes out those whose time is over. */
  expire(nowMs: number): Waiter[] {
    return this.#take((waiter) => waiter.untilMs <= nowMs);
  }
  takeAll(): Waiter[] {
    return this.#take(() => true);
  }

  #take(isTaken: (waiter: Waiter) => boolean): Waiter[] {
    const taken: Waiter[] = [];
    for (const waiter of this.#bySink.values()) if (isTaken(waiter)) taken.push(waiter);
    for (const waiter of taken) this.remove(waiter);
    for (const [entity, waiting] of this.#byEntity) {
      if (taken.length === 0) break;
      const left = waiting.filter((waiter) => !waiter.isDone);
      if (left.length === 0) this.#byEntity.delete(entity);
      else this.#byEntity.set(entity, left);
    }
    return taken;
  }
}
