// The admin API's queue routes against a real daemon.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminOf, type AdminClient } from '../support/admin.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';

const room = '/v1/queues/000000000000/us-east-1';
let daemon: Daemon;
let admin: AdminClient;

beforeAll(async () => {
  daemon = await startDaemon();
  admin = adminOf(daemon.adminEndpoint);
});
afterAll(() => daemon.stop());

async function create(name: string, attributes: object = {}): Promise<void> {
  const answer = await admin('POST', '/v1/queues', { name, attributes });
  expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('"created"')]);
}

async function send(name: string, body: string, more: object = {}): Promise<number> {
  const answer = await admin('POST', `${room}/${name}/messages`, { body, ...more });
  expect(answer.status).toBe(201);
  return answer.body['sequence'] as number;
}

describe('queues', () => {
  test('create, show, declare again, delete', async () => {
    await create('life', { VisibilityTimeout: '45' });
    const shown = await admin('GET', `${room}/life`);
    expect(shown.body).toMatchObject({
      name: 'life',
      account: '000000000000',
      region: 'us-east-1',
      readyCount: 0,
      settings: { leaseMs: 45_000 },
      deadLetterSources: [],
    });
    expect((await admin('POST', '/v1/queues', { name: 'life' })).status).toBe(409);
    const same = await admin('PUT', `${room}/life`, { attributes: { VisibilityTimeout: 45 } });
    expect([same.status, same.body['result']]).toEqual([200, 'unchanged']);
    const changed = await admin('PUT', `${room}/life`, {
      attributes: { VisibilityTimeout: 50 },
      tags: { a: 'b' },
    });
    expect(changed.body['result']).toBe('changed');
    expect((await admin('GET', `${room}/life`)).body).toMatchObject({
      settings: { leaseMs: 50_000 },
      tags: { a: 'b' },
    });
    expect((await admin('DELETE', `${room}/life`)).status).toBe(200);
    expect((await admin('GET', `${room}/life`)).status).toBe(404);
  });

  test('an attribute that SQS refuses is refused in its words', async () => {
    const answer = await admin('POST', '/v1/queues', { name: 'bad', attributes: { Foobar: '1' } });
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toMatchObject({
      code: 'bad_request',
      message: 'queue bad: Unknown Attribute Foobar.',
    });
    expect((await admin('POST', '/v1/queues', {})).status).toBe(400);
    expect((await admin('POST', '/v1/queues', '{"name":')).status).toBe(400);
    expect((await admin('POST', '/v1/queues', [1])).status).toBe(400);
  });

  test('the list is sorted, filtered and paged', async () => {
    for (const name of ['list-b', 'list-a', 'list-d', 'list-c', 'unlisted']) await create(name);
    await send('list-c', 'one');
    await send('list-c', 'two');
    await send('list-d', 'one');
    const names = async (query: string) => {
      const { body } = await admin('GET', `/v1/queues?prefix=list-&${query}`);
      return (body['queues'] as { name: string }[]).map((row) => row.name);
    };
    expect(await names('')).toEqual(['list-a', 'list-b', 'list-c', 'list-d']);
    expect(await names('order=desc&limit=2')).toEqual(['list-d', 'list-c']);
    expect((await names('sort=ready')).slice(0, 2)).toEqual(['list-c', 'list-d']);
    expect(await names('filter=T-B')).toEqual(['list-b']);
    expect(await names('account=1')).toEqual([]);
    const first = (await admin('GET', '/v1/queues?prefix=list-&limit=3')).body;
    expect(first['totalCount']).toBe(4);
    const next = encodeURIComponent(String(first['next']));
    const second = (await admin('GET', `/v1/queues?prefix=list-&limit=3&next=${next}`)).body;
    expect((second['queues'] as { name: string }[]).map((row) => row.name)).toEqual(['list-d']);
    expect(second['next']).toBeUndefined();
    for (const wrong of ['sort=size', 'limit=1001', 'next=x', 'limit=-1']) {
      expect([wrong, (await admin('GET', `/v1/queues?${wrong}`)).status]).toEqual([wrong, 400]);
    }
  });
});

describe('messages', () => {
  test('peek shows bodies without leasing or counting', async () => {
    await create('peeked');
    await send('peeked', 'first', { attributes: { color: 'red' } });
    await send('peeked', 'x'.repeat(5000));
    await send('peeked', 'later', { delayMs: 600_000 });
    for (let round = 0; round < 2; round++) {
      const { body } = await admin('GET', `${room}/peeked/messages?view=ready`);
      expect(body['messages']).toMatchObject([
        {
          body: 'first',
          state: 'ready',
          receiveCount: 0,
          attributes: [{ name: 'color', type: 'String', value: 'red' }],
        },
        { body: 'x'.repeat(2048), isPreview: true, bodyBytes: 5000 },
      ]);
    }
    const delayed = await admin('GET', `${room}/peeked/messages?view=delayed`);
    expect(delayed.body['messages']).toMatchObject([{ body: 'later', state: 'delayed' }]);
    expect((await admin('GET', `${room}/peeked/messages?view=leased`)).body['messages']).toEqual([]);
    expect((await admin('GET', `${room}/peeked/messages?view=other`)).status).toBe(400);
  });

  test('one message is shown whole; pages go on after a sequence', async () => {
    await create('paged');
    const sequences: number[] = [];
    for (let i = 0; i < 5; i++) sequences.push(await send('paged', `${i}`.repeat(3000)));
    const one = await admin('GET', `${room}/paged/messages/${sequences[2]}`);
    expect(one.body['body']).toBe('2'.repeat(3000));
    expect((await admin('GET', `${room}/paged/messages/999999`)).status).toBe(404);
    expect((await admin('GET', `${room}/paged/messages/x`)).status).toBe(400);
    const bodies: string[] = [];
    let after = '0';
    for (let page = 0; page < 10 && after !== ''; page++) {
      const { body } = await admin('GET', `${room}/paged/messages?limit=2&full=true&after=${after}`);
      bodies.push(...(body['messages'] as { body: string }[]).map((message) => message.body.slice(0, 1)));
      after = body['next'] === undefined ? '' : String(body['next']);
    }
    expect(bodies).toEqual(['0', '1', '2', '3', '4']);
  });

  test('an ordered queue wants a group; the same body twice is two messages', async () => {
    await create('ordered.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const refused = await admin('POST', `${room}/ordered.fifo/messages`, { body: 'a' });
    expect(refused.status).toBe(400);
    const first = await send('ordered.fifo', 'a', { group: 'g' });
    const second = await send('ordered.fifo', 'a', { group: 'g' });
    expect(second).toBeGreaterThan(first);
  });

  test('what cannot be sent is refused', async () => {
    await create('small', { MaximumMessageSize: '1024' });
    expect((await admin('POST', `${room}/small/messages`, { body: 'x'.repeat(1025) })).status).toBe(413);
    expect((await admin('POST', `${room}/small/messages`, {})).status).toBe(400);
    expect((await admin('POST', `${room}/small/messages`, { body: 5 })).status).toBe(400);
    expect((await admin('POST', `${room}/small/messages`, { body: 'a', delayMs: 900_001 })).status).toBe(400);
    expect((await admin('POST', `${room}/missing/messages`, { body: 'a' })).status).toBe(404);
  });

  test('purge drops everything', async () => {
    await create('purged');
    await send('purged', 'a');
    expect((await admin('POST', `${room}/purged/purge`)).status).toBe(200);
    expect((await admin('GET', `${room}/purged/messages`)).body['messages']).toEqual([]);
  });
});
