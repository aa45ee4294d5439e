// The commands of the stream model suite that are not about records: time, the beginnings and ends of
// streams, of commits and of the whole process. Called by fast-check through stream.model.test.ts.
import { NaiveStream } from './naive-stream.ts';
import { Append, StreamCommand } from './stream-commands.ts';
import type { Life, StreamModel } from './stream-model.ts';
import { expectKind, fail, judgeTiles } from './stream-model.ts';
import type { Asked, StreamSystem } from './stream-system.ts';
import { dayMs } from './stream-world.ts';

/** What every stream of the suite starts with. */
const initialRetentionMs = 2 * dayMs;
/** The reclaimer looks at every tenth tick. */
const ticksOfReclaim = 10;

/** What is about no stream that has to exist. */
abstract class Event extends StreamCommand {
  override check(_model: Readonly<StreamModel>): boolean {
    return true;
  }
  override async run(model: StreamModel, system: StreamSystem): Promise<void> {
    await this.happen(model, system);
    await model.conclude(system, []);
  }
  override act(): void {
    throw new Error('an event is about no stream');
  }
  abstract happen(model: StreamModel, system: StreamSystem): void | Promise<void>;
}

export class Tick extends Event {
  readonly ms: number;
  constructor(ms: number) {
    super('', ms);
    this.ms = ms;
  }
  async happen(model: StreamModel, system: StreamSystem): Promise<void> {
    await model.release(system);
    await pass(model, system, this.ms);
  }
}

async function pass(model: StreamModel, system: StreamSystem, ms: number): Promise<void> {
  system.clock.advance(ms);
  await system.broker.tick();
  const nowMs = system.clock.nowMs();
  for (const life of model.lives.values()) {
    await forgetGone(system, life.applied, nowMs);
    life.applied.expire(nowMs, true);
    life.committed = life.applied.copy();
  }
}

/** Closed shards go when all in them is past retention: between the end of the last record and their own. */
async function forgetGone(system: StreamSystem, stream: NaiveStream, nowMs: number): Promise<void> {
  const asked = system.ask({ kind: 'listShards', entity: stream.entity }, (reply) => {
    const { shards } = expectKind(reply, 'shards');
    const isListed = (index: number): boolean => shards.some((view) => view.index === index);
    for (const shard of stream.shards) {
      const fate = stream.fate(shard, nowMs);
      if (fate === (isListed(shard.index) ? 'goes' : 'stays')) fail([`shard ${shard.index} ${fate}`]);
    }
    fail(judgeTiles(shards));
    stream.shards = stream.shards.filter(({ index }) => isListed(index));
  });
  await system.answers([asked]);
}

/** Time enough for storage to give back what nobody needs. */
export class Reclaim extends Event {
  async happen(model: StreamModel, system: StreamSystem): Promise<void> {
    await model.release(system);
    await pass(model, system, 1_000);
    for (let i = 0; i < ticksOfReclaim; i++) await system.broker.tick();
    await system.turns(3);
  }
}

export class CreateStream extends StreamCommand {
  readonly shardCount: number;
  constructor(stream: string, shardCount: number) {
    super(stream, shardCount);
    this.shardCount = shardCount;
  }
  override check(model: Readonly<StreamModel>): boolean {
    return !model.lives.has(this.stream);
  }
  override async run(model: StreamModel, system: StreamSystem): Promise<void> {
    await createStream(model, system, this.stream, this.shardCount);
  }
  override act(): void {
    throw new Error('there is no stream yet');
  }
}

export async function createStream(
  model: StreamModel,
  system: StreamSystem,
  name: string,
  shardCount: number,
): Promise<void> {
  await model.release(system);
  const settings = { retentionMs: initialRetentionMs, sharding: 'fixed', maxRecordBytes: 1_000_000 } as const;
  const more = { readyAfterMs: 0, annotations: {}, tags: {} };
  const resource = { kind: 'stream', namespace: 'model', name } as const;
  const command = { kind: 'createStream', name: resource, settings, initialShardCount: shardCount, ...more };
  const asked = system.ask(command as typeof command & { kind: 'createStream' }, (reply) => {
    const { definition, isCreated } = expectKind(reply, 'stream');
    if (!isCreated) fail([`${name} was there already`]);
    for (const { applied } of model.lives.values()) {
      if (applied.entity === definition.entity) fail([`${name} got the incarnation of another stream`]);
    }
    const stream = new NaiveStream(definition, initialRetentionMs);
    for (let index = 0; index < shardCount; index++) {
      const width = (1n << 128n) / BigInt(shardCount);
      const endHash = index + 1 === shardCount ? (1n << 128n) - 1n : width * BigInt(index + 1) - 1n;
      const { createdAtMs } = definition;
      stream.add({ index, startHash: width * BigInt(index), endHash, parents: [], createdAtMs });
    }
    model.lives.set(name, { applied: stream, committed: stream.copy() });
  });
  await model.conclude(system, [asked]);
}

/** Gone for everybody; `isRemade`: and at once there is another one of the same name, with nothing in it. */
export class DeleteStream extends StreamCommand {
  readonly isRemade: boolean;
  constructor(stream: string, isRemade: boolean) {
    super(stream, isRemade);
    this.isRemade = isRemade;
  }
  override async run(model: StreamModel, system: StreamSystem): Promise<void> {
    await model.release(system);
    const { entity } = model.life(this.stream).applied;
    const asked = system.ask({ kind: 'deleteStream', entity, afterMs: 0 }, (reply) => {
      expectKind(reply, 'stream');
      model.lives.delete(this.stream);
    });
    await model.conclude(system, [asked]);
    const read = { kind: 'readStream', entity, shardIndex: 0, from: 1, recordsMax: 1, bytesMax: 1 } as const;
    await system.answers([
      system.ask(read, (reply) => {
        const { error } = expectKind(reply, 'error');
        if (error.code !== 'stream_not_found') fail([error.code]);
      }),
    ]);
    if (this.isRemade) await createStream(model, system, this.stream, 2);
  }
  override act(): void {
    throw new Error('runs by itself');
  }
}

export class Retain extends StreamCommand {
  readonly days: number;
  constructor(stream: string, days: number) {
    super(stream, days);
    this.days = days;
  }
  async act(model: StreamModel, system: StreamSystem, { applied }: Life): Promise<Asked[]> {
    await model.release(system);
    const retentionMs = this.days * dayMs;
    const settings = { retentionMs, sharding: 'fixed', maxRecordBytes: 1_000_000 } as const;
    const { entity, revision: expectedRevision } = applied;
    return [
      system.ask({ kind: 'updateStream', entity, expectedRevision, settings }, (reply) => {
        applied.revision = expectKind(reply, 'stream').definition.revision;
        applied.retentionMs = retentionMs;
        applied.expire(system.clock.nowMs(), false);
      }),
    ];
  }
}

/** From here on nothing is committed, so nothing may be seen, until Release or the crash. */
export class Stall extends Event {
  happen(_model: StreamModel, system: StreamSystem): void {
    if (!system.isStalled) system.stall();
  }
}

export class Release extends Event {
  async happen(model: StreamModel, system: StreamSystem): Promise<void> {
    await model.release(system);
  }
}

/** A commit fails: what was decided in its cell is undone, and whoever waits is invited to try again. */
export class Fail extends StreamCommand {
  async act(model: StreamModel, system: StreamSystem, { applied }: Life): Promise<void> {
    await model.release(system);
    system.stall();
    const { cell, entity } = applied;
    await new Append(this.stream, [0, 1, 5]).run(model, system);
    const split = { kind: 'splitShard', entity, shardIndex: applied.open[0]?.index ?? 0 } as const;
    const atHash = applied.open[0]?.endHash ?? 0n;
    const asked = [...model.waiting, system.ask({ ...split, atHash }, () => {})];
    await system.turns(3);
    system.storage.failNextAppend(`stream-${cell}`, 'io');
    system.release();
    await system.until(() => asked.every(({ reply }) => reply !== undefined), 'an answer to what was undone');
    for (const { reply } of asked) {
      if (reply?.kind !== 'error' || !reply.error.isRetryable) fail([`undone, and answered ${reply?.kind}`]);
    }
    model.undone();
  }
}

/** kill -9 and a new start: what was answered is there, what was not answered never was. */
export class Crash extends Event {
  async happen(model: StreamModel, system: StreamSystem): Promise<void> {
    await system.crash();
    model.crashed();
  }
}

/** An orderly end and a new start, with more cells now and then. */
export class Reopen extends Event {
  readonly streamCells: number;
  constructor(streamCells: number) {
    super('', streamCells);
    this.streamCells = streamCells;
  }
  async happen(model: StreamModel, system: StreamSystem): Promise<void> {
    await model.release(system);
    await system.reopen(Math.max(system.streamCells, this.streamCells));
    model.crashed();
  }
}

/** Folding the logs from empty gives the state that the broker has. */
export async function checkReplay(system: StreamSystem): Promise<void> {
  const live = await system.broker.stateHash();
  const replayed = await system.broker.replayHash();
  if (live !== replayed) fail([`the logs fold to ${replayed}, the live state is ${live}`]);
}
