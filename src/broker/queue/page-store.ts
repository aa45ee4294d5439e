// Resident message pages of one cell: loads rows, evicts clean pages beyond the daemon-wide budget, and keeps
// leases and pages together. `require` is what `decide` calls: in tests it may answer Need instead of
// loading.
import { failpoint } from '../../base/failpoint.ts';
import { limits } from '../../base/limits.ts';
import type { CellLog } from '../../storage/types.ts';
import { Need } from '../cell/machine.ts';
import type { DirtySet } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';
import type { LeaseTable } from './lease-table.ts';
import { MessagePage, PAGE_MESSAGES, pageIndexOf } from './message-page.ts';
import type { PageLease } from './message-page.ts';
import type { Queue } from './queue.ts';

/** Bytes of pages of all cells together. */
export interface PageBudget {
  residentBytes: number;
}

interface RingEntry {
  readonly queue: Queue;
  readonly page: MessagePage;
  bytes: number;
}

export class PageStore {
  /** Tests: every n-th access of a page answers Need, resident or not. 0: never. */
  needEvery = 0;
  readonly #log: CellLog;
  readonly #leases: LeaseTable;
  readonly #dirty: DirtySet;
  readonly #budget: PageBudget;
  /** Pages in the order in which the clock hand visits them; absent ones are skipped and compacted. */
  #ring: RingEntry[] = [];
  #hand = 0;
  #accesses = 0;
  readonly #pinned = new Set<string>();
  #residentBytes = 0;

  constructor(deps: { log: CellLog; leases: LeaseTable; dirty: DirtySet; budget: PageBudget }) {
    this.#log = deps.log;
    this.#leases = deps.leases;
    this.#dirty = deps.dirty;
    this.#budget = deps.budget;
  }

  /** The page of a message for `decide`; undefined when no message of it is left. */
  require(queue: Queue, index: number): MessagePage | undefined {
    if (this.needEvery > 0) this.#maybeNeed(queue, index);
    return this.get(queue, index);
  }

  /** The command that asked was decided: what was fetched for it may go again. */
  unpin(): void {
    if (this.needEvery > 0) this.#pinned.clear();
  }

  #maybeNeed(queue: Queue, index: number): void {
    const key = `${queue.entity}/${index}`;
    if (this.#pinned.has(key)) return;
    if (++this.#accesses % this.needEvery !== 0) {
      // What was here stays here until the command is decided.
      this.#pinned.add(key);
      return;
    }
    throw new Need(() => {
      this.get(queue, index);
      this.#pinned.add(key);
    });
  }

  /** Loads synchronously: for `apply`, which never answers Need. */
  get(queue: Queue, index: number): MessagePage | undefined {
    const resident = queue.pages.get(index);
    if (resident !== undefined) {
      resident.isRecent = true;
      return resident.liveCount > 0 ? resident : undefined;
    }
    return this.#load(queue, index);
  }

  /** The page of new messages; made when it is not there. */
  getOrCreate(queue: Queue, index: number): MessagePage {
    const resident = queue.pages.get(index);
    if (resident !== undefined) return resident;
    // A row whose messages are all gone is still this page: it goes on from there.
    return (
      this.#load(queue, index) ??
      queue.pages.get(index) ??
      this.#adopt(queue, new MessagePage(queue.entity, index))
    );
  }

  /** Index of the first page at or after `from` that exists, in memory or as a row; -1 when there is none. */
  next(queue: Queue, from: number): number {
    const last = pageIndexOf(queue.nextSequence - 1);
    let index = Math.max(from, pageIndexOf(queue.floor));
    // The common case needs no seek: neighbours of a resident page are resident too.
    for (let tries = 0; tries < 4 && index <= last; tries++, index++) {
      const page = queue.pages.get(index);
      if (page === undefined) break;
      if (page.liveCount > 0) return index;
    }
    while (index <= last) {
      const row = this.#log.nextPage(rowKind.messages, queue.entity, index);
      const resident = this.#nextResident(queue, index, row < 0 ? last : row);
      if (resident >= 0) return resident;
      if (row < 0 || row > last) return -1;
      const page = queue.pages.get(row);
      if (page === undefined || page.liveCount > 0) return row;
      index = row + 1;
    }
    return -1;
  }

  /** Marks a page changed by batch `batch`; an empty one that never had a row just vanishes. */
  changed(queue: Queue, page: MessagePage, batch: number): void {
    if (
      page.liveCount === 0 &&
      !page.hasRow &&
      !page.isSaving &&
      page.index < pageIndexOf(queue.nextSequence)
    ) {
      this.#dirty.forget(page);
      queue.pages.delete(page.index);
      return;
    }
    this.#dirty.mark(page, batch);
  }

  /** Everything resident of a queue that is gone. */
  dropQueue(queue: Queue): void {
    for (const page of queue.pages.values()) this.#dirty.forget(page);
    queue.pages.clear();
  }

  /** Drops clean pages until the budget holds. Called between commands, never during one. */
  evict(): void {
    let looks = this.#ring.length * 2;
    while (this.#budget.residentBytes > limits.pageCacheBytesMax && looks-- > 0 && this.#ring.length > 0) {
      if (this.#hand >= this.#ring.length) this.#hand = 0;
      const entry = this.#ring[this.#hand] as RingEntry;
      this.#recount(entry);
      if (entry.queue.pages.get(entry.page.index) !== entry.page) {
        this.#removeAtHand(entry.bytes);
        continue;
      }
      const isClean = entry.page.dirtySince === 0 && !entry.page.isSaving;
      if (isClean && !entry.page.isRecent) {
        void failpoint('page.evict');
        entry.queue.pages.delete(entry.page.index);
        this.#removeAtHand(entry.bytes);
        continue;
      }
      entry.page.isRecent = false;
      this.#hand++;
    }
  }

  /** Lets go of the budget, before the whole cell state is thrown away. */
  release(): void {
    this.#budget.residentBytes -= this.#residentBytes;
    this.#residentBytes = 0;
    this.#ring = [];
  }

  #nextResident(queue: Queue, from: number, to: number): number {
    // Few pages are resident without a row: those of recent sends. Walking the map beats walking the range.
    let found = -1;
    if (to - from < queue.pages.size) {
      for (let index = from; index <= to; index++) {
        if ((queue.pages.get(index)?.liveCount ?? 0) > 0) return index;
      }
      return -1;
    }
    for (const page of queue.pages.values()) {
      if (page.index < from || page.index > to || page.liveCount === 0) continue;
      if (found < 0 || page.index < found) found = page.index;
    }
    return found;
  }

  #load(queue: Queue, index: number): MessagePage | undefined {
    const bytes = this.#log.page(rowKind.messages, queue.entity, index);
    if (bytes === undefined) return undefined;
    const { page } = MessagePage.decode(queue.entity, index, bytes);
    if (page.firstSequence < queue.floor) page.trim(queue.floor);
    this.#adopt(queue, page);
    return page.liveCount > 0 ? page : undefined;
  }

  #adopt(queue: Queue, page: MessagePage): MessagePage {
    page.leases = this.#leasesOf;
    queue.pages.set(page.index, page);
    const bytes = page.residentBytes;
    this.#ring.push({ queue, page, bytes });
    this.#add(bytes);
    return page;
  }

  #recount(entry: { readonly page: MessagePage; bytes: number }): void {
    const bytes = entry.page.residentBytes;
    this.#add(bytes - entry.bytes);
    entry.bytes = bytes;
  }
  #removeAtHand(bytes: number): void {
    this.#add(-bytes);
    const last = this.#ring.pop();
    if (last !== undefined && this.#hand < this.#ring.length) this.#ring[this.#hand] = last;
  }
  #add(bytes: number): void {
    this.#residentBytes += bytes;
    this.#budget.residentBytes += bytes;
  }

  readonly #leasesOf = (page: MessagePage): readonly PageLease[] => {
    const leases: PageLease[] = [];
    for (let slot = page.nextLive(0); slot >= 0; slot = page.nextLive(slot + 1)) {
      if (!page.isHidden(slot)) continue;
      const at = this.#leases.find(page.entity, page.firstSequence + slot);
      if (at < 0) continue;
      leases.push({ slot, generation: this.#leases.generationAt(at), untilMs: this.#leases.untilAt(at) });
    }
    return leases;
  };
}

/** Slot of a message in its page. */
export function slotOf(sequence: number): number {
  return sequence % PAGE_MESSAGES;
}
