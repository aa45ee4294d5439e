// Who follows a shard: pushed what is committed, as long as they have credit, in order and without a gap,
// from wherever they begin. Volatile: a restart knows none of them. One that is behind reads a piece a turn,
// so that many of them do not hold up the loop.
import { limits } from '../../base/limits.ts';
import type { Reply, ReplySink } from '../command.ts';
import type { FollowShard, RecordsReply } from '../stream-types.ts';
import { shardNotFound } from '../stream/errors.ts';
import type { Shard } from '../stream/shard.ts';

export interface Follower {
  readonly sink: ReplySink;
  readonly lane: number;
  readonly recordsMax: number;
  readonly bytesMax: number;
  next: number;
  credit: number;
  /** Its next piece is being fetched or will be read soon. */
  isBusy: boolean;
}

export interface FollowerDeps {
  readonly shard: (lane: number) => Shard | undefined;
  /** `wasFetched`: the piece that `fetch` brought, and no more. */
  readonly read: (shard: Shard, follower: Follower, wasFetched: boolean) => RecordsReply;
  /** Resolves when the follower's next piece is in memory; undefined when it is. */
  readonly fetch: (shard: Shard, follower: Follower) => Promise<void> | undefined;
}

export class Followers {
  readonly #deps: FollowerDeps;
  readonly #byLane = new Map<number, Set<Follower>>();
  #count = 0;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
  }

  get count(): number {
    return this.#count;
  }

  /** Undefined when too many follow already. */
  add(follow: FollowShard, lane: number, sink: ReplySink): Follower | undefined {
    if (this.#count >= limits.followersMax) return undefined;
    const { from, recordsMax, bytesMax } = follow;
    const follower: Follower = { sink, lane, recordsMax, bytesMax, next: from, credit: 0, isBusy: false };
    const line = this.#byLane.get(lane) ?? new Set();
    line.add(follower);
    this.#byLane.set(lane, line);
    this.#count++;
    return follower;
  }

  grant(follower: Follower, pushes: number): void {
    follower.credit += pushes;
    this.#schedule(follower);
  }

  cancel(follower: Follower): void {
    const line = this.#byLane.get(follower.lane);
    if (line?.delete(follower) !== true) return;
    this.#count--;
    if (line.size === 0) this.#byLane.delete(follower.lane);
  }

  /** The shard's committed end moved: those at the tip are served at once. */
  moved(shard: Shard): void {
    const line = this.#byLane.get(shard.entity);
    if (line === undefined) return;
    for (const follower of line) if (!follower.isBusy) this.#push(follower);
  }

  /** The shard is gone, with its stream or by its age. */
  removed(lane: number): void {
    this.#end(lane, shardNotFound);
  }

  close(reply: Reply): void {
    for (const lane of this.#byLane.keys()) this.#end(lane, reply);
  }

  #end(lane: number, reply: Reply): void {
    for (const follower of this.#byLane.get(lane) ?? []) {
      this.cancel(follower);
      follower.sink.reveal(reply);
    }
  }

  #schedule(follower: Follower): void {
    if (follower.isBusy) return;
    follower.isBusy = true;
    setImmediate(this.#resume, follower);
  }

  readonly #resume = (follower: Follower): void => {
    follower.isBusy = false;
    this.#push(follower);
  };

  /** One piece, if there is one; what is left follows in a later turn. */
  #push(follower: Follower): void {
    if (follower.credit <= 0 || this.#byLane.get(follower.lane)?.has(follower) !== true) return;
    if (!follower.sink.isOpen()) return this.cancel(follower);
    const shard = this.#deps.shard(follower.lane);
    if (shard === undefined) return this.removed(follower.lane);
    if (follower.next >= shard.committedNext && !shard.isCommittedClosed) return;
    const fetched = this.#deps.fetch(shard, follower);
    if (fetched !== undefined) {
      follower.isBusy = true;
      void fetched.then(() => this.#fetched(follower));
      return;
    }
    this.#give(follower, shard, false);
  }

  /** Read now, in this turn, and not asked again: what could not be fetched the read gets by itself. */
  #fetched(follower: Follower): void {
    follower.isBusy = false;
    const shard = this.#deps.shard(follower.lane);
    if (this.#byLane.get(follower.lane)?.has(follower) !== true || shard === undefined) return;
    if (follower.sink.isOpen()) this.#give(follower, shard, true);
    else this.cancel(follower);
  }

  #give(follower: Follower, shard: Shard, wasFetched: boolean): void {
    const reply = this.#deps.read(shard, follower, wasFetched);
    follower.next = reply.nextSequence;
    follower.credit--;
    if (reply.isEnd) this.cancel(follower);
    follower.sink.reveal(reply);
    if (!reply.isEnd) this.#schedule(follower);
  }
}
