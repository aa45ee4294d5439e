// Everybody who reads streams: one read at a time, or pushed to. They see the committed state and wait for no
// commit; for the disk they wait in the worker (cold-reads.ts). Owned by the machine of a stream cell.
import { limits } from '../../base/limits.ts';
import type { Reply, ReplySink } from '../command.ts';
import { tooManyWaiters } from '../errors.ts';
import { ArrivalSearch } from '../stream/arrival-search.ts';
import type { StreamContext } from '../stream/context.ts';
import { horizonOf } from '../stream/horizon.ts';
import type { ReadRange } from '../stream/read.ts';
import { findShard, readRecords, RecordWindow, sequenceAt } from '../stream/read.ts';
import { Shard } from '../stream/shard.ts';
import type { FindPosition, FollowShard, ReadStream, RecordsReply } from '../stream-types.ts';
import { ColdReads } from './cold-reads.ts';
import type { Follower } from './followers.ts';
import { Followers } from './followers.ts';

export class StreamReaders {
  readonly cold: ColdReads;
  readonly followers: Followers;
  readonly #context: () => StreamContext;
  readonly #window = new RecordWindow();

  constructor(context: () => StreamContext) {
    this.#context = context;
    this.cold = new ColdReads(context);
    this.followers = new Followers({
      shard: (lane) => context().state.shards.get(lane),
      fetch: (shard, { next, recordsMax, bytesMax }) =>
        this.cold.records(shard, { from: next, recordsMax, bytesMax }),
      read: (shard, { next, recordsMax, bytesMax }, wasFetched) =>
        this.#records(shard, { from: next, recordsMax, bytesMax }, wasFetched),
    });
  }

  /** Answers at once, unless what it needs has to be fetched from cold segments first. */
  read(query: ReadStream, sink: ReplySink): void {
    const shard = findShard(this.#context(), query.entity, query.shardIndex);
    if (!(shard instanceof Shard)) return sink.reveal(shard);
    const fetched = this.cold.records(shard, query);
    if (fetched === undefined) return sink.reveal(this.#records(shard, query, false));
    void fetched.then(() => {
      // The shard may have gone, or its cell been loaded again, meanwhile.
      const now = findShard(this.#context(), query.entity, query.shardIndex);
      sink.reveal(now instanceof Shard ? this.#records(now, query, true) : now);
    });
  }

  position(query: FindPosition, sink: ReplySink): void {
    const shard = findShard(this.#context(), query.entity, query.shardIndex);
    if (!(shard instanceof Shard)) return sink.reveal(shard);
    const { position } = query;
    const horizon = position.at === 'latest' ? undefined : this.cold.horizon(shard);
    if (horizon !== undefined) return void horizon.then(() => this.#locate(shard, position, sink));
    this.#locate(shard, position, sink);
  }

  #locate(shard: Shard, position: FindPosition['position'], sink: ReplySink): void {
    const context = this.#context();
    const answer = (sequence: number): void =>
      sink.reveal({ kind: 'position', shard: shard.view(), sequence });
    if (position.at !== 'time') return answer(sequenceAt(context, shard, position));
    const search = new ArrivalSearch(context, shard, horizonOf(context, shard), position.timeMs);
    const found = this.cold.search(shard, search);
    if (typeof found === 'number') answer(found);
    else void found.then(answer);
  }

  /** The follower, or the error that says why not. */
  follow(follow: FollowShard, sink: ReplySink): Follower | { readonly refusal: Reply } {
    const shard = findShard(this.#context(), follow.entity, follow.shardIndex);
    if (!(shard instanceof Shard)) return { refusal: shard };
    const follower = this.followers.add(follow, shard.entity, sink);
    return follower ?? { refusal: { kind: 'error', error: tooManyWaiters } };
  }

  /** What was fetched is one piece: more than that would be read on the loop after all. */
  #records(shard: Shard, range: ReadRange, wasFetched: boolean): RecordsReply {
    const bytesMax = wasFetched ? Math.min(range.bytesMax, limits.readAheadBytesMax) : range.bytesMax;
    const { from, recordsMax } = range;
    return readRecords(this.#context(), shard, { from, recordsMax, bytesMax }, this.#window);
  }
}
