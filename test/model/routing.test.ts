// Publications through topics and bindings, over 1 and 3 queue cells: what matches, where copies go, exactly
// once, and that the log alone gives the same state.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SeededRng } from '../../src/base/rng.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type {
  BindingTarget,
  Command,
  Publication,
  QueueSettings,
  Reply,
  StoredMessage,
} from '../../src/broker/index.ts';
import { MemoryStorage } from '../../src/storage/index.ts';

const namespace = '000000000000/us-east-1';
const settings: QueueSettings = {
  ordering: 'none',
  leaseMs: 30_000,
  delayMs: 0,
  retentionMs: 86_400_000,
  maxMessageBytes: 1_048_576,
  waitMs: 0,
  dedup: 'none',
  durability: 'disk',
};

class Desk {
  readonly clock = new ManualClock();
  readonly storage = new MemoryStorage();
  broker!: Awaited<ReturnType<typeof createBroker>>;
  readonly #queueCells: number;
  readonly #needPagesEvery: number;
  #starts = 0;

  constructor(queueCells: number, needPagesEvery: number) {
    this.#queueCells = queueCells;
    this.#needPagesEvery = needPagesEvery;
  }
  async open(): Promise<void> {
    this.broker = await createBroker({
      storage: this.storage,
      clock: this.clock,
      rng: new SeededRng(7 + this.#starts++),
      logger: silentLogger,
      queueCells: this.#queueCells,
      streamCells: 1,
      tickMs: 0,
      needPagesEvery: this.#needPagesEvery,
    });
  }
  run<K extends Reply['kind']>(kind: K, command: Command): Promise<Reply & { kind: K }> {
    return new Promise((resolve, reject) => {
      const reveal = (reply: Reply): void =>
        reply.kind === kind
          ? resolve(reply as Reply & { kind: K })
          : reject(new Error(JSON.stringify(reply)));
      this.broker.submit(command, { reveal, isOpen: () => true });
    });
  }
  name(kind: 'queue' | 'stream' | 'topic', name: string) {
    return { kind, namespace, name } as const;
  }
  async queue(name: string, changed: Partial<QueueSettings> = {}): Promise<number> {
    const command = {
      kind: 'createQueue',
      name: this.name('queue', name),
      annotations: {},
      tags: {},
    } as const;
    const reply = await this.run('catalog', { ...command, settings: { ...settings, ...changed } });
    return reply.definition.entity;
  }
  async topic(name: string, isOrdered = false): Promise<number> {
    const reply = await this.run('topic', {
      kind: 'createTopic',
      name: this.name('topic', name),
      settings: { ordering: isOrdered ? 'group' : 'none', dedup: isOrdered ? 'topic' : 'none' },
      annotations: {},
      tags: {},
    });
    return reply.definition.entity;
  }
  async bind(topic: number, targets: readonly BindingTarget[], matcher?: object): Promise<number> {
    const reply = await this.run('binding', {
      kind: 'createBinding',
      topic,
      isEnabled: true,
      targets,
      ...(matcher === undefined ? {} : { matcher: matcher as never }),
      annotations: {},
      tags: {},
    });
    return reply.definition.entity;
  }
  toQueue(name: string, more: Partial<BindingTarget> = {}): BindingTarget {
    return { id: '', kind: 'queue', name: this.name('queue', name), rendering: 0, ...more } as BindingTarget;
  }
  publish(entity: number, ...messages: readonly Partial<Publication>[]) {
    const complete = messages.map((message) => ({ body: '', attributes: [], sender: 'me', ...message }));
    return this.run('published', { kind: 'publish', entity, messages: complete });
  }
  async receive(entity: number): Promise<StoredMessage[]> {
    for (let i = 0; i < 3; i++) await this.broker.tick();
    const reply = await this.run('received', { kind: 'receive', entity, messagesMax: 10, leaseMs: 60_000 });
    return reply.deliveries.map(({ message }) => message);
  }
  async bodies(entity: number): Promise<string[]> {
    return (await this.receive(entity)).map((message) => message.bodyText()).sort();
  }
}

describe.each([
  { cells: 1, need: 0 },
  { cells: 3, need: 0 },
  { cells: 3, need: 3 },
])('publications, $cells cells, need every $need', ({ cells, need }) => {
  let desk: Desk;
  beforeEach(async () => {
    desk = new Desk(cells, need);
    await desk.open();
  });
  afterEach(async () => {
    const [live, replayed] = [await desk.broker.stateHash(), await desk.broker.replayHash()];
    if (live !== replayed) throw new Error('replaying the log gives another state');
    await desk.broker.close();
  });

  it('reach every queue once, with one message stored per cell', async () => {
    const topic = await desk.topic('t');
    const queues = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => desk.queue(name)));
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await desk.bind(topic, [desk.toQueue(name)]);
    const reply = await desk.publish(topic, {
      body: 'hello',
      attributes: [{ name: 'k', type: 'String', value: 'v' }],
    });
    expect(reply.messages[0]).toMatchObject({ matchedCount: 6, isDuplicate: false, sequence: 0 });
    const ids = new Set<string>();
    for (const entity of queues) {
      const [message, ...none] = await desk.receive(entity);
      expect(none).toEqual([]);
      expect(message?.bodyText()).toBe('hello');
      expect(message?.attributes).toEqual([{ name: 'k', type: 'String', value: 'v' }]);
      expect(message?.copy).toMatchObject({ publicationId: reply.messages[0]?.id, topic: { name: 't' } });
      ids.add(message?.id ?? '');
    }
    expect(ids.size).toBe(6);
  });

  it('go where their attributes or bodies say', async () => {
    const topic = await desk.topic('t');
    const red = await desk.queue('red');
    const big = await desk.queue('big');
    const clause = (path: string[], test: object) => [{ path, tests: [test] }];
    await desk.bind(topic, [desk.toQueue('red')], {
      scope: 'attributes',
      any: [clause(['colour'], { kind: 'equals', value: 'red' })],
    });
    await desk.bind(topic, [desk.toQueue('big')], {
      scope: 'body',
      any: [clause(['size', 'm'], { kind: 'range', low: { value: 10, isIncluded: true } })],
    });
    const colour = (value: string) => [{ name: 'colour', type: 'String', value }];
    await desk.publish(topic, { body: '{"size":{"m":12}}', attributes: colour('blue') });
    await desk.publish(topic, { body: '{"size":{"m":2}}', attributes: colour('red') });
    expect(await desk.bodies(red)).toEqual(['{"size":{"m":2}}']);
    expect(await desk.bodies(big)).toEqual(['{"size":{"m":12}}']);
  });

  it('through one binding to two queues are two messages', async () => {
    const topic = await desk.topic('t');
    const queues = [await desk.queue('a'), await desk.queue('b')];
    const second = { ...desk.toQueue('b'), id: '2' };
    await desk.bind(topic, [desk.toQueue('a'), second]);
    const [published] = (await desk.publish(topic, { body: 'x' })).messages;
    const ids = [published?.id];
    for (const entity of queues) ids.push((await desk.receive(entity))[0]?.id);
    expect(new Set(ids).size).toBe(3);
  });

  it('of an ordered topic come once and in order, with their numbers', async () => {
    const topic = await desk.topic('t', true);
    const queue = await desk.queue('q', { ordering: 'group', dedup: 'queue' });
    await desk.bind(topic, [desk.toQueue('q')]);
    const [first] = (await desk.publish(topic, { body: '1', group: 'g', dedupId: 'x' })).messages;
    const [again] = (await desk.publish(topic, { body: '1', group: 'g', dedupId: 'x' })).messages;
    expect(again).toMatchObject({ id: first?.id, sequence: first?.sequence, isDuplicate: true });
    await desk.publish(
      topic,
      { body: '2', group: 'g', dedupId: 'y' },
      { body: '3', group: 'g', dedupId: 'z' },
    );
    const got = await desk.receive(queue);
    expect(got.map((message) => message.bodyText())).toEqual(['1', '2', '3']);
    expect(got.map((message) => message.copy?.topicSequence)).toEqual([1, 2, 3]);
    expect(got.map((message) => message.group)).toEqual(['g', 'g', 'g']);
    const plain = await desk.queue('plain');
    await desk.bind(topic, [desk.toQueue('plain')]);
    await desk.publish(topic, { body: '4', group: 'g', dedupId: '4' });
    const [copy] = await desk.receive(plain);
    expect([copy?.bodyText(), copy?.group, copy?.dedupId]).toEqual(['4', undefined, undefined]);
  });

  it('go to streams and through topics, and loops end', async () => {
    const [one, two] = [await desk.topic('one'), await desk.topic('two')];
    const queue = await desk.queue('q');
    await desk.bind(one, [{ id: '', kind: 'topic', name: desk.name('topic', 'two') }]);
    await desk.bind(two, [{ id: '', kind: 'topic', name: desk.name('topic', 'one') }]);
    await desk.bind(two, [desk.toQueue('q')]);
    const stream = await desk.run('stream', {
      kind: 'createStream',
      name: desk.name('stream', 's'),
      settings: { retentionMs: 86_400_000, sharding: 'fixed', maxRecordBytes: 1_048_576 },
      initialShardCount: 1,
      readyAfterMs: 0,
      annotations: {},
      tags: {},
    });
    await desk.bind(one, [{ id: '', kind: 'stream', name: desk.name('stream', 's'), keyPath: ['k'] }]);
    await desk.publish(one, { body: '{"k":"key"}' });
    for (let i = 0; i < 30; i++) await desk.broker.tick();
    // one, two, one, two ... and each pass through `two` leaves one.
    expect((await desk.receive(queue)).length).toBe(4);
    const stats = await new Promise<Reply>((resolve) =>
      desk.broker.query(
        { kind: 'streamStats', entity: stream.definition.entity },
        { reveal: resolve, isOpen: () => true },
      ),
    );
    expect(stats).toMatchObject({ recordCount: 5 });
  });

  it('for a queue that is gone go to the dead-letter queue of the binding, with the reason', async () => {
    const topic = await desk.topic('t');
    const gone = await desk.queue('gone');
    const dead = await desk.queue('dead');
    const reason = [{ name: 'ErrorCode', type: 'String', value: 'gone' }];
    const deadLetter = desk.name('queue', 'dead');
    await desk.bind(topic, [desk.toQueue('gone', { deadLetter, deadLetterAttributes: reason })]);
    await desk.run('catalog', { kind: 'deleteQueue', entity: gone });
    await desk.publish(topic, { body: 'x' });
    const [message] = await desk.receive(dead);
    expect(message?.bodyText()).toBe('x');
    expect(message?.attributes).toEqual(reason);
  });

  it('happen once where they are asked to', async () => {
    const topic = await desk.topic('t');
    const queue = await desk.queue('q');
    const binding = await desk.bind(topic, [desk.toQueue('q')], { scope: 'body', any: [] });
    const message = { body: 'tick', attributes: [], sender: 'me' };
    const fire = (sequence: number) =>
      desk.run('published', {
        kind: 'publish',
        entity: topic,
        messages: [message],
        bindings: [binding],
        once: { key: binding, sequence },
      });
    await fire(1);
    await fire(1);
    await fire(2);
    expect(await desk.bodies(queue)).toEqual(['tick', 'tick']);
  });

  it('outlive their topic and the other targets, and a restart', async () => {
    const topic = await desk.topic('t');
    const names = ['a', 'b', 'c', 'd'];
    const queues = new Map<string, number>();
    for (const name of names) queues.set(name, await desk.queue(name));
    for (const name of names) await desk.bind(topic, [desk.toQueue(name)]);
    await desk.publish(topic, { body: 'kept' });
    for (let i = 0; i < 4; i++) await desk.broker.tick();
    await desk.run('topic', { kind: 'deleteTopic', entity: topic });
    for (const name of names.slice(1))
      await desk.run('catalog', { kind: 'deleteQueue', entity: queues.get(name) ?? 0 });
    expect([...desk.broker.catalog.bindings.all()]).toEqual([]);
    await desk.broker.close();
    await desk.storage.close();
    await desk.open();
    expect(await desk.bodies(queues.get('a') ?? 0)).toEqual(['kept']);
  });

  it('to the outside wait in an internal queue of the binding', async () => {
    const topic = await desk.topic('t');
    const binding = await desk.bind(topic, [
      { id: 'x', kind: 'push', channel: 'http', retentionMs: 86_400_000 },
    ]);
    await desk.publish(topic, { body: 'all', variants: { http: 'for http' } });
    const target = desk.broker.catalog.bindings.byEntity(binding)?.targets[0];
    const entity = (target?.kind === 'push' ? target.queueEntity : undefined) ?? 0;
    expect(await desk.bodies(entity)).toEqual(['for http']);
    await desk.run('binding', { kind: 'deleteBinding', entity: binding });
    expect(desk.broker.catalog.byEntity(entity)).toBeUndefined();
  });

  it('survive a crash at any moment: everywhere once, or nowhere', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const topic = await desk.topic('t');
    const queues: number[] = [];
    for (const name of names) queues.push(await desk.queue(name));
    for (const name of names) await desk.bind(topic, [desk.toQueue(name)]);
    const acknowledged = new Set<string>();
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 4; i++) {
        const body = `${round}/${i}`;
        const reveal = (reply: Reply): void => {
          if (reply.kind === 'published') acknowledged.add(body);
        };
        const messages = [{ body, attributes: [], sender: 'me' }];
        desk.broker.submit({ kind: 'publish', entity: topic, messages }, { reveal, isOpen: () => true });
      }
      for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
      desk.storage.crash();
      await desk.open();
    }
    const received: string[][] = [];
    for (const entity of queues) {
      const all: string[] = [];
      for (let some = await desk.bodies(entity); some.length > 0; some = await desk.bodies(entity))
        all.push(...some);
      received.push(all.sort());
    }
    expect(acknowledged.size).toBeGreaterThan(8);
    expect(new Set(received[0]).size).toBe(received[0]?.length);
    for (const all of received) expect(all).toEqual(received[0]);
    expect([...acknowledged].filter((body) => received[0]?.includes(body) !== true)).toEqual([]);
  });
});
