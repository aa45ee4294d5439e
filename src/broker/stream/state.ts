// The state of a stream cell and what each record does to it. Called by the recorder as it records, and by
// replay: both must end in the same state. Decides nothing, reads no bodies.
//
// Each object knows the position that its row was current to, and leaves older records alone.
import { DirtySet } from '../cell/persistent.ts';
import { StreamCellRoot } from './cell-root.ts';
import { evenStarts, keyHashMax } from './key-hash.ts';
import type { GroupRecord } from './group.ts';
import { ConsumerGroup } from './group.ts';
import type { CommittedEnd, ShardBirth } from './shard.ts';
import { Shard } from './shard.ts';
import { Stream } from './stream.ts';

export interface OpenedFacts {
  readonly entity: number;
  readonly createdAtMs: number;
  readonly shardCount: number;
  readonly firstLane: number;
}

export interface ReshardedFacts {
  readonly entity: number;
  readonly closedAtMs: number;
  /** Indexes of the shards that are closed. */
  readonly parents: readonly number[];
  readonly children: readonly ShardBirth[];
}

export class StreamCellState {
  readonly dirty = new DirtySet();
  readonly root = new StreamCellRoot();
  readonly streams = new Map<number, Stream>();
  readonly shards = new Map<number, Shard>();
  readonly groups = new Map<number, ConsumerGroup>();
  nowMs = 0;
  /** Number of the batch that records go into, or are replayed from. */
  batch = 1;
  /** What the batches that are not committed yet have changed, oldest first. */
  pending: CommittedEnd[] = [];
  /** Lanes of shards that went away, for whoever still follows them. */
  readonly removed: number[] = [];

  stream(entity: number): Stream | undefined {
    return this.streams.get(entity);
  }
  shard(entity: number, index: number): Shard | undefined {
    return this.streams.get(entity)?.shards.get(index);
  }

  addLoadedStream(stream: Stream): void {
    this.streams.set(stream.entity, stream);
  }
  addLoadedShard(shard: Shard): void {
    this.shards.set(shard.entity, shard);
    this.#streamOf(shard.birth.stream).shards.set(shard.birth.index, shard);
    // Arrivals never go back, whatever the system clock did between two starts.
    this.nowMs = Math.max(this.nowMs, shard.lastArrivedMs, shard.closedAtMs);
  }

  addLoadedGroup(group: ConsumerGroup): void {
    this.groups.set(group.index, group);
    this.#streamOf(group.entity).groups.set(group.name, group);
  }

  /**
   * A checkpoint that was cut off may have removed the row of a dropped stream and not yet those of its
   * shards: the drop is still to be replayed, and has to find them.
   */
  #streamOf(entity: number): Stream {
    let stream = this.streams.get(entity);
    if (stream === undefined) {
      stream = new Stream(entity);
      this.streams.set(entity, stream);
    }
    return stream;
  }

  applyOpened({ entity, createdAtMs, shardCount, firstLane }: OpenedFacts): void {
    this.#noteLane(firstLane + shardCount - 1);
    this.#noteShards(entity, shardCount - 1);
    const starts = evenStarts(shardCount);
    for (const [index, startHash] of starts.entries()) {
      const endHash = (starts[index + 1] ?? keyHashMax + 1n) - 1n;
      const parents = { parentIndex: -1, adjacentParentIndex: -1 };
      this.#addShard({
        lane: firstLane + index,
        stream: entity,
        index,
        startHash,
        endHash,
        createdAtMs,
        ...parents,
      });
    }
  }

  applyResharded({ entity, closedAtMs, parents, children }: ReshardedFacts): void {
    for (const birth of children) {
      this.#noteLane(birth.lane);
      this.#noteShards(entity, birth.index);
      this.#addShard(birth);
    }
    for (const index of parents) {
      const shard = this.shard(entity, index);
      if (shard === undefined || !this.#touch(shard)) continue;
      shard.closedAtMs = closedAtMs;
      this.#notePending(shard);
    }
    this.streams.get(entity)?.changed();
  }

  applyAppended(lane: number, count: number): void {
    const shard = this.shards.get(lane);
    if (shard === undefined || !this.#touch(shard)) return;
    shard.nextSequence += count;
    shard.lastArrivedMs = this.nowMs;
    this.#notePending(shard);
  }

  /** Everything below `floor` is gone; a closed shard that is empty then is gone itself. */
  applyTrimmed(lane: number, floor: number): void {
    const shard = this.shards.get(lane);
    if (shard === undefined || !this.#touch(shard)) return;
    shard.floor = floor;
    if (!shard.isOpen && floor >= shard.nextSequence) this.#removeShard(shard);
  }

  applyDropped(entity: number): void {
    const stream = this.streams.get(entity);
    if (stream === undefined || !this.#touch(stream)) return;
    for (const shard of stream.shards.values()) if (this.#touch(shard)) this.#removeShard(shard);
    for (const group of stream.groups.values()) if (this.#touch(group)) this.#removeGroup(group);
    stream.isGone = true;
    this.streams.delete(entity);
  }

  applyGroup({ id, entity, name, changes }: GroupRecord): void {
    if (this.#touch(this.root)) this.root.nextGroup = Math.max(this.root.nextGroup, id + 1);
    let group = this.groups.get(id);
    if (group === undefined) {
      group = new ConsumerGroup(entity, id, name);
      this.addLoadedGroup(group);
    }
    if (!this.#touch(group)) return;
    group.apply(changes);
    if (group.isGone) this.#removeGroup(group);
  }

  applyStarted(epoch: number): void {
    if (this.#touch(this.root)) this.root.epoch = epoch;
  }

  applyArrived(source: number, outboxSequence: number): void {
    if (this.#touch(this.root)) this.root.marks.set(source, outboxSequence);
  }

  /** After a restore: numbers of the lost future are not given again. */
  applyAhead(jump: number): void {
    for (const shard of this.shards.values()) {
      if (!shard.isOpen || !this.#touch(shard)) continue;
      shard.nextSequence += jump;
      this.#notePending(shard);
    }
    for (const stream of this.streams.values()) if (this.#touch(stream)) stream.nextShardIndex += shardsAhead;
    for (const group of this.groups.values()) if (this.#touch(group)) group.tokensAhead(tokensAhead);
    if (!this.#touch(this.root)) return;
    this.root.nextLane += lanesAhead;
    this.root.nextGroup += groupsAhead;
  }

  /** Makes visible what is on disk now; answers whose end has moved. */
  committed(position: number, moved: Shard[]): void {
    const { pending } = this;
    let done = 0;
    for (; done < pending.length; done++) {
      const end = pending[done] as CommittedEnd;
      if (end.batch > position) break;
      const { shard } = end;
      shard.isCommitted = true;
      shard.committedNext = end.nextSequence;
      shard.committedArrivedMs = end.lastArrivedMs;
      shard.isCommittedClosed = end.isClosed;
      if (shard.pending === end) shard.pending = undefined;
      moved.push(shard);
    }
    if (done > 0) this.pending = pending.slice(done);
  }

  /** After a load: all of it is on disk. */
  settle(): void {
    this.pending = [];
    this.removed.length = 0;
    for (const shard of this.shards.values()) shard.settle();
  }

  #notePending(shard: Shard): void {
    let end = shard.pending;
    if (end === undefined || end.batch !== this.batch) {
      end = { batch: this.batch, shard, nextSequence: 0, lastArrivedMs: 0, isClosed: false };
      shard.pending = end;
      this.pending.push(end);
    }
    end.nextSequence = shard.nextSequence;
    end.lastArrivedMs = shard.lastArrivedMs;
    end.isClosed = !shard.isOpen;
  }

  #addShard(birth: ShardBirth): void {
    if (this.shards.has(birth.lane)) return;
    const shard = new Shard(birth);
    this.shards.set(birth.lane, shard);
    this.streams.get(birth.stream)?.shards.set(birth.index, shard);
    this.streams.get(birth.stream)?.changed();
    this.dirty.mark(shard, this.batch);
    this.#notePending(shard);
  }

  #removeShard(shard: Shard): void {
    const stream = this.streams.get(shard.birth.stream);
    shard.isGone = true;
    this.shards.delete(shard.entity);
    stream?.shards.delete(shard.birth.index);
    stream?.changed();
    this.removed.push(shard.entity);
  }

  #removeGroup(group: ConsumerGroup): void {
    group.isGone = true;
    this.groups.delete(group.index);
    const groups = this.streams.get(group.entity)?.groups;
    if (groups?.get(group.name) === group) groups.delete(group.name);
  }

  #noteShards(entity: number, index: number): void {
    const stream = this.#streamOf(entity);
    if (this.#touch(stream)) stream.nextShardIndex = Math.max(stream.nextShardIndex, index + 1);
  }

  #noteLane(lane: number): void {
    if (this.#touch(this.root)) this.root.nextLane = Math.max(this.root.nextLane, lane + 1);
  }

  /** False when the object's row already knows what this batch did. */
  #touch(object: Shard | Stream | ConsumerGroup | StreamCellRoot): boolean {
    if (this.batch <= object.loadedPosition) return false;
    this.dirty.mark(object, this.batch);
    return true;
  }
}

const lanesAhead = 1_000_000;
const groupsAhead = 1_000_000;
const tokensAhead = 1_000_000;
/** Shards of one stream that a lost future may have made: their readers find none of their names again. */
const shardsAhead = 100_000;
