// The state of one queue cell: a fold over its log. `apply` methods are the only way to change it; the live
// path calls them right after the record is written, replay calls them with what the record says. Each one
// changes counters (guarded by the queue's own position) and page facts (guarded by the page's).
import { assert } from '../../base/assert.ts';
import { limits } from '../../base/limits.ts';
import type { CellLog } from '../../storage/types.ts';
import { DirtySet } from '../cell/persistent.ts';
import { CellRoot } from './cell-root.ts';
import type { DedupHash } from './dedup-table.ts';
import { DedupTable } from './dedup-table.ts';
import { DueTable } from './due-table.ts';
import { LeaseTable } from './lease-table.ts';
import type { MessagePage } from './message-page.ts';
import { pageIndexOf } from './message-page.ts';
import type { PageBudget } from './page-store.ts';
import { PageStore, slotOf } from './page-store.ts';
import type { MessageState } from './queue.ts';
import { Queue } from './queue.ts';

export interface SentFacts {
  readonly entity: number;
  readonly sequence: number;
  readonly isOrdered: boolean;
  /** 0: none. */
  readonly group: number;
  /** 0: not delayed. */
  readonly dueMs: number;
  readonly sentAtMs: number;
  readonly dedup: DedupHash | undefined;
  /** A message that came from another queue keeps its receive count; 0 and 0 otherwise. */
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
  readonly isArrival: boolean;
}

/** A topic's next publication. */
export interface PublishedFacts {
  readonly entity: number;
  readonly sequence: number;
  readonly dedup: DedupHash | undefined;
}

export class QueueCellState {
  /** Batch whose records are being applied. */
  batch = 1;
  nowMs = 0;
  readonly dirty = new DirtySet();
  readonly leases = new LeaseTable();
  readonly root: CellRoot;
  readonly queues = new Map<number, Queue>();
  readonly pages: PageStore;
  readonly dedup: DedupTable;
  readonly due: DueTable;
  /** Queues where something may have become receivable since the waiters were last served. */
  readonly woken = new Set<number>();
  #lastQueue: Queue | undefined;

  constructor(log: CellLog, budget: PageBudget) {
    this.root = new CellRoot(this.dirty);
    this.pages = new PageStore({ log, leases: this.leases, dirty: this.dirty, budget });
    this.dedup = new DedupTable(this.dirty, (kind, entity, index) => log.page(kind, entity, index));
    this.due = new DueTable(this.dirty, {
      load: (kind, entity, index) => log.page(kind, entity, index),
      next: (kind, entity, from) => log.nextPage(kind, entity, from),
    });
  }

  queue(entity: number): Queue {
    if (this.#lastQueue?.entity === entity) return this.#lastQueue;
    let queue = this.queues.get(entity);
    if (queue === undefined) {
      queue = new Queue(entity);
      queue.nextSequence = this.root.sequenceBase + 1;
      this.queues.set(entity, queue);
    }
    this.#lastQueue = queue;
    return queue;
  }

  applyPublished({ entity, sequence, dedup }: PublishedFacts): void {
    const topic = this.queue(entity);
    if (this.#counts(topic)) topic.nextSequence = sequence + 1;
    if (dedup !== undefined) this.dedup.add(dedup, { sequence, sentAtMs: this.nowMs, batch: this.batch });
  }

  applySent(facts: SentFacts): void {
    const queue = this.queue(facts.entity);
    if (this.#counts(queue)) {
      queue.nextSequence = facts.sequence + 1;
      queue.counts[facts.dueMs > 0 ? 'delayed' : 'ready']++;
      queue.isOrdered = facts.isOrdered;
      if (facts.group !== 0) queue.hasGroups = true;
      if (facts.isArrival) queue.hasArrivals = true;
    }
    if (facts.dedup !== undefined) {
      this.dedup.add(facts.dedup, { sequence: facts.sequence, sentAtMs: facts.sentAtMs, batch: this.batch });
    }
    if (facts.dueMs > 0)
      this.due.add({ entity: facts.entity, sequence: facts.sequence, dueMs: facts.dueMs, batch: this.batch });
    if (facts.sequence >= queue.floor) this.#addToPage(queue, facts);
    if (facts.sentAtMs < queue.nextExpiryMs) queue.nextExpiryMs = 0;
  }

  #addToPage(queue: Queue, facts: SentFacts): void {
    const page = this.pages.getOrCreate(queue, pageIndexOf(facts.sequence));
    if (this.batch <= page.loadedPosition) return;
    const slot = slotOf(facts.sequence);
    page.add(slot, facts.sentAtMs);
    if (facts.group !== 0) page.setGroup(slot, facts.group);
    if (facts.receiveCount > 0) page.setReceives(slot, facts.receiveCount, facts.firstReceivedAtMs);
    if (facts.dueMs > 0) page.delay(slot);
    this.pages.changed(queue, page, this.batch);
    const window = queue.window;
    const isNext = window !== undefined && window.loadedThrough === facts.sequence - 1;
    if (isNext && facts.group !== 0 && window.size < limits.groupWindowMessages) {
      window.add(facts.sequence, facts.group);
    }
    if (facts.dueMs === 0) this.woken.add(queue.entity);
  }

  applyLeased(lease: {
    entity: number;
    sequence: number;
    generation: number;
    untilMs: number;
    count: number;
  }): void {
    const queue = this.queue(lease.entity);
    if (this.#counts(queue)) {
      queue.counts.ready--;
      queue.counts.leased++;
    }
    this.root.sawGeneration(lease.generation, this.batch);
    const page = this.#pageOf(queue, lease.sequence);
    if (page === undefined) return;
    const slot = slotOf(lease.sequence);
    page.hide(slot);
    page.countReceive(slot, lease.count, this.nowMs);
    this.leases.set(lease);
    this.countTenant(queue, page.groupOf(slot), 1);
    this.pages.changed(queue, page, this.batch);
  }

  /** Received with a lease of 0 ms: counted, and never hidden. */
  applyCounted(counted: { entity: number; sequence: number; generation: number; count: number }): void {
    const queue = this.queue(counted.entity);
    this.root.sawGeneration(counted.generation, this.batch);
    const page = this.#pageOf(queue, counted.sequence);
    if (page === undefined) return;
    page.countReceive(slotOf(counted.sequence), counted.count, this.nowMs);
    this.#shown(queue, page, counted.sequence);
    this.pages.changed(queue, page, this.batch);
  }

  applyLeaseChanged(change: {
    entity: number;
    sequence: number;
    generation: number;
    untilMs: number;
    prior: MessageState;
  }): void {
    const queue = this.queue(change.entity);
    if (this.#counts(queue) && change.prior === 'ready') {
      queue.counts.ready--;
      queue.counts.leased++;
    }
    const page = this.#pageOf(queue, change.sequence);
    if (page === undefined) return;
    const slot = slotOf(change.sequence);
    page.hide(slot);
    this.leases.set(change);
    if (change.prior === 'ready') this.countTenant(queue, page.groupOf(slot), 1);
    this.pages.changed(queue, page, this.batch);
  }

  /** A lease is over and the message back in place. `count`: receive count from now on. */
  applyReleased(release: { entity: number; sequence: number; prior: MessageState; count: number }): void {
    const queue = this.queue(release.entity);
    if (this.#counts(queue) && release.prior !== 'ready') {
      queue.counts[release.prior]--;
      queue.counts.ready++;
    }
    const page = this.#pageOf(queue, release.sequence);
    if (page === undefined) return;
    const slot = slotOf(release.sequence);
    page.show(slot);
    if (page.receiveCount(slot) !== release.count) page.setCount(slot, release.count);
    if (this.leases.remove(queue.entity, release.sequence)) this.countTenant(queue, page.groupOf(slot), -1);
    // Its group went on without it: the window no longer lists it.
    if (release.prior === 'moving') queue.window = undefined;
    this.#shown(queue, page, release.sequence);
    this.pages.changed(queue, page, this.batch);
  }

  applyDue(entity: number, sequence: number): void {
    const queue = this.queue(entity);
    if (this.#counts(queue)) {
      queue.counts.delayed--;
      queue.counts.ready++;
    }
    const page = this.#pageOf(queue, sequence);
    if (page === undefined) return;
    page.endDelay(slotOf(sequence));
    this.#shown(queue, page, sequence);
    this.pages.changed(queue, page, this.batch);
  }

  applySettled(entity: number, sequence: number, prior: MessageState): void {
    const queue = this.queue(entity);
    if (this.#counts(queue)) queue.counts[prior]--;
    const page = this.#pageOf(queue, sequence);
    if (page === undefined) return;
    const slot = slotOf(sequence);
    const group = page.groupOf(slot);
    page.remove(slot);
    if (this.leases.remove(entity, sequence)) this.countTenant(queue, group, -1);
    if (group !== 0) this.#groupChanged(queue, group);
    this.pages.changed(queue, page, this.batch);
  }

  applyMoving(move: { entity: number; sequence: number; prior: MessageState }): void {
    const queue = this.queue(move.entity);
    if (this.#counts(queue)) {
      queue.counts[move.prior]--;
      queue.counts.moving++;
    }
    const page = this.#pageOf(queue, move.sequence);
    if (page === undefined) return;
    const slot = slotOf(move.sequence);
    page.hide(slot);
    if (this.leases.remove(queue.entity, move.sequence)) this.countTenant(queue, page.groupOf(slot), -1);
    this.#groupChanged(queue, page.groupOf(slot));
    this.pages.changed(queue, page, this.batch);
  }

  /** Everything below `floor` is gone; `dropped` says how many there were of each state. */
  applyFloor(entity: number, floor: number, dropped: Readonly<Record<MessageState, number>>): void {
    const queue = this.queue(entity);
    if (this.#counts(queue)) {
      queue.floor = Math.max(queue.floor, floor);
      // Everything went: a purge. Retention takes whole pages and leaves the last one.
      if (floor === queue.nextSequence) queue.purgedBelow = floor;
      queue.needsSweep = true;
      for (const state of ['ready', 'leased', 'delayed', 'moving'] as const)
        queue.counts[state] -= dropped[state];
    }
    queue.ready.next = Math.max(queue.ready.next, queue.floor);
    queue.window = undefined;
    for (const page of queue.pages.values()) {
      if (page.firstSequence >= queue.floor || this.batch <= page.loadedPosition) continue;
      page.trim(queue.floor);
      this.pages.changed(queue, page, this.batch);
    }
    this.#dropLeases((leased, sequence) => leased === entity && sequence < queue.floor);
    queue.tenants?.clear();
    this.woken.add(entity);
  }

  /** The queue was deleted: nothing of this incarnation is kept. */
  applyDropped(entity: number): void {
    const queue = this.queue(entity);
    queue.isDropped = true;
    this.dirty.mark(queue, this.batch);
    this.pages.dropQueue(queue);
    this.#dropLeases((leased) => leased === entity);
    this.queues.delete(entity);
    this.#lastQueue = undefined;
    this.root.noteDropped(entity, this.batch);
    this.woken.add(entity);
  }

  /** After a restore: sequences of the lost future are never used again. */
  applySequencesAhead(jump: number): void {
    for (const queue of this.queues.values()) {
      if (this.#counts(queue)) queue.nextSequence += jump;
    }
  }

  /** The state that a live message is in. */
  stateOf(queue: Queue, page: MessagePage, sequence: number): MessageState {
    const slot = slotOf(sequence);
    assert(page.isLive(slot), 'only live messages have a state');
    if (!page.isHidden(slot)) return 'ready';
    if (page.isDelayed(slot)) return 'delayed';
    return this.leases.find(queue.entity, sequence) >= 0 ? 'leased' : 'moving';
  }

  #counts(queue: Queue): boolean {
    if (this.batch <= queue.loadedPosition) return false;
    this.dirty.mark(queue, this.batch);
    return true;
  }

  /** The page to change, or undefined when the message is gone or the page's row knows the change already. */
  #pageOf(queue: Queue, sequence: number): MessagePage | undefined {
    if (sequence < queue.floor) return undefined;
    const page = this.pages.get(queue, pageIndexOf(sequence));
    if (page === undefined || this.batch <= page.loadedPosition || !page.isLive(slotOf(sequence)))
      return undefined;
    return page;
  }

  #shown(queue: Queue, page: MessagePage, sequence: number): void {
    queue.ready.returned(sequence, page.index);
    const group = page.groupOf(slotOf(sequence));
    if (group !== 0) this.#groupChanged(queue, group);
    this.woken.add(queue.entity);
  }

  #groupChanged(queue: Queue, group: number): void {
    queue.window?.touch(group);
    if (queue.isOrdered) this.woken.add(queue.entity);
  }

  /** Leased messages of a tenant: what fair delivery looks at. */
  countTenant(queue: Queue, group: number, change: 1 | -1): void {
    if (group === 0 || queue.isOrdered) return;
    queue.tenants ??= new Map();
    const count = (queue.tenants.get(group) ?? 0) + change;
    if (count > 0) queue.tenants.set(group, count);
    else queue.tenants.delete(group);
  }

  #dropLeases(isDropped: (entity: number, sequence: number) => boolean): void {
    const dropped: { entity: number; sequence: number }[] = [];
    for (const at of this.leases.indexes()) {
      const entity = this.leases.entityAt(at);
      const sequence = this.leases.sequenceAt(at);
      if (isDropped(entity, sequence)) dropped.push({ entity, sequence });
    }
    for (const { entity, sequence } of dropped) this.leases.remove(entity, sequence);
  }
}
