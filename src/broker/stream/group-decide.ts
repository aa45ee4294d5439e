// Decides what members of consumer groups ask for. Heartbeats alone are not recorded: a session's end is
// counted in memory, and what comes of it (a member that left, shards that changed hands) is a record.
import { limits } from '../../base/limits.ts';
import type { Reply } from '../command.ts';
import type {
  Checkpoint,
  GroupCommand,
  GroupQuery,
  GroupStart,
  GroupView,
  HeartbeatGroup,
  JoinGroup,
  LeaveGroup,
} from '../group-types.ts';
import { ArrivalSearch } from './arrival-search.ts';
import type { StreamContext } from './context.ts';
import { refused, streamNotFound } from './errors.ts';
import { ConsumerGroup } from './group.ts';
import { balance, GroupDraft } from './group-balance.ts';
import { horizonOf } from './horizon.ts';
import type { Stream } from './stream.ts';

const groupNotFound = refused('group_not_found', 'the stream has no such consumer group');
const memberNotFound = refused('member_not_found', 'the member is not in the group any more: join again');
const assignmentLost = refused('assignment_lost', 'the shard has changed hands');
const tooManyGroups = refused(
  'groups_exhausted',
  `a stream has at most ${limits.groupsPerStreamMax} consumer groups with ${limits.groupMembersMax} members`,
);

export function decideGroup(context: StreamContext, command: GroupCommand): Reply {
  const stream = context.state.stream(command.entity);
  if (stream === undefined) return streamNotFound;
  if (command.kind === 'joinGroup') return join(context, stream, command);
  const group = stream.groups.get(command.group);
  if (group === undefined) return groupNotFound;
  switch (command.kind) {
    case 'heartbeatGroup':
      return heartbeat(context, group, command);
    case 'leaveGroup':
      return leave(context, group, command);
    case 'checkpoint':
      return checkpoint(context, group, command);
    case 'deleteGroup':
      context.record.group(group, [{ op: 'deleted' }]);
      return { kind: 'done' };
  }
}

/** Makes a group without members, for a view. */
export function openGroup(context: StreamContext, stream: Stream, name: string, start: GroupStart): Reply {
  if (stream.groups.has(name)) return { kind: 'done' };
  if (stream.groups.size >= limits.groupsPerStreamMax) return tooManyGroups;
  const draft = newGroup(context, stream, name, start);
  context.record.group(draft.group, draft.changes);
  return { kind: 'done' };
}

function newGroup(context: StreamContext, stream: Stream, name: string, start: GroupStart): GroupDraft {
  const draft = new GroupDraft(new ConsumerGroup(stream.entity, context.state.root.nextGroup, name));
  startAt(context, stream, draft, start);
  return draft;
}

function join(context: StreamContext, stream: Stream, command: JoinGroup): Reply {
  const known = stream.groups.get(command.group);
  const isFull =
    known === undefined
      ? stream.groups.size >= limits.groupsPerStreamMax
      : !known.members.has(command.member) && known.members.size >= limits.groupMembersMax;
  if (isFull) return tooManyGroups;
  const draft =
    known === undefined ? newGroup(context, stream, command.group, command.start) : new GroupDraft(known);
  draft.join(command.member, command.sessionMs);
  return conclude(context, draft, command.member);
}

/** Positions of the shards that are there already; the children of what is skipped come up at once. */
function startAt(context: StreamContext, stream: Stream, draft: GroupDraft, start: GroupStart): void {
  if (start.at === 'horizon') return;
  for (const shard of stream.shards.values()) {
    const nextSequence =
      start.at === 'latest'
        ? shard.committedNext
        : new ArrivalSearch(context, shard, horizonOf(context, shard), start.timeMs).finish();
    const isDone = !shard.isOpen && nextSequence >= shard.committedNext;
    draft.setShard(shard.birth.index, { nextSequence, isDone });
  }
}

function heartbeat(context: StreamContext, group: ConsumerGroup, command: HeartbeatGroup): Reply {
  if (!group.members.has(command.member)) return memberNotFound;
  const draft = new GroupDraft(group);
  draft.releaseRevoked(command.member);
  return conclude(context, draft, command.member);
}

function leave(context: StreamContext, group: ConsumerGroup, command: LeaveGroup): Reply {
  const draft = new GroupDraft(group);
  draft.leave(command.member);
  conclude(context, draft, command.member);
  return { kind: 'done' };
}

function checkpoint(context: StreamContext, group: ConsumerGroup, command: Checkpoint): Reply {
  if (!group.members.has(command.member)) return memberNotFound;
  const { shardIndex, token, nextSequence, subSequence, isEnd, isReleased } = command;
  const shard = group.shard(shardIndex);
  if (shard.owner !== command.member || shard.token !== token) return assignmentLost;
  const draft = new GroupDraft(group);
  const isClosed = context.state.shard(group.entity, shardIndex)?.isCommittedClosed ?? true;
  draft.setShard(shardIndex, {
    nextSequence,
    subSequence,
    isDone: isEnd && isClosed,
    ...(isReleased || (isEnd && isClosed) ? { owner: '', isRevoked: false } : {}),
  });
  return conclude(context, draft, command.member);
}

/** Ends the sessions that were not heard of; answers nothing. */
export function endSessions(context: StreamContext, group: ConsumerGroup): void {
  const { nowMs } = context.state;
  const draft = new GroupDraft(group);
  for (const [member, sessionMs] of group.members) {
    const endMs = group.sessionsEndMs.get(member);
    if (endMs === undefined) group.sessionsEndMs.set(member, nowMs + sessionMs);
    else if (endMs <= nowMs) draft.leave(member);
  }
  if (draft.changes.length > 0) conclude(context, draft, '');
}

/** Balances, records what changed, and answers what the member has now. */
function conclude(context: StreamContext, draft: GroupDraft, member: string): Reply {
  const { group } = draft;
  const stream = context.state.stream(group.entity);
  if (stream !== undefined) balance(stream, draft);
  if (draft.changes.length > 0) context.record.group(group, draft.changes);
  const current = stream?.groups.get(group.name) ?? group;
  const sessionMs = current.members.get(member) ?? 0;
  if (sessionMs > 0) current.sessionsEndMs.set(member, context.state.nowMs + sessionMs);
  for (const [shardIndex, { owner, isRevoked }] of current.shards) {
    if (!isRevoked) current.toldRevoked.delete(shardIndex);
    else if (owner === member) current.toldRevoked.add(shardIndex);
  }
  const assignments = [...current.shards]
    .filter(([, shard]) => shard.owner === member && member !== '')
    .map(([shardIndex, { token, nextSequence, subSequence, isRevoked }]) => {
      return { shardIndex, token, nextSequence, subSequence, isRevoked };
    });
  return { kind: 'membership', assignments, sessionMs };
}

export function describeGroups(context: StreamContext, query: GroupQuery): Reply {
  const stream = context.state.stream(query.entity);
  if (stream === undefined) return streamNotFound;
  if (query.kind === 'listGroups') {
    const groups = [...stream.groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return { kind: 'groups', groups: groups.map((group) => viewOf(stream, group)) };
  }
  const group = stream.groups.get(query.group);
  return group === undefined ? groupNotFound : { kind: 'groups', groups: [viewOf(stream, group)] };
}

function viewOf(stream: Stream, group: ConsumerGroup): GroupView {
  const members = [...group.members].map(([member, sessionMs]) => ({ member, sessionMs }));
  const shards = [...stream.shards.values()].map(({ birth, committedNext, floor }) => {
    const { owner, settled, ...shard } = group.shard(birth.index);
    const nextSequence = Math.max(shard.nextSequence, floor);
    const behindCount = shard.isDone ? 0 : Math.max(0, committedNext - nextSequence - settled.length);
    return {
      ...shard,
      shardIndex: birth.index,
      nextSequence,
      behindCount,
      member: owner === '' ? undefined : owner,
    };
  });
  return { name: group.name, members, shards };
}
