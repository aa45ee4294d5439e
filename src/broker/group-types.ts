// Consumer groups of a stream: members share its shards, each shard has one member at a time, and the group
// remembers how far each shard was processed. Frozen plain data, as in stream-types.ts.

/** Where a new group begins. */
export type GroupStart =
  | { readonly at: 'horizon' }
  | { readonly at: 'latest' }
  | { readonly at: 'time'; readonly timeMs: number };

/** Makes the group when it is not there, and the member one of it; again for a member that already is. */
export interface JoinGroup {
  readonly kind: 'joinGroup';
  readonly entity: number;
  readonly group: string;
  /** Chosen by the member, the same over its restarts or a new one each time. */
  readonly member: string;
  /** Without a heartbeat for this long the member's shards go to others. */
  readonly sessionMs: number;
  readonly start: GroupStart;
}

export interface HeartbeatGroup {
  readonly kind: 'heartbeatGroup';
  readonly entity: number;
  readonly group: string;
  readonly member: string;
}

export interface LeaveGroup {
  readonly kind: 'leaveGroup';
  readonly entity: number;
  readonly group: string;
  readonly member: string;
}

export interface DeleteGroup {
  readonly kind: 'deleteGroup';
  readonly entity: number;
  readonly group: string;
}

/** Moves a shard's position; also gives the shard back, or ends it. */
export interface Checkpoint {
  readonly kind: 'checkpoint';
  readonly entity: number;
  readonly group: string;
  readonly member: string;
  readonly shardIndex: number;
  /** From the assignment. An older one is refused: the shard is somebody else's now. */
  readonly token: number;
  /** Everything below was processed. */
  readonly nextSequence: number;
  /** Of the record at `nextSequence`: how many of the records packed into it were processed. */
  readonly subSequence: number;
  /** The shard is closed and read to its end: its children come next. */
  readonly isEnd: boolean;
  /** The member takes no more of this shard; somebody else may. */
  readonly isReleased: boolean;
}

/** A shard that a member may read, from where. */
export interface Assignment {
  readonly shardIndex: number;
  /** Grows with each change of hands; a checkpoint has to carry the newest. */
  readonly token: number;
  readonly nextSequence: number;
  readonly subSequence: number;
  /** Somebody else is to have it: checkpoint and release it; at the next heartbeat it is gone anyhow. */
  readonly isRevoked: boolean;
}

/** Answers join, heartbeat and checkpoint. */
export interface MembershipReply {
  readonly kind: 'membership';
  readonly assignments: readonly Assignment[];
  readonly sessionMs: number;
}

export interface DescribeGroup {
  readonly kind: 'describeGroup';
  readonly entity: number;
  readonly group: string;
}

export interface ListGroups {
  readonly kind: 'listGroups';
  readonly entity: number;
}

export interface GroupShardView extends Assignment {
  /** Undefined: nobody has it. */
  readonly member: string | undefined;
  /** Processed to its end. */
  readonly isDone: boolean;
  /** Committed records behind the position. */
  readonly behindCount: number;
}

export interface GroupView {
  readonly name: string;
  readonly members: readonly { readonly member: string; readonly sessionMs: number }[];
  readonly shards: readonly GroupShardView[];
}

/** Answers describeGroup (one) and listGroups (all of the stream, by name). */
export interface GroupsReply {
  readonly kind: 'groups';
  readonly groups: readonly GroupView[];
}

export type GroupCommand = JoinGroup | HeartbeatGroup | LeaveGroup | DeleteGroup | Checkpoint;
export type GroupQuery = DescribeGroup | ListGroups;
