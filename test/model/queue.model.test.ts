// The model suite: random commands against the real broker over the memory storage, compared with the naive
// model after each. Goal: nothing acknowledged is lost, nothing settled returns, groups keep their order,
// counts and counters are right, nothing is revealed before its commit, and the log alone gives the same
// state again. A failure prints `CAUDAL_SEED=...`, which replays it; CAUDAL_MODEL_RUNS sets the number of
// runs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as message from './commands.ts';
import * as life from './lifecycle.ts';
import { queueNames } from './scenario.ts';
import { System } from './system.ts';
import { withLimits } from './tight-limits.ts';
import { World } from './world.ts';

const runs = Number(process.env['CAUDAL_MODEL_RUNS'] ?? 100);
/** A run takes some 20 ms on an idle machine; this much is a hang. */
const timeoutMs = 120_000 + runs * 500;
/** `seed`, `seed|path` or `seed|path|replayPath`, as a failure printed it. */
const [seed, path, replayPath] = (process.env['CAUDAL_SEED'] ?? '').split('|');

const queue = fc.constantFrom(...queueNames);
const send = fc.record({
  group: fc.nat(3),
  dedupId: fc.option(fc.nat(4), { nil: undefined, freq: 3 }),
  delayMs: fc.option(fc.constantFrom(0, 1_000, 20_000), { nil: undefined }),
});
const lease = fc.option(fc.constantFrom(0, 1_000, 10_000), { nil: undefined });
const pause = fc.constantFrom(1, 999, 1_000, 5_000, 9_999, 30_000, 61_003, 299_997, 345_600_001);
const restart = fc.constantFrom(1, 1, 3);

type Arbitrary = fc.Arbitrary<message.ModelCommand>;
const batch: Arbitrary = fc
  .tuple(queue, fc.array(send, { minLength: 1, maxLength: 10 }))
  .map(([name, specs]) => new message.Send(name, specs));
const receive: Arbitrary = fc
  .tuple(queue, fc.integer({ min: 1, max: 10 }), lease)
  .map(([name, count, leaseMs]) => new message.Receive(name, count, leaseMs));
const settle: Arbitrary = fc
  .tuple(queue, fc.nat(20), fc.integer({ min: 1, max: 10 }))
  .map(([name, pick, count]) => new message.Settle(name, pick, count));
const change = fc.record({ pick: fc.nat(10), leaseMs: fc.constantFrom(0, 0, 500, 40_000) });
const changeLease: Arbitrary = fc
  .tuple(queue, fc.array(change, { minLength: 1, maxLength: 4 }))
  .map(([name, changes]) => new message.ChangeLease(name, changes));
const tick: Arbitrary = pause.map((ms) => new life.Tick(ms));

/** Weighted by repetition: messages flow most of the time, ends and beginnings come now and then. */
const flow = [
  batch,
  batch,
  batch,
  receive,
  receive,
  receive,
  receive,
  settle,
  settle,
  changeLease,
  tick,
  tick,
];
const seldom: Arbitrary[] = [
  fc.tuple(queue, send).map(([name, spec]) => new message.Send(name, [spec])),
  fc.tuple(queue, fc.constantFrom(1_000, 20_000)).map(([name, ms]) => new message.LongPoll(name, 2, ms)),
  fc.constant(new message.Withdraw()),
  queue.map((name) => new message.Purge(name)),
  queue.map((name) => new life.StartMove(name)),
  fc.tuple(queue, fc.boolean()).map(([name, again]) => new life.DeleteQueue(name, again)),
  queue.map((name) => new life.CreateQueue(name)),
  fc.constant(new life.StallCommit()),
  fc.constant(new life.Release()),
  fc.constant(new life.FailCommit()),
  fc.constant(new life.Crash()),
  restart.map((cells) => new life.CloseAndReopen(cells)),
];
const commands = fc.commands([...flow, ...seldom], {
  maxCommands: 80,
  size: 'max',
  ...(replayPath === undefined ? {} : { replayPath }),
});

interface Variant {
  readonly name: string;
  readonly queueCells: number;
  /** Every n-th page access is answered with Need. */
  readonly needPagesEvery?: number;
  readonly tight?: Parameters<typeof withLimits>[0];
}

const variants: readonly Variant[] = [
  { name: '1 queue cell', queueCells: 1 },
  { name: '3 queue cells', queueCells: 3 },
  {
    name: 'pages that come and go',
    queueCells: 3,
    needPagesEvery: 3,
    tight: { pageCacheBytesMax: 1, checkpointSliceBytes: 1, journalTailBytesMax: 200 },
  },
];

async function play(
  variant: Variant,
  rngSeed: number,
  script: Iterable<message.ModelCommand>,
): Promise<void> {
  const system = await System.start(rngSeed, variant.queueCells, variant.needPagesEvery);
  const world = new World();
  try {
    for (const name of queueNames) await life.createQueue(world, system, name);
    await fc.asyncModelRun(() => ({ model: world, real: system }), script);
    await new life.Release().run(world, system);
    await life.checkReplay(system);
  } finally {
    await system.stop();
  }
}

describe.each(variants)('a queue and its naive model: $name', (variant) => {
  it(
    `agree over ${runs} runs`,
    async () => {
      const property = fc.asyncProperty(fc.integer({ min: 1 }), commands, (rngSeed, script) =>
        withLimits(variant.tight ?? {}, () => play(variant, rngSeed, script)),
      );
      const details = await fc.check(property, {
        numRuns: runs,
        ...(seed === undefined || seed === '' ? {} : { seed: Number(seed) }),
        ...(path === undefined ? {} : { path }),
      });
      if (!details.failed) return;
      const script = String(details.counterexample?.[1]);
      const replay = /replayPath="([^"]*)"/.exec(script)?.[1] ?? '';
      const how = `CAUDAL_SEED='${details.seed}|${details.counterexamplePath}|${replay}'`;
      const why = details.errorInstance instanceof Error ? (details.errorInstance.stack ?? '') : '';
      expect.fail(`${how}\n${script}\n${why}`);
    },
    timeoutMs,
  );
});
