// Consumer groups through the admin API: what members say, and what an operator sees. Who gets which shard is
// tested on the core (test/model/stream-groups.test.ts).
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminOf, type AdminAnswer, type AdminClient } from '../support/admin.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';

const room = '/v1/streams/000000000000/us-east-1';
let daemon: Daemon;
let admin: AdminClient;

beforeAll(async () => {
  daemon = await startDaemon();
  admin = adminOf(daemon.adminEndpoint);
});
afterAll(() => daemon.stop());

interface Assignment {
  readonly shardIndex: number;
  readonly token: number;
  readonly nextSequence: number;
  readonly isRevoked: boolean;
}

const assignments = ({ body }: AdminAnswer) => body['assignments'] as readonly Assignment[];
const code = ({ status, body }: AdminAnswer) => [status, (body['error'] as { code?: string })?.code];

/** A stream of its own with a group, and its verbs. */
async function team(name: string, shardCount: number) {
  await admin('POST', '/v1/streams', { name, shardCount });
  const say = (verb: string, body: object): Promise<AdminAnswer> =>
    admin('POST', `${room}/${name}/groups/g/${verb}`, body);
  const put = (key: string, data: string) =>
    admin('POST', `${room}/${name}/records`, { records: [{ key, data }] });
  const show = async () => (await admin('GET', `${room}/${name}/groups/g`)).body;
  return { say, put, show, path: `${room}/${name}` };
}

test('join, heartbeat, checkpoint, leave; the group shows where it is', async () => {
  const { say, put, show, path } = await team('work', 1);
  await put('a', 'one');
  await put('a', 'two');
  const joined = await say('join', { member: 'm', sessionMs: 60_000 });
  expect(joined.body).toMatchObject({
    member: 'm',
    sessionMs: 60_000,
    assignments: [{ shardIndex: 0, nextSequence: 1, subSequence: 0, isRevoked: false }],
  });
  const [shard] = assignments(joined);
  expect(assignments(await say('heartbeat', { member: 'm' }))).toEqual([shard]);
  const position = { member: 'm', shardIndex: 0, token: shard?.token, nextSequence: 2, subSequence: 7 };
  expect((await say('checkpoint', position)).body['assignments']).toMatchObject([
    { shardIndex: 0, nextSequence: 2, subSequence: 7 },
  ]);
  expect(await show()).toMatchObject({
    name: 'g',
    memberCount: 1,
    shardCount: 1,
    doneShardCount: 0,
    behindCount: 1,
    members: [{ member: 'm', sessionMs: 60_000 }],
    shards: [{ shardIndex: 0, member: 'm', nextSequence: 2, behindCount: 1, isDone: false }],
  });
  expect((await say('leave', { member: 'm' })).status).toBe(200);
  expect(await show()).toMatchObject({ memberCount: 0, behindCount: 1, shards: [{ nextSequence: 2 }] });
  expect(code(await say('heartbeat', { member: 'm' }))).toEqual([404, 'member_not_found']);
  const listed = await admin('GET', `${path}/groups`);
  expect(listed.body).toMatchObject({ groups: [{ name: 'g', behindCount: 1 }], totalCount: 1 });
  expect((await admin('DELETE', `${path}/groups/g`)).status).toBe(200);
  expect(code(await admin('GET', `${path}/groups/g`))).toEqual([404, 'group_not_found']);
});

test('a checkpoint with the token of an earlier hand is refused', async () => {
  const { say } = await team('fenced', 1);
  const [old] = assignments(await say('join', { member: 'a' }));
  await say('leave', { member: 'a' });
  const [now] = assignments(await say('join', { member: 'b' }));
  expect(now?.token).toBeGreaterThan(old?.token ?? 0);
  await say('join', { member: 'a' });
  const late = { member: 'a', shardIndex: 0, token: old?.token, nextSequence: 9 };
  expect(code(await say('checkpoint', late))).toEqual([409, 'assignment_lost']);
});

test('the answer to a checkpoint tells of a revoked shard; released, it is given on', async () => {
  const { say } = await team('handed', 2);
  const [first] = assignments(await say('join', { member: 'a' }));
  expect(assignments(await say('join', { member: 'b' }))).toEqual([]);
  const stay = { member: 'a', shardIndex: first?.shardIndex, token: first?.token, nextSequence: 1 };
  const told = assignments(await say('checkpoint', stay));
  const revoked = told.find(({ isRevoked }) => isRevoked);
  expect(told.filter(({ isRevoked }) => !isRevoked)).toHaveLength(1);
  const { shardIndex, token } = revoked as Assignment;
  await say('checkpoint', { member: 'a', shardIndex, token, nextSequence: 1, isReleased: true });
  expect(assignments(await say('heartbeat', { member: 'b' }))).toMatchObject([{ shardIndex }]);
});

test('children come up when their parent is checkpointed at its end', async () => {
  const { say, path } = await team('grown', 1);
  const [parent] = assignments(await say('join', { member: 'a' }));
  await admin('POST', `${path}/shards/0/split`);
  const end = { member: 'a', shardIndex: 0, token: parent?.token, nextSequence: 1, isEnd: true };
  const shards = assignments(await say('checkpoint', end)).map(({ shardIndex }) => shardIndex);
  expect(new Set(shards)).toEqual(new Set([1, 2]));
});

test('a new group begins at the oldest record, the tip, or a time', async () => {
  const { put, path } = await team('begin', 1);
  await put('a', 'one');
  const start = async (group: string, body: object) => {
    const answer = await admin('POST', `${path}/groups/${group}/join`, { member: 'm', ...body });
    return assignments(answer)[0]?.nextSequence;
  };
  expect(await start('h', {})).toBe(1);
  expect(await start('l', { start: 'latest' })).toBe(2);
  expect(await start('t0', { start: 'time', startTimeMs: 0 })).toBe(1);
  expect(await start('t1', { start: 'time', startTimeMs: Date.now() + 60_000 })).toBe(2);
});

test('what a member may not say is refused', async () => {
  const { say, path } = await team('strict', 1);
  await say('join', { member: 'm' });
  const bad: readonly (readonly [verb: string, body: object])[] = [
    ['join', {}],
    ['join', { member: 'a b' }],
    ['join', { member: 'm', sessionMs: 999 }],
    ['join', { member: 'm', start: 'middle' }],
    ['join', { member: 'm', start: 'time' }],
    ['heartbeat', {}],
    ['checkpoint', { member: 'm', token: 1, nextSequence: 1 }],
    ['checkpoint', { member: 'm', shardIndex: 0, token: 1, nextSequence: 1.5 }],
    ['checkpoint', { member: 'm', shardIndex: 0, token: 1, nextSequence: 1, isEnd: 'yes' }],
  ];
  for (const [verb, body] of bad) expect([body, (await say(verb, body)).status]).toEqual([body, 400]);
  expect(code(await admin('POST', `${path}/groups/none/heartbeat`, { member: 'm' }))).toEqual([
    404,
    'group_not_found',
  ]);
  expect((await admin('POST', `${path}/groups/a%20b/join`, { member: 'm' })).status).toBe(400);
  expect((await adminOf(daemon.adminEndpoint, null)('POST', `${path}/groups/g/join`, {})).status).toBe(401);
});
