// The commands of the stream model suite: each does one thing to the real broker, and to the naive stream,
// and says what the answer has to be. Called by fast-check through stream.model.test.ts.
import { createHash } from 'node:crypto';
import type { AsyncCommand } from 'fast-check';
import type { Command, ShardView } from '../../src/broker/index.ts';
import { RecordBatchWriter } from '../../src/broker/index.ts';
import type { NaiveShard, NaiveStream } from './naive-stream.ts';
import type { Life, StreamModel } from './stream-model.ts';
import { expectKind, fail, judgeShards } from './stream-model.ts';
import type { Asked, StreamSystem } from './stream-system.ts';

export abstract class StreamCommand implements AsyncCommand<StreamModel, StreamSystem> {
  readonly stream: string;
  readonly args: readonly unknown[];
  constructor(stream: string, ...args: readonly unknown[]) {
    this.stream = stream;
    this.args = args;
  }
  check(model: Readonly<StreamModel>): boolean {
    return model.lives.has(this.stream);
  }
  async run(model: StreamModel, system: StreamSystem): Promise<void> {
    const asked = (await this.act(model, system, model.life(this.stream))) ?? [];
    const isHidden = system.isStalled && model.changedCells.has(model.life(this.stream).applied.cell);
    for (const one of asked) one.isHidden = isHidden;
    await model.conclude(system, asked);
  }
  abstract act(
    model: StreamModel,
    system: StreamSystem,
    life: Life,
  ): readonly Asked[] | void | Promise<readonly Asked[] | void>;
  toString(): string {
    const args = this.args.map((arg) => JSON.stringify(arg));
    return `${this.constructor.name}(${[this.stream, ...args].join(', ')})`;
  }
}

/** Any of them, or one number that none of them has. */
export function pickIndex(shards: readonly NaiveShard[], pick: number): number {
  return shards[pick % (shards.length + 1)]?.index ?? 9_999;
}

const writer = new RecordBatchWriter(100);

function evenStart(i: number, count: number): bigint {
  return ((1n << 128n) / BigInt(count)) * BigInt(i);
}

/** Keys 0 to 3 are hashed; from 4 on a key has a hash of its own. */
function hashOfKey(key: number): bigint {
  if (key >= 4) return evenStart(key - 4, 8) + BigInt(key % 2);
  return BigInt(`0x${createHash('md5').update(`k${key}`).digest('hex')}`);
}

function write(
  keys: readonly number[],
  nextData: () => string,
): { key: string; data: string; hash: bigint }[] {
  writer.reset();
  return keys.map((number) => {
    const [key, data, hash] = [`k${number}`, nextData(), hashOfKey(number)];
    writer.begin();
    writer.keyText(key);
    if (number >= 4) writer.hash([96n, 64n, 32n, 0n].map((shift) => Number((hash >> shift) & 0xffff_ffffn)));
    writer.data(Buffer.from(data));
    writer.end();
    return { key, data, hash };
  });
}

export class Append extends StreamCommand {
  readonly keys: readonly number[];
  constructor(stream: string, keys: readonly number[]) {
    super(stream, keys);
    this.keys = keys;
  }
  act(model: StreamModel, system: StreamSystem, { applied }: Life): Asked[] {
    const nowMs = system.clock.nowMs();
    const records = write(this.keys, () => model.nextData());
    const places = records.map((record) => applied.append(record, nowMs));
    model.changedCells.add(applied.cell);
    return [
      system.ask({ kind: 'append', entity: applied.entity, records: writer }, (reply) => {
        const { shardIndexes, sequences, refusedCount } = expectKind(reply, 'appended');
        const got = places.map((_, i) => [shardIndexes[i], sequences[i]]);
        if (String(got) !== String(places))
          fail([`records went to ${String(got)}, not to ${String(places)}`]);
        if (refusedCount !== 0) fail([`${refusedCount} records were refused`]);
      }),
    ];
  }
}

/** A change of shards: its answer is the list of them as it has to be then, or the code of its refusal. */
abstract class Reshard extends StreamCommand {
  act(model: StreamModel, system: StreamSystem, { applied }: Life): Asked[] {
    const nowMs = system.clock.nowMs();
    const [command, code] = this.apply(applied, nowMs);
    if (code === undefined) model.changedCells.add(applied.cell);
    const expected = applied.copy();
    return [
      system.ask(command, (reply) => {
        if (code === undefined) return fail(judgeShards(expected, expectKind(reply, 'shards').shards, nowMs));
        const { error } = expectKind(reply, 'error');
        if (error.code !== code) fail([`refused as ${error.code}, not as ${code}`]);
      }),
    ];
  }
  abstract apply(stream: NaiveStream, nowMs: number): [Command, string | undefined];
}

export class Split extends Reshard {
  readonly pick: number;
  readonly eighths: number;
  constructor(stream: string, pick: number, eighths: number) {
    super(stream, pick, eighths);
    this.pick = pick;
    this.eighths = eighths;
  }
  apply(stream: NaiveStream, nowMs: number): [Command, string | undefined] {
    // Closed ones now and then, to be refused.
    const shardIndex = pickIndex(this.pick % 4 === 0 ? stream.shards : stream.open, this.pick);
    const { startHash = 0n, endHash = 0n } = stream.shard(shardIndex) ?? {};
    const atHash = startHash + ((endHash - startHash + 1n) * BigInt(this.eighths)) / 8n;
    const code = stream.split(shardIndex, atHash, nowMs);
    return [{ kind: 'splitShard', entity: stream.entity, shardIndex, atHash }, code];
  }
}

export class Merge extends Reshard {
  readonly pick: number;
  readonly isNeighbour: boolean;
  constructor(stream: string, pick: number, isNeighbour: boolean) {
    super(stream, pick, isNeighbour);
    this.pick = pick;
    this.isNeighbour = isNeighbour;
  }
  apply(stream: NaiveStream, nowMs: number): [Command, string | undefined] {
    const shards = this.isNeighbour ? stream.open : stream.shards;
    const shardIndex = pickIndex(shards, this.pick);
    const adjacentIndex = pickIndex(shards, this.pick + 1);
    const code = stream.merge(shardIndex, adjacentIndex, nowMs);
    return [{ kind: 'mergeShards', entity: stream.entity, shardIndex, adjacentIndex }, code];
  }
}

/** How it gets there is the broker's business: the model takes over the new shards, if they are sound. */
export class Resize extends StreamCommand {
  readonly count: number;
  constructor(stream: string, count: number) {
    super(stream, count);
    this.count = count;
  }
  async act(model: StreamModel, system: StreamSystem, { applied }: Life): Promise<Asked[]> {
    await model.release(system);
    const { entity } = applied;
    const nowMs = system.clock.nowMs();
    return [
      system.ask({ kind: 'resizeStream', entity, shardCount: this.count }, (reply) => {
        const { shards } = expectKind(reply, 'shards');
        for (const view of shards) if (applied.shard(view.index) === undefined) adopt(applied, view);
        for (const { index, closedAtMs } of shards) {
          const shard = applied.shard(index);
          if (shard !== undefined && closedAtMs !== undefined) shard.closedAtMs ??= nowMs;
        }
        const starts = applied.open.map(({ startHash }) => startHash);
        const even = Array.from({ length: this.count }, (_, i) => evenStart(i, this.count));
        if (String(starts) !== String(even)) fail([`${this.count} shards start at ${String(starts)}`]);
        fail(judgeShards(applied, shards, nowMs));
      }),
    ];
  }
}

/** A new shard as the broker made it: the next of its index, of parents that cover it and are older. */
function adopt(stream: NaiveStream, view: ShardView): void {
  const { index, startHash, endHash, createdAtMs, parentIndex = -1, adjacentParentIndex } = view;
  const parents = [parentIndex, ...(adjacentParentIndex === undefined ? [] : [adjacentParentIndex])];
  if (index !== stream.nextIndex) fail([`shard ${index} came before ${stream.nextIndex}`]);
  const known = parents.map((parent) => stream.shard(parent));
  let covered = 0n;
  for (const parent of known) {
    if (parent === undefined) return fail([`shard ${index} has no parent ${parents.join()}`]);
    if (Math.floor(parent.createdAtMs / 1000) >= Math.floor(createdAtMs / 1000))
      fail([`${index} is too old`]);
    const low = parent.startHash > startHash ? parent.startHash : startHash;
    const high = parent.endHash < endHash ? parent.endHash : endHash;
    covered += high - low + 1n;
  }
  if (covered !== endHash - startHash + 1n) fail([`the parents of ${index} do not cover it`]);
  stream.add({ index, startHash, endHash, createdAtMs, parents });
}
