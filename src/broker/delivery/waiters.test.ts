// Waiters: order of arrival, and that nothing is kept of those who left.
import { expect, it } from 'vitest';
import type { Receive, Reply, ReplySink } from '../command.ts';
import { Waiters } from './waiters.ts';

interface Client extends ReplySink {
  isHere: boolean;
}

const client = (): Client => ({
  isHere: true,
  isOpen(): boolean {
    return this.isHere;
  },
  reveal(_reply: Reply): void {},
});
const receive = (entity: number): Receive => ({ kind: 'receive', entity, messagesMax: 1, waitMs: 1000 });

it('serves in order of arrival, whoever leaves between', () => {
  const waiters = new Waiters();
  const [a, b, c, d] = [client(), client(), client(), client()];
  for (const sink of [a, b, c, d]) waiters.add(receive(1), sink, 1000);
  waiters.cancel(b);
  waiters.cancel(d);
  expect(waiters.count).toBe(2);
  expect(waiters.first(1)?.sink).toBe(a);
  waiters.cancel(a);
  expect(waiters.first(1)?.sink).toBe(c);
  waiters.add(receive(1), d, 1000);
  waiters.cancel(c);
  expect(waiters.first(1)?.sink).toBe(d);
  d.isHere = false;
  expect(waiters.first(1)).toBeUndefined();
  expect(waiters.count).toBe(0);
});

it('forgets a queue with its last waiter', () => {
  const waiters = new Waiters();
  for (let i = 0; i < 100; i++) {
    const sink = client();
    waiters.add(receive(i), sink, 1000);
    waiters.cancel(sink);
  }
  expect([...waiters.entities()]).toEqual([]);
});

it('keeps nothing of a client that left, though the queue has others and nothing happens on it', async () => {
  const waiters = new Waiters();
  waiters.add(receive(1), client(), 1e9);
  const left = Array.from({ length: 50 }, () => comeAndGo(waiters));
  expect(waiters.count).toBe(1);
  await collectGarbage();
  expect(left.filter((each) => each.deref() !== undefined).length).toBe(0);
});

it('takes out those whose time is over, of every queue', () => {
  const waiters = new Waiters();
  for (let i = 0; i < 10; i++) waiters.add(receive(i % 3), client(), i * 100);
  expect(waiters.expire(450).length).toBe(5);
  expect(waiters.count).toBe(5);
  expect(waiters.takeAll().length).toBe(5);
  expect([...waiters.entities()]).toEqual([]);
});

function comeAndGo(waiters: Waiters): WeakRef<Client> {
  const sink = client();
  waiters.add(receive(1), sink, 1e9);
  waiters.cancel(sink);
  return new WeakRef(sink);
}

/** Weak references hold to the end of the turn that made them. */
async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
}
