// The client of consumer groups (clients/consumer-group) against a real daemon: workers that come and go
// during a reshard, one that hangs, batches that fail, and sequence numbers of Kinesis.
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { adminOf, type AdminClient } from '../support/admin.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';

const room = '/v1/streams/000000000000/us-east-1';
const waiting = { timeout: 20_000, interval: 20 };

interface ClientRecord {
  readonly sequence: number;
  readonly key: string;
  readonly data: Uint8Array;
}
interface Batch {
  readonly checkpoint: (record?: ClientRecord) => Promise<void>;
  readonly signal: AbortSignal;
}
interface Shard {
  readonly shardIndex: number;
}
interface WorkerOptions {
  readonly endpoint: string;
  readonly stream: string;
  readonly group: string;
  readonly auth: string;
  readonly member?: string;
  readonly sessionMs?: number;
  readonly heartbeatMs?: number;
  readonly retryMs?: number;
  readonly recordsMax?: number;
  readonly onShard: (shard: Shard, records: readonly ClientRecord[], batch: Batch) => unknown;
  readonly onError?: (error: Error) => void;
}
interface Worker {
  readonly shards: readonly number[];
  run(): Promise<void>;
  stop(): Promise<void>;
}
interface Client {
  readonly ConsumerGroup: new (options: WorkerOptions) => Worker;
  readonly sequenceOf: (kinesisSequenceNumber: string) => number;
}

let daemon: Daemon;
let admin: AdminClient;
let client: Client;
const workers: Worker[] = [];

beforeAll(async () => {
  daemon = await startDaemon();
  admin = adminOf(daemon.adminEndpoint);
  // Plain JavaScript, outside of what the compiler looks at here.
  const path = new URL('../../clients/consumer-group/consumer-group.js', import.meta.url).href;
  client = (await import(path)) as Client;
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});
afterAll(() => daemon.stop());

type Given = Pick<WorkerOptions, 'stream' | 'onShard'> & Partial<WorkerOptions>;

function startWorker(options: Given): Worker {
  const own = { endpoint: daemon.adminEndpoint, group: 'g', auth: 'test:test', retryMs: 20, heartbeatMs: 40 };
  const worker = new client.ConsumerGroup({ ...own, ...options });
  workers.push(worker);
  worker.run().catch(() => {});
  return worker;
}

const create = (name: string, shardCount: number) => admin('POST', '/v1/streams', { name, shardCount });
const put = (name: string, records: readonly object[]) =>
  admin('POST', `${room}/${name}/records`, { records });
const textOf = ({ data }: ClientRecord): string => Buffer.from(data).toString();

/** What all workers together were handed, and whether that was ever wrong. */
class Ledger {
  readonly #next = new Map<string, number>();
  readonly #running = new Set<string>();
  readonly problems: string[] = [];
  count = 0;

  /** One batch: each key's values 0, 1, 2 ... in order, once, and by nobody else at the same time. */
  async take(records: readonly ClientRecord[]): Promise<void> {
    for (const { key } of records) if (this.#running.has(key)) this.problems.push(`${key} is run by two`);
    for (const { key } of records) this.#running.add(key);
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const record of records) {
      const expected = this.#next.get(record.key) ?? 0;
      if (textOf(record) !== `${expected}`)
        this.problems.push(`${record.key}: ${textOf(record)} instead of ${expected}`);
      this.#next.set(record.key, expected + 1);
      this.count++;
    }
    for (const { key } of records) this.#running.delete(key);
  }
}

test('two workers that come and go during a reshard: each record once, in the order of its key', async () => {
  await create('flow', 2);
  const ledger = new Ledger();
  const keys = Array.from({ length: 24 }, (_, index) => `key-${index}`);
  let round = 0;
  const putRounds = async (count: number) => {
    for (let i = 0; i < count; i++, round++)
      await put(
        'flow',
        keys.map((key) => ({ key, data: `${round}` })),
      );
  };
  const errors: string[] = [];
  const join = (member: string) =>
    startWorker({
      stream: 'flow',
      member,
      recordsMax: 7,
      onShard: (_shard, records) => ledger.take(records),
      onError: (error) => errors.push(`${member}: ${error.message}`),
    });
  const holds = (worker: Worker) => expect.poll(() => worker.shards.length, waiting);

  await putRounds(4);
  const ann = join('ann');
  await holds(ann).toBe(2);
  const bob = join('bob');
  const firstRun = putRounds(6);
  await holds(bob).toBe(1);
  await holds(ann).toBe(1);
  await firstRun;
  const secondRun = putRounds(8);
  await admin('POST', `${room}/flow/resize`, { shardCount: 4 });
  await ann.stop();
  const cid = join('cid');
  await secondRun;
  await holds(cid).toBe(2);
  await holds(bob).toBe(2);
  const thirdRun = putRounds(6);
  await admin('POST', `${room}/flow/resize`, { shardCount: 1 });
  await bob.stop();
  await thirdRun;
  await expect.poll(() => ledger.count, waiting).toBe(round * keys.length);
  await cid.stop();

  expect(ledger.problems).toEqual([]);
  expect(errors).toEqual([]);
  const group = (await admin('GET', `${room}/flow/groups/g`)).body;
  expect(group).toMatchObject({ memberCount: 0, behindCount: 0, shardCount: 9, doneShardCount: 8 });
  // Positions are kept: whoever comes next gets nothing again.
  const dan = join('dan');
  await holds(dan).toBe(1);
  await putRounds(1);
  await expect.poll(() => ledger.count, waiting).toBe(round * keys.length);
  expect(ledger.problems).toEqual([]);
});

test('a batch that fails comes again, behind what it had checkpointed', async () => {
  await create('again', 1);
  await put(
    'again',
    ['a', 'b', 'c'].map((data) => ({ key: 'k', data })),
  );
  const batches: string[][] = [];
  const errors: string[] = [];
  startWorker({
    stream: 'again',
    onShard: async (_shard, records, { checkpoint }) => {
      batches.push(records.map(textOf));
      if (batches.length > 1) return;
      await checkpoint(records[0]);
      throw new Error('not today');
    },
    onError: ({ message }) => errors.push(message),
  });
  await expect
    .poll(() => batches, waiting)
    .toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
  expect(errors).toEqual(['not today']);
  await expect
    .poll(async () => (await admin('GET', `${room}/again/groups/g`)).body['behindCount'], waiting)
    .toBe(0);
});

test('a silent worker loses its shards, is told so, and its late checkpoint counts for nothing', async () => {
  await create('hung', 1);
  await put('hung', [{ key: 'k', data: 'x' }]);
  let late: Batch | undefined;
  let finish: () => void = () => {};
  const hung = startWorker({
    stream: 'hung',
    member: 'hung',
    sessionMs: 1_000,
    // Its keep-alives do not come in time.
    heartbeatMs: 3_500,
    onShard: async (_shard, _records, batch) => {
      late = batch;
      await new Promise<void>((resolve) => (finish = resolve));
      await batch.checkpoint();
    },
  });
  await expect.poll(() => late, waiting).toBeDefined();
  const seen: string[] = [];
  startWorker({
    stream: 'hung',
    member: 'other',
    onShard: (_shard, records) => void seen.push(...records.map(textOf)),
  });
  await expect.poll(() => seen, waiting).toEqual(['x']);
  await expect.poll(() => late?.signal.aborted, waiting).toBe(true);
  finish();
  await hung.stop();
  await put('hung', [{ key: 'k', data: 'y' }]);
  await expect.poll(() => seen, waiting).toEqual(['x', 'y']);
});

test('a daemon that is killed and comes back: the worker goes on where it was', async () => {
  await create('killed', 2);
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
  const putRound = (round: number) =>
    put(
      'killed',
      keys.map((key) => ({ key, data: `${round}` })),
    );
  const seen = new Map<string, number[]>(keys.map((key) => [key, []]));
  const worker = startWorker({
    stream: 'killed',
    onShard: (_shard, records) => {
      for (const record of records) seen.get(record.key)?.push(Number(textOf(record)));
    },
  });
  await putRound(0);
  await expect.poll(() => [...seen.values()].every((rounds) => rounds.includes(0)), waiting).toBe(true);
  await daemon.kill9();
  await daemon.restart();
  await putRound(1);
  await expect.poll(() => [...seen.values()].every((rounds) => rounds.includes(1)), waiting).toBe(true);
  // A checkpoint that was on its way may be lost: then the round comes again, but never out of order.
  for (const rounds of seen.values()) expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
  await expect.poll(() => worker.shards.length, waiting).toBe(2);
});

test('a wrong key, or a stream that is not there, ends the run', async () => {
  const run = (more: Partial<WorkerOptions>) => {
    const own = { endpoint: daemon.adminEndpoint, stream: 'none', group: 'g', auth: 'test:test' };
    return new client.ConsumerGroup({ ...own, onShard: () => {}, ...more }).run();
  };
  await expect(run({ auth: 'test:wrong' })).rejects.toMatchObject({ status: 401, code: 'unauthenticated' });
  await expect(run({})).rejects.toMatchObject({ status: 404, code: 'stream_not_found' });
});

test('the sequence number of Kinesis names the same place', async () => {
  await create('both', 3);
  const kinesis = new KinesisClient({
    endpoint: daemon.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (const wanted of [1, 2, 3]) {
    const sent = await kinesis.send(
      new PutRecordCommand({ StreamName: 'both', PartitionKey: 'k', Data: Buffer.from('x') }),
    );
    expect(client.sequenceOf(String(sent.SequenceNumber))).toBe(wanted);
  }
  kinesis.destroy();
  expect(() => client.sequenceOf('12')).toThrow(RangeError);
});
