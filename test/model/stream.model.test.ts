// The model suite of streams: random commands against the real broker over the memory storage, compared
// with the naive stream after each. Goal: every interleaving of put, split, merge, resize, expire and read
// returns each key's records in order; nothing acknowledged is lost or seen twice, nothing uncommitted is
// seen; open shards own every key hash; the log alone gives the same state again. A failure prints
// `CAUDAL_SEED=...`, which replays it; CAUDAL_MODEL_RUNS sets the number of runs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as on from './stream-commands.ts';
import * as readers from './stream-readers.ts';
import * as life from './stream-lifecycle.ts';
import { StreamModel } from './stream-model.ts';
import { StreamSystem } from './stream-system.ts';
import { dayMs } from './stream-world.ts';
import { withLimits } from './tight-limits.ts';

const runs = Number(process.env['CAUDAL_MODEL_RUNS'] ?? 250);
/** A run takes some 10 ms on an idle machine; this much is a hang. */
const timeoutMs = 120_000 + runs * 500;
/** `seed`, `seed|path` or `seed|path|replayPath`, as a failure printed it. */
const [seed, path, replayPath] = (process.env['CAUDAL_SEED'] ?? '').split('|');

type Arbitrary = fc.Arbitrary<on.StreamCommand>;
/** With three cells they are in different ones. */
const names = ['s0', 's1', 's3'] as const;
const name = fc.constantFrom(...names);
const pick = fc.nat(60);
const keys = fc.array(fc.nat(11), { minLength: 1, maxLength: 8 });
const pause = fc.constantFrom(1_000, 5_000, 61_003, dayMs / 2, dayMs - 1_000, dayMs, 2 * dayMs + 120_000);
const bounds = fc.record({
  recordsMax: fc.constantFrom(1, 2, 5, 1_000),
  bytesMax: fc.constantFrom(1, 50, 1_000_000),
});
const position = fc.oneof(
  fc.constantFrom({ at: 'horizon' } as const, { at: 'latest' } as const, { at: 'latest' } as const),
  fc.nat(12).map((sequence) => ({ at: 'sequence', sequence }) as const),
  // An age, counted back from the time at which it is asked.
  fc.constantFrom(0, 1_000, 6_001, dayMs, 9 * dayMs).map((timeMs) => ({ at: 'time', timeMs }) as const),
);

const append: Arbitrary = fc.tuple(name, keys).map((args) => new on.Append(...args));
const read: Arbitrary = fc.tuple(name, pick, bounds).map((args) => new readers.Read(...args));
const find: Arbitrary = fc.tuple(name, pick, position).map((args) => new readers.Find(...args));
const split: Arbitrary = fc.tuple(name, pick, fc.nat(8)).map((args) => new on.Split(...args));
const merge: Arbitrary = fc.tuple(name, pick, fc.boolean()).map((args) => new on.Merge(...args));
const tick: Arbitrary = pause.map((ms) => new life.Tick(ms));
const stall: Arbitrary = fc.constant(new life.Stall(''));
const release: Arbitrary = fc.constant(new life.Release(''));
const follow: Arbitrary = fc
  .tuple(name, pick, fc.nat(4), fc.constantFrom(1, 3, 100))
  .map((args) => new readers.Follow(...args));

/** Weighted by repetition: records flow most of the time, ends and beginnings come now and then. */
const flow = [append, append, append, append, append, read, read, read, find, find, split, merge, tick, tick];
const seldom: Arbitrary[] = [
  stall,
  stall,
  stall,
  release,
  follow,
  follow,
  fc.tuple(name, pick, fc.nat(4)).map((args) => new readers.Grant(...args)),
  fc.tuple(name, pick).map((args) => new readers.Unfollow(...args)),
  fc.tuple(name, fc.integer({ min: 1, max: 5 })).map((args) => new on.Resize(...args)),
  name.map((stream) => new readers.Drain(stream)),
  name.map((stream) => new readers.List(stream)),
  fc.constant(new life.Reclaim('')),
  fc.tuple(name, fc.constantFrom(1, 2, 2, 5)).map((args) => new life.Retain(...args)),
  fc.tuple(name, fc.boolean()).map((args) => new life.DeleteStream(...args)),
  fc.tuple(name, fc.integer({ min: 1, max: 4 })).map((args) => new life.CreateStream(...args)),
  name.map((stream) => new life.Fail(stream)),
  fc.constant(new life.Crash('')),
  fc.constantFrom(1, 1, 3).map((cells) => new life.Reopen(cells)),
];
const commands = fc.commands([...flow, ...seldom], {
  maxCommands: 80,
  size: 'max',
  ...(replayPath === undefined ? {} : { replayPath }),
});

interface Variant {
  readonly name: string;
  readonly streamCells: number;
  readonly tight?: Parameters<typeof withLimits>[0];
}

const variants: readonly Variant[] = [
  { name: '1 stream cell', streamCells: 1 },
  { name: '3 stream cells', streamCells: 3 },
  {
    name: 'checkpoints a row at a time',
    streamCells: 1,
    tight: { checkpointSliceBytes: 1, journalTailBytesMax: 200 },
  },
];

async function play(
  variant: Variant,
  script: Iterable<fc.AsyncCommand<StreamModel, StreamSystem>>,
): Promise<void> {
  const system = await StreamSystem.start(variant.streamCells);
  const model = new StreamModel();
  try {
    for (const [i, stream] of names.entries()) await life.createStream(model, system, stream, i + 1);
    await fc.asyncModelRun(() => ({ model, real: system }), script);
    await new life.Release('').run(model, system);
    for (const stream of model.lives.keys()) await new readers.Drain(stream).run(model, system);
    await life.checkReplay(system);
  } finally {
    await system.stop();
  }
}

describe.each(variants)('a stream and its naive model: $name', (variant) => {
  it(
    `agree over ${runs} runs`,
    async () => {
      const property = fc.asyncProperty(commands, (script) =>
        withLimits(variant.tight ?? {}, () => play(variant, script)),
      );
      const details = await fc.check(property, {
        numRuns: runs,
        ...(seed === undefined || seed === '' ? {} : { seed: Number(seed) }),
        ...(path === undefined ? {} : { path }),
      });
      if (!details.failed) return;
      const script = String(details.counterexample?.[0]);
      const replay = /replayPath="([^"]*)"/.exec(script)?.[1] ?? '';
      const how = `CAUDAL_SEED='${details.seed}|${details.counterexamplePath}|${replay}'`;
      const why = details.errorInstance instanceof Error ? (details.errorInstance.stack ?? '') : '';
      expect.fail(`${how}\n${script}\n${why}`);
    },
    timeoutMs,
  );
});
