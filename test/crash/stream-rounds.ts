// One run of the crash suite of streams: load, kill -9, start again, many times; then stop the load, read
// the whole stream and hold against it what writers and readers know. The daemon is a real process.
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRng } from '../../src/base/rng.ts';
import { startDaemon } from '../support/daemon.ts';
import { StreamClient } from './stream-client.ts';
import type { Seen } from './stream-ledger.ts';
import { StreamLedger } from './stream-ledger.ts';
import { StreamLoad } from './stream-loads.ts';

export interface StreamRounds {
  readonly rounds: number;
  readonly seed: number;
  /** Flags of the daemon, and those from the middle round on. */
  readonly flags?: readonly string[];
  readonly flagsLater?: readonly string[];
  /** Makes records large, so that segments roll and are sealed between the kills. */
  readonly paddingBytes?: number;
}

export interface StreamVerdict {
  readonly violations: readonly string[];
  readonly acknowledgedCount: number;
  readonly latestCount: number;
  readonly reshardCount: number;
  readonly seenCount: number;
}

export async function runStreamRounds(options: StreamRounds): Promise<StreamVerdict> {
  const { rounds, seed, flags = [], flagsLater = flags, paddingBytes = 0 } = options;
  const common = ['--auth', 'none'];
  const daemon = await startDaemon({ flags: [...common, ...flags] });
  const client = new StreamClient(daemon.endpoint, 'crash');
  const ledger = new StreamLedger();
  const load = new StreamLoad(client, ledger, paddingBytes);
  const rng = new SeededRng(seed);
  try {
    await client.create(3);
    await load.start();
    for (let round = 0; round < rounds; round++) {
      load.progress = 0;
      await reached(load);
      await pause(rng.nextU32() % 700);
      await daemon.kill9();
      await daemon.restart({ flags: [...common, ...(round >= rounds / 2 ? flagsLater : flags)] });
    }
    await pause(300);
    await load.stop();
    const shards = await client.shards();
    const whole = new Map<string, Seen[]>();
    for (const { ShardId } of shards) whole.set(ShardId, await readWhole(client, ShardId));
    ledger.judge(shards, whole);
    // What the daemon said of its own errors tells why a call was refused.
    if (ledger.violations.length > 0) ledger.violations.push(...errorLines(daemon.logs()));
    return {
      violations: ledger.violations,
      acknowledgedCount: ledger.acknowledgedCount,
      latestCount: ledger.readings.filter((one) => !one.fromStart && one.isWhole && one.seen.length > 0)
        .length,
      reshardCount: load.reshardCount,
      seenCount: ledger.readings.reduce((sum, { seen }) => sum + seen.length, 0),
    };
  } finally {
    load.isWriting = false;
    load.isReading = false;
    client.close();
    await daemon.stop();
  }
}

/** Killed before any load has reached it, a daemon would have nothing to lose. */
async function reached(load: StreamLoad): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (load.progress > 0) return;
    await pause(10);
  }
  throw new Error('no load reached the daemon');
}

const errorLines = (logs: string): string[] =>
  logs
    .split('\n')
    .filter((line) => line.includes('"level":"error"'))
    .slice(-5);

async function readWhole(client: StreamClient, shard: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  let iterator: string | undefined = await client.iterator(shard, 'TRIM_HORIZON');
  for (let isOver = false; iterator !== undefined && !isOver;) {
    const { Records, NextShardIterator }: Awaited<ReturnType<StreamClient['read']>> =
      await client.read(iterator);
    for (const { SequenceNumber, PartitionKey, Data } of Records) {
      const [data = ''] = Buffer.from(Data, 'base64').toString().split('.', 1);
      seen.push({ sequence: SequenceNumber, key: PartitionKey, data });
    }
    iterator = NextShardIterator;
    isOver = Records.length === 0;
  }
  return seen;
}
