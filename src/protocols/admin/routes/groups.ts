// Consumer groups of a stream: what a member says (join, heartbeat, checkpoint, leave) and what an operator
// asks. Who gets which shard is the core's to decide; clients/consumer-group is the client of these routes.
import type { Broker, GroupStart, MembershipReply } from '../../../broker/index.ts';
import { ask, run } from '../ask.ts';
import { numberMember, pageLimit, switchMember, textMember } from '../parameters.ts';
import { badRequest } from '../problem.ts';
import { pathAddress } from '../queue-path.ts';
import { findStream, streamPath, type PathParameters } from '../stream-path.ts';
import { groupLine, groupView } from '../stream-view.ts';
import type { AdminAnswer, AdminCall, AdminDeps, AdminRoute } from '../types.ts';

const groupsPath = `${streamPath}/groups`;
const groupPath = `${groupsPath}/{group}`;
const sessionMsDefault = 30_000;
const sessionMsMin = 1_000;
const sessionMsMax = 3_600_000;
const shardIndexMax = 2 ** 31 - 1;

export function groupRoutes(deps: AdminDeps): readonly AdminRoute[] {
  const { broker } = deps;
  return [
    { method: 'GET', path: groupsPath, handle: (call) => listGroups(broker, call) },
    { method: 'GET', path: groupPath, handle: (call) => showGroup(broker, call) },
    { method: 'DELETE', path: groupPath, handle: (call) => deleteGroup(deps, call) },
    { method: 'POST', path: `${groupPath}/join`, handle: (call) => join(broker, call) },
    { method: 'POST', path: `${groupPath}/heartbeat`, handle: (call) => heartbeat(broker, call) },
    { method: 'POST', path: `${groupPath}/checkpoint`, handle: (call) => checkpoint(broker, call) },
    { method: 'POST', path: `${groupPath}/leave`, handle: (call) => leave(broker, call) },
  ];
}

async function listGroups(broker: Broker, { path, query }: AdminCall): Promise<AdminAnswer> {
  const { entity } = findStream(broker, path);
  const { groups } = await ask(broker, { kind: 'listGroups', entity }, 'groups');
  const after = query.get('after') ?? '';
  const rest = groups.filter(({ name }) => name > after);
  const page = rest.slice(0, pageLimit(query));
  const next = page.length < rest.length ? { next: page.at(-1)?.name } : {};
  return { status: 200, body: { groups: page.map(groupLine), totalCount: groups.length, ...next } };
}

async function showGroup(broker: Broker, { path }: AdminCall): Promise<AdminAnswer> {
  const { groups } = await ask(broker, { kind: 'describeGroup', ...placeOf(broker, path) }, 'groups');
  const [group] = groups;
  if (group === undefined) throw new Error('the core described no group and refused none');
  return { status: 200, body: groupView(group) };
}

async function deleteGroup({ broker, logger }: AdminDeps, { path, user }: AdminCall): Promise<AdminAnswer> {
  const place = placeOf(broker, path);
  await run(broker, { kind: 'deleteGroup', ...place }, 'done');
  logger.info('consumer group deleted', { ...pathAddress(path), group: place.group, user });
  return { status: 200, body: {} };
}

async function join(broker: Broker, { path, body }: AdminCall): Promise<AdminAnswer> {
  const sessionMs = numberMember(body, 'sessionMs', sessionMsMax) ?? sessionMsDefault;
  if (sessionMs < sessionMsMin)
    throw badRequest(`sessionMs must be a whole number from ${sessionMsMin} to ${sessionMsMax}`);
  const member = memberOf(body);
  const place = placeOf(broker, path);
  const start = startOf(body);
  const reply = await run(broker, { kind: 'joinGroup', ...place, member, sessionMs, start }, 'membership');
  return membership(member, reply);
}

async function heartbeat(broker: Broker, { path, body }: AdminCall): Promise<AdminAnswer> {
  const member = memberOf(body);
  const command = { kind: 'heartbeatGroup', ...placeOf(broker, path), member } as const;
  return membership(member, await run(broker, command, 'membership'));
}

async function checkpoint(broker: Broker, { path, body }: AdminCall): Promise<AdminAnswer> {
  const member = memberOf(body);
  const command = {
    kind: 'checkpoint',
    ...placeOf(broker, path),
    member,
    shardIndex: needed(body, 'shardIndex', shardIndexMax),
    token: needed(body, 'token', Number.MAX_SAFE_INTEGER),
    nextSequence: needed(body, 'nextSequence', Number.MAX_SAFE_INTEGER),
    subSequence: numberMember(body, 'subSequence', Number.MAX_SAFE_INTEGER) ?? 0,
    isEnd: switchMember(body, 'isEnd'),
    isReleased: switchMember(body, 'isReleased'),
  } as const;
  return membership(member, await run(broker, command, 'membership'));
}

async function leave(broker: Broker, { path, body }: AdminCall): Promise<AdminAnswer> {
  const command = { kind: 'leaveGroup', ...placeOf(broker, path), member: memberOf(body) } as const;
  await run(broker, command, 'done');
  return { status: 200, body: {} };
}

function membership(member: string, { assignments, sessionMs }: MembershipReply): AdminAnswer {
  return { status: 200, body: { member, sessionMs, assignments } };
}

function placeOf(broker: Broker, path: PathParameters) {
  const { entity } = findStream(broker, path);
  return { entity, group: named('the name of a group', path['group'] ?? '') };
}

function memberOf(body: AdminCall['body']): string {
  return named('member', textMember(body, 'member') ?? '');
}

function named(what: string, text: string): string {
  if (/^[a-zA-Z0-9_.:-]{1,128}$/.test(text)) return text;
  throw badRequest(`${what} must have 1 to 128 letters, digits, '_', '.', ':' and '-'`);
}

function needed(body: AdminCall['body'], name: string, max: number): number {
  const value = numberMember(body, name, max);
  if (value === undefined) throw badRequest(`${name} is missing`);
  return value;
}

/** Where a group begins that is not there yet. */
function startOf(body: AdminCall['body']): GroupStart {
  const at = textMember(body, 'start') ?? 'horizon';
  if (at === 'horizon' || at === 'latest') return { at };
  if (at !== 'time') throw badRequest('start must be horizon, latest or time');
  return { at, timeMs: needed(body, 'startTimeMs', Number.MAX_SAFE_INTEGER) };
}
