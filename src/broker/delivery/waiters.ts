// Who waits for messages: long polls, answered once, and push consumers, answered as long as they have
// credit. Volatile, in order of arrival per queue: an input of decisions, never part of the state; no
// restart and no replay knows them. Each queue's are a linked list: one that leaves early (clients give up
// and ask again, for hours, on a queue where nothing happens) leaves nothing behind, and costs the same
// however many wait.
import { limits } from '../../base/limits.ts';
import type { Receive, ReplySink } from '../command.ts';

export interface Waiter {
  readonly command: Receive;
  readonly sink: ReplySink;
  readonly untilMs: number;
  /** Messages that a push consumer may still get; a long poll has no credit and is served once. */
  credit: number | undefined;
}

interface Node extends Waiter {
  isInLine: boolean;
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

  /** A long poll. False when too many wait already. */
  add(command: Receive, sink: ReplySink, untilMs: number): boolean {
    if (this.count >= limits.waitersMax) return false;
    const node = makeNode(command, sink, untilMs);
    this.#bySink.set(sink, node);
    this.#link(node);
    return true;
  }

  /** A push consumer; it waits in line while it has credit. False when too many wait already. */
  addConsumer(command: Receive, sink: ReplySink): boolean {
    if (this.count >= limits.waitersMax) return false;
    this.#bySink.set(sink, { ...makeNode(command, sink, Infinity), credit: 0 });
    return true;
  }

  /** Answers the queue of the consumer, or undefined when it is gone. */
  grant(sink: ReplySink, messages: number): number | undefined {
    const node = this.#bySink.get(sink);
    if (node?.credit === undefined) return undefined;
    node.credit += messages;
    if (node.credit > 0 && !node.isInLine) this.#link(node);
    return node.command.entity;
  }

  /** The waiter got messages: a poll is done, a consumer goes to the end of the line if it may have more. */
  served(waiter: Waiter, messages: number): void {
    const node = this.#bySink.get(waiter.sink);
    if (node === undefined) return;
    if (node.credit === undefined) return this.cancel(node.sink);
    node.credit -= messages;
    this.#unlink(node);
    if (node.credit > 0) this.#link(node);
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

  #link(node: Node): void {
    const { entity } = node.command;
    const line = this.#byEntity.get(entity);
    node.before = line?.last;
    node.after = undefined;
    node.isInLine = true;
    if (line === undefined) {
      this.#byEntity.set(entity, { first: node, last: node });
      return;
    }
    line.last.after = node;
    line.last = node;
  }

  #unlink(node: Node): void {
    if (!node.isInLine) return;
    node.isInLine = false;
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

function makeNode(command: Receive, sink: ReplySink, untilMs: number): Node {
  return { command, sink, untilMs, credit: undefined, isInLine: false, before: undefined, after: undefined };
}
