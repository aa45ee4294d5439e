// The admin API's stream routes against a real daemon: life of a stream, records, resharding, metrics.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminOf, type AdminAnswer, type AdminClient } from '../support/admin.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';

const room = '/v1/streams/000000000000/us-east-1';
const half = 2n ** 127n;
const hourMs = 3_600_000;
let daemon: Daemon;
let admin: AdminClient;

beforeAll(async () => {
  daemon = await startDaemon({ config: 'metrics: { queues-max: 3 }\n' });
  admin = adminOf(daemon.adminEndpoint);
});
afterAll(() => daemon.stop());

async function create(name: string, more: object = {}): Promise<void> {
  const answer = await admin('POST', '/v1/streams', { name, ...more });
  expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('"created"')]);
}

interface Put {
  readonly shardIndex: number;
  readonly sequence: number;
}
async function put(name: string, ...records: readonly object[]): Promise<readonly Put[]> {
  const answer = await admin('POST', `${room}/${name}/records`, { records });
  expect([answer.status, answer.body['error']]).toEqual([201, undefined]);
  return answer.body['records'] as Put[];
}

const read = (name: string, shard: number, query = ''): Promise<AdminAnswer> =>
  admin('GET', `${room}/${name}/shards/${shard}/records?${query}`);
const texts = ({ body }: AdminAnswer): string[] =>
  (body['records'] as { data: string }[]).map(({ data }) => Buffer.from(data, 'base64').toString());
const code = ({ status, body }: AdminAnswer) => [status, (body['error'] as { code?: string })?.code];

describe('streams', () => {
  test('create, show, declare again, change, delete', async () => {
    await create('life', { shardCount: 2, tags: { a: 'b' } });
    const shown = await admin('GET', `${room}/life`);
    expect(shown.body).toMatchObject({
      name: 'life',
      account: '000000000000',
      region: 'us-east-1',
      sharding: 'fixed',
      retentionMs: 168 * hourMs,
      maxRecordBytes: 1024 * 1024,
      openShardCount: 2,
      recordCount: 0,
      tags: { a: 'b' },
      shards: [
        { index: 0, startHash: '0', endHash: String(half - 1n), parents: [], nextSequence: 1 },
        { index: 1, startHash: String(half), endHash: String(2n * half - 1n), parents: [] },
      ],
    });
    expect(code(await admin('POST', '/v1/streams', { name: 'life' }))).toEqual([409, 'stream_exists']);
    const declare = async (body: object) => (await admin('PUT', `${room}/life`, body)).body['result'];
    expect(await declare({ shardCount: 2, tags: { a: 'b' } })).toBe('unchanged');
    expect(await declare({ retentionMs: 48 * hourMs })).toBe('changed');
    expect(await declare({ shardCount: 4, tags: {} })).toBe('changed');
    expect((await admin('GET', `${room}/life`)).body).toMatchObject({
      retentionMs: 48 * hourMs,
      openShardCount: 4,
      tags: {},
    });
    expect(await declare({ sharding: 'automatic' })).toBe('changed');
    expect(await declare({ sharding: 'automatic', shardCount: 1 })).toBe('unchanged');
    expect((await admin('DELETE', `${room}/life`)).status).toBe(200);
    expect(code(await admin('GET', `${room}/life`))).toEqual([404, 'stream_not_found']);
    expect((await admin('PUT', `${room}/life`, {})).status).toBe(201);
  });

  test('what makes no stream is refused', async () => {
    const bad = [
      {},
      { name: 'a/b' },
      { name: 'x', account: '1' },
      { name: 'x', region: 'A' },
      { name: 'x', shardCount: 0 },
      { name: 'x', retentionMs: 1000 },
      { name: 'x', sharding: 'some' },
      { name: 'x', maxRecordBytes: 20 * 1024 * 1024 },
    ];
    for (const body of bad)
      expect([body, (await admin('POST', '/v1/streams', body)).status]).toEqual([body, 400]);
    expect((await admin('GET', `${room}/x`)).status).toBe(404);
  });

  test('the list is sorted, filtered and paged', async () => {
    for (const [name, shardCount] of [
      ['list-b', 1],
      ['list-a', 3],
      ['list-c', 2],
    ] as const)
      await create(name, { shardCount });
    await put('list-b', { key: 'k', data: 'one' });
    const names = async (query: string) => {
      const { body } = await admin('GET', `/v1/streams?prefix=list-&${query}`);
      return (body['streams'] as { name: string }[]).map((row) => row.name);
    };
    expect(await names('')).toEqual(['list-a', 'list-b', 'list-c']);
    expect(await names('sort=shards')).toEqual(['list-a', 'list-c', 'list-b']);
    expect((await names('sort=records'))[0]).toBe('list-b');
    const first = (await admin('GET', '/v1/streams?prefix=list-&limit=2')).body;
    expect([first['totalCount'], first['next']]).toEqual([3, expect.any(String)]);
    expect(await names(`limit=2&next=${encodeURIComponent(String(first['next']))}`)).toEqual(['list-c']);
    expect((await admin('GET', '/v1/streams?sort=ready')).status).toBe(400);
  });
});

describe('records', () => {
  test('put, and read from a sequence, the horizon, the tip, a time', async () => {
    await create('read');
    const placed = await put(
      'read',
      { key: 'k', data: 'one' },
      { key: 'ü', data: Buffer.from([0, 255]).toString('base64'), encoding: 'base64' },
      { key: 'k', data: '' },
    );
    expect(placed.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const all = await read('read', 0);
    expect(all.body).toMatchObject({
      records: [
        { sequence: 1, key: 'k', dataBytes: 3, data: 'b25l' },
        { sequence: 2, key: 'ü', dataBytes: 2, data: 'AP8=' },
        { sequence: 3, key: 'k', dataBytes: 0, data: '' },
      ],
      nextSequence: 4,
      behindMs: 0,
      isEnd: false,
      children: [],
    });
    const page = await read('read', 0, 'from=2&limit=1');
    expect([page.body['nextSequence'], (page.body['records'] as object[]).length]).toEqual([3, 1]);
    expect((await read('read', 0, 'position=latest')).body).toMatchObject({ records: [], nextSequence: 4 });
    const arrivedAtMs = (all.body['records'] as { arrivedAtMs: number }[])[0]?.arrivedAtMs ?? 0;
    expect(texts(await read('read', 0, `position=time&timeMs=${arrivedAtMs}`))).toHaveLength(3);
    expect(texts(await read('read', 0, `position=time&timeMs=${arrivedAtMs + 60_000}`))).toEqual([]);
    for (const wrong of ['from=x', 'position=time', 'position=middle', 'waitMs=20001', 'limit=1001'])
      expect([wrong, (await read('read', 0, wrong)).status]).toEqual([wrong, 400]);
    expect(code(await read('read', 7))).toEqual([404, 'shard_not_found']);
  });

  test('a long read is answered by the record that comes, or empty when its time is over', async () => {
    await create('long');
    const waiting = read('long', 0, 'from=1&waitMs=20000');
    await expect
      .poll(async () => (await adminOf(daemon.adminEndpoint)('GET', '/metrics')).text, { timeout: 10_000 })
      .toContain('caudal_broker_followers 1\n');
    await put('long', { key: 'k', data: 'now' });
    expect(texts(await waiting)).toEqual(['now']);
    const idle = await read('long', 0, 'from=2&waitMs=50');
    expect(idle.body).toMatchObject({ records: [], nextSequence: 2 });
    expect((await admin('GET', '/metrics')).text).toContain('caudal_broker_followers 0\n');
  });

  test('a long read whose client went away leaves no follower behind', async () => {
    await create('gone');
    const client = new AbortController();
    const url = `${daemon.adminEndpoint}${room}/gone/shards/0/records?waitMs=20000`;
    const authorization = 'Bearer test:test';
    const waiting = fetch(url, { headers: { authorization }, signal: client.signal }).catch(() => 'aborted');
    const followers = async () => (await admin('GET', '/metrics')).text;
    await expect.poll(followers, { timeout: 10_000 }).toContain('caudal_broker_followers 1\n');
    client.abort();
    expect(await waiting).toBe('aborted');
    await expect.poll(followers, { timeout: 10_000 }).toContain('caudal_broker_followers 0\n');
  });

  test('a long read ends with its shard', async () => {
    await create('closing');
    const waiting = read('closing', 0, 'waitMs=20000');
    const split = await admin('POST', `${room}/closing/shards/0/split`, {});
    expect(split.status).toBe(200);
    expect((await waiting).body).toMatchObject({ records: [], isEnd: true, children: [1, 2] });
  });

  test('what cannot be put is refused, all of it', async () => {
    await create('strict', { maxRecordBytes: 10 });
    const good = { key: 'k', data: 'x' };
    const bad: readonly (readonly [number, unknown])[] = [
      [400, []],
      [400, 'x'],
      [400, [5]],
      [400, [good, { data: 'x' }]],
      [400, [good, { key: '', data: 'x' }]],
      [400, [good, { key: 'k' }]],
      [400, [good, { key: 'k', data: 'a', encoding: 'base64' }]],
      [400, [good, { key: 'k', data: 'x', hash: String(2n * half) + '0' }]],
      [413, [good, { key: 'k', data: '0123456789' }]],
      [400, Array.from({ length: 501 }, () => good)],
    ];
    for (const [status, records] of bad) {
      const answer = await admin('POST', `${room}/strict/records`, { records });
      expect([records, answer.status]).toEqual([records, status]);
    }
    expect(texts(await read('strict', 0))).toEqual([]);
    expect((await admin('POST', `${room}/missing/records`, { records: [good] })).status).toBe(404);
  });
});

describe('shards', () => {
  test('split at a hash, merge in either order, resize', async () => {
    await create('cut');
    const [low, high] = [
      { key: 'a', data: 'low', hash: '5' },
      { key: 'a', data: 'high', hash: '1000' },
    ];
    await put('cut', low, high);
    const split = await admin('POST', `${room}/cut/shards/0/split`, { atHash: '1000' });
    expect(split.body['shards']).toMatchObject([
      { index: 0, closedAtMs: expect.any(Number) },
      { index: 1, startHash: '0', endHash: '999', parents: [0] },
      { index: 2, startHash: '1000', parents: [0] },
    ]);
    expect((await put('cut', low, high)).map(({ shardIndex }) => shardIndex)).toEqual([1, 2]);
    expect((await read('cut', 0)).body).toMatchObject({ isEnd: true, children: [1, 2] });
    expect(code(await admin('POST', `${room}/cut/shards/0/split`))).toEqual([409, 'shard_closed']);
    expect(code(await admin('POST', `${room}/cut/shards/1/split`, { atHash: '5000' }))).toEqual([
      400,
      'split_outside_shard',
    ]);
    const merged = await admin('POST', `${room}/cut/shards/2/merge`, { with: 1 });
    expect(merged.body['shards']).toMatchObject([{}, {}, {}, { index: 3, startHash: '0', parents: [1, 2] }]);
    expect(code(await admin('POST', `${room}/cut/shards/3/merge`, { with: 0 }))).toEqual([
      400,
      'shards_not_adjacent',
    ]);
    await admin('POST', `${room}/cut/resize`, { shardCount: 4 });
    expect((await admin('GET', `${room}/cut`)).body['openShardCount']).toBe(4);
    const page = await admin('GET', `${room}/cut/shards?after=1&limit=2`);
    expect(page.body).toMatchObject({ shards: [{ index: 2 }, { index: 3 }], next: 3 });
    for (const [path, body] of [
      ['resize', {}],
      ['resize', { shardCount: 0 }],
      ['shards/3/merge', {}],
      ['shards/x/split', {}],
    ] as const)
      expect([path, (await admin('POST', `${room}/cut/${path}`, body)).status]).toEqual([path, 400]);
  });
});

test('metrics: the first streams and groups by name have labels of their own', async () => {
  for (const name of ['0-a', '0-b']) {
    await create(name);
    await put(name, { key: 'k', data: 'x' });
    for (const group of ['g1', 'g2'])
      await admin('POST', `${room}/${name}/groups/${group}/join`, { member: 'm' });
  }
  await read('0-a', 0);
  const { text } = await admin('GET', '/metrics');
  const labels = (stream: string) => `account="000000000000",region="us-east-1",stream="${stream}"`;
  expect(text).toContain(`caudal_stream_appended_records_total{${labels('0-a')}} 1\n`);
  expect(text).toContain(`caudal_stream_appended_bytes_total{${labels('0-a')}} 2\n`);
  expect(text).toContain(`caudal_stream_read_records_total{${labels('0-a')}} 1\n`);
  expect(text).toContain(`caudal_stream_refused_records_total{${labels('0-a')}} 0\n`);
  expect(text).toContain(`caudal_stream_open_shards{${labels('0-b')}} 1\n`);
  expect(text).toContain(`caudal_stream_group_behind_records{${labels('0-b')},group="g1"} 1\n`);
  expect(text).not.toContain(`{${labels('0-b')},group="g2"}`);
  const other = 'account="other",region="other",stream="other"';
  expect(text).toContain(`caudal_stream_group_behind_records{${other},group="other"} 1\n`);
  expect(text).toMatch(new RegExp(`^caudal_stream_open_shards\\{${other}\\} [1-9]`, 'm'));
  const count = Number(/^caudal_stream_count (\d+)$/m.exec(text)?.[1]);
  expect(count).toBe((await admin('GET', '/v1/streams')).body['totalCount']);
});
