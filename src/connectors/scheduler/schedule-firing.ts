// Fires bindings that have a schedule: knows when each is due next and publishes through it then. Made by
// the daemon. It keeps nothing: the core remembers the last due time of each binding that was fired
// (Publish.once), so a due time is fired once, whatever crashes in between.
//
//   (binding appears) -> WAITING --due--> FIRING --published, more to come--> WAITING
//                                           \----not now, the same again---> WAITING
//                                           \----published, the last one---> gone, with its binding or not
//
// What came due while the daemon was down: the last one missed is fired at the start if its flexible
// window is not over, or was over less than limits.scheduleMissedMsMax ago; the others are skipped.
import { DueHeap } from '../../base/due-heap.ts';
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { Logger } from '../../base/log.ts';
import type { BindingDefinition, Broker, Command, Reply } from '../../broker/index.ts';
import { dueAfter, isTooLate, nextToFire } from './due-times.ts';
import type { BindingSchedule, ScheduleSource } from './source.ts';

export interface FiringOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly source: ScheduleSource;
  /** How often due times are looked at; 0: only by `tick()` (tests with a manual clock). */
  readonly tickMs?: number;
}

const TICK_MS = 50;

export class ScheduleFiring {
  readonly #options: FiringOptions;
  readonly #heap = new DueHeap(limits.scheduledDuesMax);
  /** The due time that each waiting binding is to be fired for. */
  readonly #dues = new Map<number, number>();
  readonly #firing = new Set<number>();
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: FiringOptions) {
    this.#options = options;
    const { catalog } = options.broker;
    this.#stopListening = catalog.onBinding((entity, binding) => this.#follow(entity, binding));
    for (const binding of catalog.bindings.all()) this.#follow(binding.entity, binding);
    const { tickMs = TICK_MS } = options;
    if (tickMs > 0) this.#timer = setInterval(() => this.tick(), tickMs);
  }

  get waitingCount(): number {
    return this.#heap.size;
  }

  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    while (!this.#isClosed && this.#firing.size < limits.scheduleFiringsMax) {
      const entity = this.#heap.takeDue(nowMs);
      if (entity === undefined) return;
      this.#fire(entity, nowMs);
    }
  }

  /** What is being published is answered by the core when that closes. */
  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    clearInterval(this.#timer);
  }

  #follow(entity: number, binding: BindingDefinition | undefined): void {
    const schedule = binding === undefined ? undefined : this.#options.source.scheduleOf(binding);
    if (schedule === undefined) return this.#forget(entity);
    // What is being fired goes on by the new definition afterwards.
    if (this.#firing.has(entity)) return;
    const dueMs = this.#heap.dueMsOf(entity);
    // It was due before it was changed, and only this tick has not come to it.
    if (dueMs !== undefined && dueMs <= this.#options.clock.nowMs()) return;
    this.#wait(entity, schedule, -Infinity);
  }

  #forget(entity: number): void {
    this.#heap.remove(entity);
    this.#dues.delete(entity);
  }

  #wait(entity: number, schedule: BindingSchedule, afterMs: number): void {
    const nowMs = this.#options.clock.nowMs();
    const next = nextToFire(entity, schedule, { afterMs, nowMs });
    if (next === undefined) {
      this.#forget(entity);
      if (schedule.isDeletedAfterLast) this.#complete(entity, schedule, nowMs);
    } else if (this.#heap.set(entity, next.fireAtMs)) {
      this.#dues.set(entity, next.dueMs);
    } else {
      this.#options.logger.error('schedule refused', { binding: entity, most: limits.scheduledDuesMax });
    }
  }

  #fire(entity: number, nowMs: number): void {
    const { broker, source, logger } = this.#options;
    const dueMs = this.#dues.get(entity) as number;
    const binding = broker.catalog.bindings.byEntity(entity);
    const schedule = binding === undefined ? undefined : source.scheduleOf(binding);
    if (binding === undefined || schedule === undefined) return this.#forget(entity);
    if (isTooLate(schedule, dueMs, nowMs)) {
      logger.warn('schedule skipped', { binding: binding.name.name, dueMs });
      return this.#wait(entity, schedule, dueMs);
    }
    this.#firing.add(entity);
    const command: Command = {
      kind: 'publish',
      entity: binding.topic,
      messages: [source.publication(binding, dueMs)],
      bindings: [entity],
      once: { key: entity, sequence: dueMs },
    };
    broker.submit(command, { reveal: (reply) => this.#fired(entity, dueMs, reply), isOpen: () => true });
  }

  #fired(entity: number, dueMs: number, reply: Reply): void {
    const { broker, source, clock, logger } = this.#options;
    this.#firing.delete(entity);
    if (this.#isClosed) return;
    const binding = broker.catalog.bindings.byEntity(entity);
    const schedule = binding === undefined ? undefined : source.scheduleOf(binding);
    if (schedule === undefined) return this.#forget(entity);
    if (reply.kind !== 'error') return this.#wait(entity, schedule, dueMs);
    const { code, isRetryable } = reply.error;
    logger.warn('schedule not fired', { binding: binding?.name.name, dueMs, code, isRetryable });
    if (!isRetryable) return this.#wait(entity, schedule, dueMs);
    this.#heap.set(entity, clock.nowMs() + limits.scheduleAgainMs);
  }

  /** There is no later due time. One that has never been due (it lies in the past) stays as it is. */
  #complete(entity: number, schedule: BindingSchedule, nowMs: number): void {
    const firstMs = dueAfter(schedule, -Infinity);
    if (firstMs === undefined || firstMs > nowMs) return;
    void this.#deleteDelivered(entity);
  }

  /**
   * With the binding go the messages that wait for its pushed targets: those are delivered or given up first.
   */
  async #deleteDelivered(entity: number): Promise<void> {
    // Not while the catalog tells of a change.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isClosed) return;
    const { broker, logger } = this.#options;
    const binding = broker.catalog.bindings.byEntity(entity);
    if (binding === undefined || this.#dues.has(entity) || this.#firing.has(entity)) return;
    if (await this.#hasUndelivered(binding)) {
      setTimeout(() => void this.#deleteDelivered(entity), limits.scheduleAgainMs).unref();
      return;
    }
    const reply = await this.#run((sink) => broker.submit({ kind: 'deleteBinding', entity }, sink));
    if (reply.kind !== 'error' || reply.error.code === 'binding_not_found') return;
    logger.warn('schedule not deleted', { binding: binding.name.name, code: reply.error.code });
  }

  async #hasUndelivered({ targets }: BindingDefinition): Promise<boolean> {
    for (const target of targets) {
      if (target.kind !== 'push' || target.queueEntity === undefined) continue;
      const { queueEntity } = target;
      const query = { kind: 'queueStats', entity: queueEntity } as const;
      const reply = await this.#run((sink) => this.#options.broker.query(query, sink));
      if (reply.kind !== 'queueStats') continue;
      if (reply.readyCount + reply.leasedCount + reply.delayedCount > 0) return true;
    }
    return false;
  }

  #run(ask: (sink: { reveal(reply: Reply): void; isOpen(): boolean }) => void): Promise<Reply> {
    return new Promise((resolve) => ask({ reveal: resolve, isOpen: () => true }));
  }
}
