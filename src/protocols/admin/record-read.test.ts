// A read that waits: what ends it, and that it always gives its place in the core back.
import { expect, test } from 'vitest';
import { type Broker, brokerError, type Reply, type ReplySink, type ShardView } from '../../broker/index.ts';
import { readRecords } from './record-read.ts';

const shard: ShardView = {
  index: 3,
  startHash: 0n,
  endHash: 9n,
  createdAtMs: 1,
  firstSequence: 1,
  nextSequence: 5,
};
const range = { entity: 1, shardIndex: 3, from: 4, recordsMax: 10, bytesMax: 100 };

function answer(change: { readonly isEnd?: boolean; readonly nextSequence?: number } = {}): Reply {
  const records = { count: 0, source: Buffer.alloc(0), sequences: [], starts: [], ends: [] };
  const { isEnd = false, nextSequence = 5 } = change;
  return {
    kind: 'records',
    shard,
    records,
    nextSequence,
    behindMs: 0,
    isEnd,
    children: isEnd ? [shard] : [],
  };
}

/** Answers the first read with `first`; what follows is up to the test. */
class FakeBroker {
  readonly events: string[] = [];
  follower: ReplySink | undefined;
  readonly #first: Reply;
  readonly #refusal: Reply | undefined;
  constructor(first: Reply, refusal?: Reply) {
    this.#first = first;
    this.#refusal = refusal;
  }
  asBroker(): Broker {
    const broker: Pick<Broker, 'query' | 'follow'> = {
      query: (_query, sink) => sink.reveal(this.#first),
      follow: (follow, sink) => {
        this.events.push(`follow ${follow.from}`);
        this.follower = sink;
        if (this.#refusal !== undefined) sink.reveal(this.#refusal);
        return {
          grant: (pushes) => void this.events.push(`grant ${pushes}`),
          cancel: () => void this.events.push('cancel'),
        };
      },
    };
    return broker as Broker;
  }
}

class FakeClient {
  isOpen = true;
  close: () => void = () => {};
  onClose(listener: () => void): void {
    this.close = listener;
  }
}

const afterMs = 60_000;

test('without a wait, or at the end of a shard, the first answer is the answer', async () => {
  const fake = new FakeBroker(answer());
  const page = await readRecords(fake.asBroker(), range, { waitMs: 0, client: new FakeClient() });
  expect(page).toMatchObject({ records: [], nextSequence: 5, shard: { index: 3, endHash: '9' } });
  const ended = new FakeBroker(answer({ isEnd: true }));
  const last = await readRecords(ended.asBroker(), range, { waitMs: afterMs, client: new FakeClient() });
  expect([last.children, fake.events, ended.events]).toEqual([[3], [], []]);
});

test('a read that waits follows from where the first one ended, for one push', async () => {
  const fake = new FakeBroker(answer());
  const reading = readRecords(fake.asBroker(), range, { waitMs: afterMs, client: new FakeClient() });
  await new Promise(setImmediate);
  fake.follower?.reveal(answer({ nextSequence: 9 }));
  expect((await reading).nextSequence).toBe(9);
  expect(fake.events).toEqual(['follow 5', 'grant 1', 'cancel']);
});

test('time over, or the client gone: the empty first answer', async () => {
  const late = new FakeBroker(answer());
  await readRecords(late.asBroker(), range, { waitMs: 1, client: new FakeClient() });
  const left = new FakeBroker(answer());
  const client = new FakeClient();
  const reading = readRecords(left.asBroker(), range, { waitMs: afterMs, client });
  await new Promise(setImmediate);
  client.close();
  expect(await reading).toMatchObject({ records: [], nextSequence: 5 });
  expect([late.events.at(-1), left.events.at(-1)]).toEqual(['cancel', 'cancel']);
});

test('a follower that is refused before it is made is refused in those words', async () => {
  const refusal: Reply = { kind: 'error', error: brokerError('waiters_exhausted', 'too many') };
  const fake = new FakeBroker(answer(), refusal);
  const reading = readRecords(fake.asBroker(), range, { waitMs: afterMs, client: new FakeClient() });
  await expect(reading).rejects.toMatchObject({ status: 429, message: 'too many' });
});
