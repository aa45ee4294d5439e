// What a view of a stream keeps in memory: for each shard a window of the records behind its position, which
// of them are leased, and which keys that holds back. Volatile; what is settled is in the view's consumer
// group.
import { limits } from '../../base/limits.ts';
import { hasKey, keyLength, keyStart } from '../record-batch.ts';
import type { StreamContext } from './context.ts';
import type { ConsumerGroup } from './group.ts';
import type { Shard } from './shard.ts';

export interface ViewEntry {
  readonly sequence: number;
  /** Undefined: a record without a key holds nobody back. */
  readonly key: string | undefined;
  isSettled: boolean;
  receiveCount: number;
  /** 0: not leased. */
  generation: number;
  untilMs: number;
  session: number;
}

/** The records of one shard from its position on, in order. */
class ViewWindow {
  readonly entries: ViewEntry[] = [];
  /** First sequence that is not in the window yet. */
  next = 0;

  find(sequence: number): ViewEntry | undefined {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.entries[middle] as ViewEntry).sequence < sequence) low = middle + 1;
      else high = middle;
    }
    const entry = this.entries[low];
    return entry?.sequence === sequence ? entry : undefined;
  }
}

export class View {
  readonly group: ConsumerGroup;
  readonly #windows = new Map<number, ViewWindow>();
  leasedCount = 0;

  constructor(group: ConsumerGroup) {
    this.group = group;
  }

  entry(shardIndex: number, sequence: number): ViewEntry | undefined {
    return this.#windows.get(shardIndex)?.find(sequence);
  }

  /** Up to `count` records of a shard that may be handed out now, in order. */
  pick(context: StreamContext, shard: Shard, count: number): ViewEntry[] {
    const window = this.#fill(context, shard);
    const held = new Set<string>();
    for (const { generation, key } of window.entries)
      if (generation !== 0 && key !== undefined) held.add(key);
    const picked: ViewEntry[] = [];
    for (const entry of window.entries) {
      if (picked.length === count) break;
      if (entry.isSettled || entry.generation !== 0) continue;
      if (entry.key === undefined || !held.has(entry.key)) picked.push(entry);
    }
    return picked;
  }

  lease(entry: ViewEntry, lease: { generation: number; untilMs: number; session: number }): void {
    if (entry.generation === 0) this.leasedCount++;
    entry.receiveCount++;
    entry.generation = lease.generation;
    entry.untilMs = lease.untilMs;
    entry.session = lease.session;
  }
  release(entry: ViewEntry): void {
    if (entry.generation !== 0) this.leasedCount--;
    entry.generation = 0;
  }
  settle(entry: ViewEntry): void {
    this.release(entry);
    entry.isSettled = true;
  }

  /** Ends the leases that `isOver` says are; true when there were any. */
  releaseWhere(isOver: (entry: ViewEntry) => boolean): boolean {
    if (this.leasedCount === 0) return false;
    const before = this.leasedCount;
    for (const { entries } of this.#windows.values())
      for (const entry of entries) if (entry.generation !== 0 && isOver(entry)) this.release(entry);
    return this.leasedCount < before;
  }

  /** The shard was read to its end, or is gone. */
  forget(shardIndex: number): void {
    const window = this.#windows.get(shardIndex);
    if (window === undefined) return;
    for (const entry of window.entries) this.release(entry);
    this.#windows.delete(shardIndex);
  }

  /** Drops what is settled in front, takes in what was committed behind. */
  #fill(context: StreamContext, shard: Shard): ViewWindow {
    const { index } = shard.birth;
    const window = this.#windows.get(index) ?? new ViewWindow();
    this.#windows.set(index, window);
    const position = this.group.shard(index);
    const from = Math.max(position.nextSequence, shard.floor);
    let passed = 0;
    while (passed < window.entries.length && (window.entries[passed] as ViewEntry).sequence < from) passed++;
    for (const entry of window.entries.splice(0, passed)) this.release(entry);
    window.next = Math.max(window.next, from);
    const room = limits.viewWindowRecords - window.entries.length;
    if (room > 0 && window.next < shard.committedNext) this.#extend(context, shard, window, room);
    return window;
  }

  #extend(context: StreamContext, shard: Shard, window: ViewWindow, room: number): void {
    const settled = new Set(this.group.shard(shard.birth.index).settled);
    let left = room;
    context.log.scan(shard.entity, window.next, (sequence, source, start) => {
      if (sequence >= shard.committedNext) return false;
      const at = keyStart(start);
      const key = hasKey(source, start)
        ? source.toString('utf8', at, at + keyLength(source, start))
        : undefined;
      const isSettled = settled.has(sequence);
      window.entries.push({
        sequence,
        key,
        isSettled,
        receiveCount: 0,
        generation: 0,
        untilMs: 0,
        session: 0,
      });
      window.next = sequence + 1;
      return --left > 0;
    });
    if (left === room) window.next = shard.committedNext;
  }
}
