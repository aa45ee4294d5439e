// The views of a stream cell: opens them, serves those who wait for their records, ends leases. Volatile,
// over the consumer groups that remember what was settled.
import type { Attach } from '../cell/machine.ts';
import type { Reply, ReplySink } from '../command.ts';
import { shuttingDown, tooManyWaiters } from '../errors.ts';
import { limits } from '../../base/limits.ts';
import type { OpenView, ReceiveFromView, ViewCommand, ViewReply } from '../view-types.ts';
import type { StreamContext } from './context.ts';
import { refused, streamNotFound } from './errors.ts';
import { openGroup } from './group-decide.ts';
import { changeLeaseInView, receiveFromView, settleInView } from './view-decide.ts';
import { View } from './view.ts';

const viewNotFound = refused('group_not_found', 'the stream has no such view');

interface Waiting {
  readonly command: ReceiveFromView;
  readonly sink: ReplySink;
  readonly untilMs: number;
}

export class Views {
  /** By the number of their consumer group. */
  #views = new Map<number, View>();
  #waiting: Waiting[] = [];
  /** Something may be receivable that was not when those who wait were last looked at. */
  #isWoken = false;

  /** The cell was loaded again: leases are gone, who waits goes on waiting. */
  restart(): void {
    this.#views = new Map();
    this.wake();
  }

  wake(): void {
    this.#isWoken = true;
  }

  decide(context: StreamContext, command: ViewCommand, sink: ReplySink): Reply | undefined {
    if (command.kind === 'openView') return this.#open(context, command);
    const view = this.#find(context, command);
    if (view === undefined) return viewNotFound;
    switch (command.kind) {
      case 'receiveFromView':
        return this.#receive(context, view, command, sink);
      case 'settleInView':
        return settleInView(context, view, command);
      case 'changeLeaseInView':
        return changeLeaseInView(context, view, command);
    }
  }

  #open(context: StreamContext, command: OpenView): Reply {
    const stream = context.state.stream(command.entity);
    if (stream === undefined) return streamNotFound;
    return openGroup(context, stream, command.view, command.start);
  }

  #find(
    context: StreamContext,
    command: { readonly entity: number; readonly view: string },
  ): View | undefined {
    const group = context.state.stream(command.entity)?.groups.get(command.view);
    if (group === undefined) return undefined;
    let view = this.#views.get(group.index);
    if (view === undefined) {
      view = new View(group);
      this.#views.set(group.index, view);
    }
    return view;
  }

  #receive(context: StreamContext, view: View, command: ReceiveFromView, sink: ReplySink): Reply | undefined {
    const reply = this.#answer(context, view, command);
    if (reply.deliveries.length > 0 || command.waitMs <= 0) return reply;
    if (this.#waiting.length >= limits.waitersMax) return { kind: 'error', error: tooManyWaiters };
    this.#waiting.push({ command, sink, untilMs: context.state.nowMs + command.waitMs });
    return undefined;
  }

  #answer(context: StreamContext, view: View, command: ReceiveFromView): ViewReply {
    const { entity, view: name } = command;
    return {
      kind: 'viewReceived',
      entity,
      view: name,
      deliveries: receiveFromView(context, view, command),
    };
  }

  /** After records were committed, settled or released. Where one gets nothing, nobody behind it does. */
  serve(context: StreamContext, attach: Attach): void {
    if (!this.#isWoken || this.#waiting.length === 0) return;
    this.#isWoken = false;
    const waiting = this.#waiting;
    const exhausted = new Set<View>();
    this.#waiting = [];
    for (const waiter of waiting) {
      if (!waiter.sink.isOpen()) continue;
      const view = this.#find(context, waiter.command);
      if (view === undefined) {
        attach(waiter.sink, viewNotFound);
        continue;
      }
      const reply = exhausted.has(view) ? undefined : this.#answer(context, view, waiter.command);
      if (reply !== undefined && reply.deliveries.length > 0) {
        attach(waiter.sink, reply);
        continue;
      }
      exhausted.add(view);
      this.#waiting.push(waiter);
    }
  }

  tick(context: StreamContext, attach: Attach): void {
    const { nowMs } = context.state;
    for (const [id, view] of this.#views) {
      if (view.group.isGone) this.#views.delete(id);
      else if (view.releaseWhere(({ untilMs }) => untilMs <= nowMs)) this.wake();
    }
    const over = this.#waiting.filter(({ untilMs }) => untilMs <= nowMs);
    if (over.length === 0) return;
    this.#waiting = this.#waiting.filter(({ untilMs }) => untilMs > nowMs);
    for (const { command, sink } of over)
      attach(sink, { kind: 'viewReceived', entity: command.entity, view: command.view, deliveries: [] });
  }

  endSession(session: number): void {
    for (const view of this.#views.values()) view.releaseWhere((entry) => entry.session === session);
  }

  /** Nobody was there to take them: the records are in their places again. */
  undelivered(context: StreamContext, reply: ViewReply): void {
    const view = this.#find(context, reply);
    this.wake();
    for (const { shardIndex, sequence, generation } of reply.deliveries) {
      const entry = view?.entry(shardIndex, sequence);
      if (entry === undefined || entry.generation !== generation) continue;
      view?.release(entry);
      entry.receiveCount--;
    }
  }

  cancel(sink: ReplySink): void {
    this.#waiting = this.#waiting.filter((waiter) => waiter.sink !== sink);
  }

  close(attach: Attach): void {
    for (const { sink } of this.#waiting) attach(sink, { kind: 'error', error: shuttingDown });
    this.#waiting = [];
  }
}
