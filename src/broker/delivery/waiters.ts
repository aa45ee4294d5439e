// Receives that wait for messages: volatile consumers, in order of arrival per queue. They are an input of
// decisions, never part of the state: no restart and no replay knows them. Each queue's are a linked list: one
// that leaves early (clients give up and ask again, for hours, on a queue where nothing happens) leaves nothing
// behind, and costs the same however many wait.
import { limits } from '../../base/limits.ts';
import type { Receive, ReplySink } from '../command.ts';

export interface Waiter {
  readonly command: Receive;
  readonly sink: ReplySink;
  readonly untilMs: number;
}

interface Node extends Waiter {
  before: Node | undefined;
  after: Node | undefined;
}

interface Line {
  first: Node;
  last: Node;
}

export class Waiters {
  readonly #byEntity = new Map<number, Line>();
  readonly #bySink = new Map<ReplySink, Node>();

  get count(): number {
    return this.#bySink.size;
  }

  /** False when too many wait already. */
  add(command: Receive, sink: ReplySink, untilMs: number): boolean {
    if (this.count >= limits.waitersMax) return false;
    const line = this.#byEntity.get(command.entity);
    const node: Node = { command, sink, untilMs, before: line?.last, after: undefined };
    if (line === undefined) {
      this.#byEntity.set(command.entity, { first: node, last: node });
    } else {
      line.last.after = node;
      line.last = node;
    }
    this.#bySink.set(sink, node);
    return true;
  }

  /** The waiter that has waited longest for this queue and is still there. */
  first(entity: number): Waiter | undefined {
    for (;;) {
      const waiter = this.#byEntity.get(entity)?.first;
      if (waiter === undefined || waiter.sink.isOpen()) return waiter;
      this.cancel(waiter.sink);
    }
  }

  /** Queues that somebody waits for. */
  entities(): Iterable<number> {
    return this.#byEntity.keys();
  }

  remove(waiter: Waiter): void {
    this.cancel(waiter.sink);
  }

  cancel(sink: ReplySink): void {
    const node = this.#bySink.get(sink);
    if (node === undefined) return;
    this.#bySink.delete(sink);
    this.#unlink(node);
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
    return taken;
  }

  #unlink(node: Node): void {
    const { entity } = node.command;
    const { before, after } = node;
    const line = this.#byEntity.get(entity);
    if (line === undefined) return;
    if (before !== undefined) before.after = after;
    if (after !== undefined) after.before = before;
    if (before === undefined && after === undefined) this.#byEntity.delete(entity);
    else if (before === undefined) line.first = after as Node;
    else if (after === undefined) line.last = before;
  }
}
