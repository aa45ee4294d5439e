// What the stream model suite believes: of every stream one naive model of what is decided and one of what is
// committed, positions that were handed out, and who follows what. Called by the commands of the suite.
import type { Reply, ShardView, Subscription } from '../../src/broker/index.ts';
import type { NaiveShard, NaiveStream } from './naive-stream.ts';
import type { Asked, StreamSystem } from './stream-system.ts';
import type { ReadBatch } from './stream-world.ts';

export type KindOf<K extends Reply['kind']> = Extract<Reply, { readonly kind: K }>;

export interface Life {
  /** As decided: with what waits for its commit. */
  applied: NaiveStream;
  committed: NaiveStream;
}

/** A place in a shard that somebody remembers. */
export interface Bookmark {
  readonly stream: string;
  readonly entity: number;
  readonly shardIndex: number;
  readonly sequence: number;
}

export interface Follower {
  readonly stream: string;
  readonly entity: number;
  readonly shardIndex: number;
  readonly subscription: Subscription;
  next: number;
  credit: number;
  isOver: boolean;
  readonly pushes: Reply[];
}

export class StreamModel {
  readonly lives = new Map<string, Life>();
  readonly bookmarks: Bookmark[] = [];
  followers: Follower[] = [];
  /** Decided and unanswered, while commits are stalled. */
  waiting: Asked[] = [];
  /** Cells with changes that wait for their commit. */
  readonly changedCells = new Set<number>();
  #dataCount = 0;

  /** Unique in a run, and counting up: order is told from it. */
  nextData(): string {
    return String(++this.#dataCount).padStart(6, '0');
  }

  life(name: string): Life {
    const life = this.lives.get(name);
    if (life === undefined) throw new Error(`no stream ${name}`);
    return life;
  }

  /** What was asked is judged as soon as it may be: now, or, while commits are stalled, when they go on. */
  async conclude(system: StreamSystem, asked: readonly Asked[]): Promise<void> {
    if (!system.isStalled) {
      await system.answers([...this.waiting, ...asked]);
      this.waiting = [];
      this.changedCells.clear();
      for (const life of this.lives.values()) life.committed = life.applied.copy();
      await this.#settleFollowers(system);
      return;
    }
    this.waiting.push(...asked);
    await system.turns(3);
    const early = this.waiting.filter(({ reply, isHidden }) => isHidden && reply !== undefined);
    if (early.length > 0) fail([`answered before its commit: ${early.map(({ what }) => what).join(', ')}`]);
    this.#judgeFollowers(system);
  }

  async release(system: StreamSystem): Promise<void> {
    if (!system.isStalled) return;
    system.release();
    await this.conclude(system, []);
  }

  /** What was not committed never was; nobody follows any more. */
  crashed(): void {
    this.followers = [];
    this.undone();
  }
  undone(): void {
    this.waiting = [];
    this.changedCells.clear();
    for (const life of this.lives.values()) life.applied = life.committed.copy();
  }

  /** Whoever has credit has got everything that is committed, once. */
  async #settleFollowers(system: StreamSystem): Promise<void> {
    const isSettled = (): boolean => {
      this.#judgeFollowers(system);
      return this.followers.every((follower) => follower.isOver || !this.#isDue(follower));
    };
    await system.until(isSettled, 'a push to a follower with credit');
  }

  #isDue(follower: Follower): boolean {
    const shard = this.#shardOf(follower);
    if (shard === undefined) return true;
    const isAtEnd = shard.closedAtMs !== undefined && follower.next >= shard.nextSequence;
    return follower.credit > 0 && (follower.next < shard.nextSequence || isAtEnd);
  }

  #shardOf({ stream, entity, shardIndex }: Follower): NaiveShard | undefined {
    const committed = this.lives.get(stream)?.committed;
    return committed?.entity === entity ? committed.shard(shardIndex) : undefined;
  }

  #judgeFollowers(system: StreamSystem): void {
    for (const follower of this.followers) {
      for (const push of follower.pushes.splice(0)) this.#judgePush(follower, push, system);
    }
  }

  #judgePush(follower: Follower, push: Reply, system: StreamSystem): void {
    if (follower.isOver) fail(['a push after the end']);
    const shard = this.#shardOf(follower);
    if (push.kind === 'error') {
      if (shard !== undefined) fail([`a follower was told ${push.error.code}`]);
      follower.isOver = true;
      return;
    }
    if (follower.credit-- <= 0) fail(['a push without credit']);
    const stream = this.lives.get(follower.stream)?.committed;
    if (shard === undefined || stream === undefined) return fail(['a push from a shard that is gone']);
    const batch = batchOf(push);
    const nowMs = system.clock.nowMs();
    fail(judgeBatch(stream, shard, { from: follower.next, batch, nowMs }));
    // The end may follow by itself; who has credit waits for it.
    if (batch.isEnd) fail(judgeEnd(stream, shard, batch));
    follower.next = batch.nextSequence;
    follower.isOver = batch.isEnd;
  }
}

/** A read reply as stream-world keeps it. */
export function batchOf(reply: Reply): ReadBatch {
  if (reply.kind !== 'records') fail([`records: ${JSON.stringify(reply)}`]);
  return reply as unknown as ReadBatch;
}

export function expectKind<K extends Reply['kind']>(reply: Reply, kind: K): KindOf<K> {
  if (reply.kind !== kind) fail([`${kind} was to come, not ${JSON.stringify(reply, bigText)}`]);
  return reply as KindOf<K>;
}
const bigText = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

export function fail(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(wrong.slice(0, 8).join('; '));
}

/** These records and no others were to come from there on, and nobody is led past the committed end. */
export function judgeBatch(
  stream: NaiveStream,
  shard: NaiveShard,
  { from, batch, nowMs }: { readonly from: number; readonly batch: ReadBatch; readonly nowMs: number },
): string[] {
  const { records, nextSequence } = batch;
  const isBehindEnd = nextSequence > Math.max(from, shard.nextSequence);
  return [
    ...(isBehindEnd ? [`${nextSequence} is behind the end ${shard.nextSequence} of ${shard.index}`] : []),
    ...stream.judge(shard, [from, nextSequence], records, nowMs),
  ];
}

/** A shard ends when it is closed and read, and not before; then its children are named. */
export function judgeEnd(stream: NaiveStream, shard: NaiveShard, batch: ReadBatch): string[] {
  const isEnd = shard.closedAtMs !== undefined && batch.nextSequence >= shard.nextSequence;
  if (batch.isEnd !== isEnd) return [`end of ${shard.index}: ${batch.isEnd}`];
  if (batch.closedAtMs !== shard.closedAtMs) return [`${shard.index} was closed at ${batch.closedAtMs}`];
  const [got, expected] = [batch.children, isEnd ? stream.children(shard.index) : []].map(sorted);
  return got === expected ? [] : [`children of ${shard.index}: ${got}, not ${expected}`];
}
const sorted = (numbers: readonly number[]): string => [...numbers].sort((a, b) => a - b).join();

/** What is wrong with a list of shards, beside those that may have gone by now. */
export function judgeShards(stream: NaiveStream, views: readonly ShardView[], nowMs: number): string[] {
  const wrong: string[] = [];
  for (const shard of stream.shards) {
    const view = views.find(({ index }) => index === shard.index);
    if (view === undefined && stream.fate(shard, nowMs) === 'stays')
      wrong.push(`shard ${shard.index} is gone`);
    if (view !== undefined) wrong.push(...differences(shard, view));
  }
  for (const { index } of views)
    if (stream.shard(index) === undefined) wrong.push(`shard ${index} is too much`);
  return [...wrong, ...judgeTiles(views)];
}

/** Open shards own every key hash, once. */
export function judgeTiles(views: readonly ShardView[]): string[] {
  const open = views.filter(({ closedAtMs }) => closedAtMs === undefined);
  open.sort((a, b) => (a.startHash < b.startHash ? -1 : 1));
  let next = 0n;
  for (const { index, startHash, endHash } of open) {
    if (startHash !== next) return [`shard ${index} starts at ${startHash}, not ${next}`];
    next = endHash + 1n;
  }
  return next === 1n << 128n ? [] : [`the last open shard ends before ${next}`];
}

function differences(shard: NaiveShard, view: ShardView): string[] {
  const parents = [view.parentIndex, view.adjacentParentIndex].filter((parent) => parent !== undefined);
  const facts = (of: Omit<NaiveShard, 'records'>): string =>
    `${of.index} [${of.startHash},${of.endHash}] of ${of.parents.join()} ${of.createdAtMs}..${of.closedAtMs}`;
  const got = facts({ ...view, closedAtMs: view.closedAtMs, parents });
  return got === facts(shard) ? [] : [`shard ${got}, not ${facts(shard)}`];
}
