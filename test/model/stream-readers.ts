// The commands of the stream model suite that read: positions, pages, followers, lists, and a consumer
// that takes everything in order. Called by fast-check through stream.model.test.ts. What they see is what
// is committed.
import type { Query, Reply, StreamPosition } from '../../src/broker/index.ts';
import type { NaiveShard, NaiveStream } from './naive-stream.ts';
import { pickIndex, StreamCommand } from './stream-commands.ts';
import type { Follower, Life, StreamModel } from './stream-model.ts';
import { batchOf, expectKind, fail, judgeBatch, judgeEnd, judgeShards, judgeTiles } from './stream-model.ts';
import type { Asked, StreamSystem } from './stream-system.ts';

/** Reads are of what is committed, and are answered whatever waits for its commit. */
async function answerNow(system: StreamSystem, query: Query, judge: (reply: Reply) => void): Promise<void> {
  await system.answers([system.ask(query, judge)]);
}

function placeOf(model: StreamModel, stream: NaiveStream, pick: number): [index: number, from: number] {
  const own = model.bookmarks.filter(({ entity }) => entity === stream.entity);
  const bookmark = pick % 3 === 0 ? own[pick % (own.length + 1)] : undefined;
  return bookmark === undefined
    ? [pickIndex(stream.shards, pick), 1]
    : [bookmark.shardIndex, bookmark.sequence];
}

export interface Bounds {
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** Reads a shard to its end or tip, in pieces, from its start or from where somebody once was. */
export class Read extends StreamCommand {
  readonly pick: number;
  readonly bounds: Bounds;
  constructor(stream: string, pick: number, bounds: Bounds) {
    super(stream, pick, bounds);
    this.pick = pick;
    this.bounds = bounds;
  }
  async act(model: StreamModel, system: StreamSystem, { committed, applied }: Life): Promise<void> {
    // Half of the time a shard that may not be committed yet.
    const [index, first] = placeOf(model, this.pick % 2 === 0 ? applied : committed, this.pick);
    await readOut(system, committed, [index, first], this.bounds);
  }
}

async function readOut(
  system: StreamSystem,
  committed: NaiveStream,
  [shardIndex, first]: [number, number],
  bounds: Bounds,
): Promise<string[]> {
  const { entity } = committed;
  const nowMs = system.clock.nowMs();
  const shard = committed.shard(shardIndex);
  const texts: string[] = [];
  let from = first;
  for (let isOver = false; !isOver;) {
    await answerNow(system, { kind: 'readStream', entity, shardIndex, from, ...bounds }, (reply) => {
      if (shard === undefined) {
        const { error } = expectKind(reply, 'error');
        if (error.code !== 'shard_not_found') fail([error.code]);
        isOver = true;
        return;
      }
      const batch = batchOf(reply);
      const { records, nextSequence, isEnd } = batch;
      if (records.length > bounds.recordsMax) fail([`${records.length} records`]);
      fail(judgeBatch(committed, shard, { from, batch, nowMs }));
      fail(judgeEnd(committed, shard, batch));
      fail(judgeBehind(shard, records, batch));
      texts.push(...records.map(({ key, data }) => `${key}:${data}`));
      isOver = isEnd || nextSequence >= shard.nextSequence;
      if (!isOver && nextSequence <= from) fail([`a read stands still at ${from}`]);
      from = nextSequence;
    });
  }
  return texts;
}

function judgeBehind(
  shard: NaiveShard,
  records: readonly { readonly arrivedAtMs: number }[],
  { nextSequence, behindMs }: { readonly nextSequence: number; readonly behindMs: number },
): string[] {
  const newest = shard.records.at(-1)?.arrivedAtMs ?? 0;
  const last = records.at(-1)?.arrivedAtMs ?? newest;
  const expected = nextSequence >= shard.nextSequence ? 0 : newest - last;
  return behindMs === expected ? [] : [`${behindMs} ms behind, not ${expected}`];
}

/** A position is where a reader finds exactly what it asked for; it is remembered for later reads. */
export class Find extends StreamCommand {
  readonly pick: number;
  readonly position: StreamPosition;
  constructor(stream: string, pick: number, position: StreamPosition) {
    super(stream, pick, position);
    this.pick = pick;
    this.position = position;
  }
  async act(model: StreamModel, system: StreamSystem, { committed }: Life): Promise<void> {
    const { entity } = committed;
    const shardIndex = pickIndex(committed.shards, this.pick);
    const shard = committed.shard(shardIndex);
    const nowMs = system.clock.nowMs();
    // Times are given as ages.
    const { at } = this.position;
    const position = at === 'time' ? { at, timeMs: nowMs - this.position.timeMs } : this.position;
    await answerNow(system, { kind: 'findPosition', entity, shardIndex, position }, (reply) => {
      if (shard === undefined) return void expectKind(reply, 'error');
      const { sequence } = expectKind(reply, 'position');
      fail(judgePosition(committed, shard, { position, sequence, nowMs }));
      model.bookmarks.push({ stream: this.stream, entity, shardIndex, sequence });
    });
  }
}

interface Found {
  readonly position: StreamPosition;
  readonly sequence: number;
  readonly nowMs: number;
}

function judgePosition(
  stream: NaiveStream,
  shard: NaiveShard,
  { position, sequence, nowMs }: Found,
): string[] {
  const isAsked = (record: { sequence: number; arrivedAtMs: number }): boolean => {
    if (position.at === 'horizon') return true;
    if (position.at === 'sequence') return record.sequence >= position.sequence;
    return position.at === 'time' && record.arrivedAtMs >= position.timeMs;
  };
  const wrong: string[] = [];
  for (const record of shard.records) {
    if (!stream.isVisible(record, nowMs) || record.hasLapsed) continue;
    const isFound = record.sequence >= sequence;
    if (isFound !== isAsked(record)) wrong.push(`${position.at} ${sequence}: ${record.sequence} ${isFound}`);
  }
  if (position.at === 'sequence') return wrong;
  if (sequence > shard.nextSequence) wrong.push(`${sequence} is behind the end ${shard.nextSequence}`);
  if (position.at === 'latest' && sequence !== shard.nextSequence) wrong.push(`latest is ${sequence}`);
  return wrong;
}

export class Follow extends StreamCommand {
  readonly pick: number;
  readonly credit: number;
  readonly recordsMax: number;
  constructor(stream: string, pick: number, credit: number, recordsMax: number) {
    super(stream, pick, credit, recordsMax);
    this.pick = pick;
    this.credit = credit;
    this.recordsMax = recordsMax;
  }
  act(model: StreamModel, system: StreamSystem, { committed, applied }: Life): void {
    const [shardIndex, from] = placeOf(model, this.pick % 2 === 0 ? applied : committed, this.pick);
    const { entity } = committed;
    const follow = { entity, shardIndex, from, recordsMax: this.recordsMax, bytesMax: 1_000_000 };
    const pushes: Reply[] = [];
    const subscription = system.follow(follow, (reply) => pushes.push(reply));
    const follower: Follower = {
      stream: this.stream,
      entity,
      shardIndex,
      subscription,
      pushes,
      next: from,
      credit: this.credit,
      isOver: false,
    };
    model.followers.push(follower);
    subscription.grant(this.credit);
  }
}

export class Grant extends StreamCommand {
  readonly pick: number;
  readonly pushes: number;
  constructor(stream: string, pick: number, pushes: number) {
    super(stream, pick, pushes);
    this.pick = pick;
    this.pushes = pushes;
  }
  act(model: StreamModel): void {
    const follower = model.followers[this.pick % (model.followers.length + 1)];
    if (follower === undefined) return;
    follower.credit += this.pushes;
    follower.subscription.grant(this.pushes);
  }
}

/** Nothing comes after it was called. */
export class Unfollow extends StreamCommand {
  readonly pick: number;
  constructor(stream: string, pick: number) {
    super(stream, pick);
    this.pick = pick;
  }
  async act(model: StreamModel, system: StreamSystem): Promise<void> {
    const [follower] = model.followers.splice(this.pick % (model.followers.length + 1), 1);
    if (follower === undefined) return;
    follower.subscription.cancel();
    const before = follower.pushes.length;
    await system.turns(3);
    if (follower.pushes.length > before) fail(['a push after cancel']);
  }
}

/** A consumer that takes parents before children sees each key's records in the order of their puts. */
export class Drain extends StreamCommand {
  async act(_model: StreamModel, system: StreamSystem, { committed }: Life): Promise<void> {
    const texts: string[] = [];
    const done = new Set<number>();
    const bounds = { recordsMax: 7, bytesMax: 1_000_000 };
    while (done.size < committed.shards.length) {
      const isReady = (shard: NaiveShard): boolean =>
        !done.has(shard.index) &&
        shard.parents.every((parent) => done.has(parent) || !committed.shard(parent));
      const shard = committed.shards.find(isReady);
      if (shard === undefined) return fail(['shards are parents of each other']);
      texts.push(...(await readOut(system, committed, [shard.index, 1], bounds)));
      done.add(shard.index);
    }
    const last = new Map<string, string>();
    for (const text of texts) {
      const [key = '', data = ''] = text.split(':');
      if (data <= (last.get(key) ?? '')) fail([`${text} came after ${last.get(key)}`]);
      last.set(key, data);
    }
  }
}

/** A list of shards waits for what it rests on. */
export class List extends StreamCommand {
  act(_model: StreamModel, system: StreamSystem, { applied }: Life): Asked[] {
    const expected = applied.copy();
    const nowMs = system.clock.nowMs();
    return [
      system.ask({ kind: 'listShards', entity: applied.entity }, (reply) => {
        fail(judgeShards(expected, expectKind(reply, 'shards').shards, nowMs));
        fail(judgeTiles(expectKind(reply, 'shards').shards));
      }),
    ];
  }
}
