// Who gets which shard. Pure: looks at a stream's shards and a group, answers the changes that make it fair.
// A shard comes up when everything before it is done: children after their parents, so that the records of a
// key stay in order. A shard changes hands in two steps: revoked first, so that its member can checkpoint,
// given to the other once it is released or its member was heard of again.
import type { ConsumerGroup, GroupChange, GroupShard } from './group.ts';
import type { Shard } from './shard.ts';
import type { Stream } from './stream.ts';

/** The changes of one decision, over the group as it was. */
export class GroupDraft {
  readonly group: ConsumerGroup;
  readonly changes: GroupChange[] = [];
  readonly members: Map<string, number>;
  readonly #shards = new Map<number, GroupShard>();

  constructor(group: ConsumerGroup) {
    this.group = group;
    this.members = new Map(group.members);
  }

  shard(index: number): GroupShard {
    return this.#shards.get(index) ?? this.group.shard(index);
  }
  setShard(index: number, change: Partial<GroupShard>): void {
    const shard = { ...this.shard(index), ...change };
    this.#shards.set(index, shard);
    this.changes.push({ op: 'shard', shardIndex: index, shard });
  }
  join(member: string, sessionMs: number): void {
    if (this.members.get(member) === sessionMs) return;
    this.members.set(member, sessionMs);
    this.changes.push({ op: 'joined', member, sessionMs });
  }
  leave(member: string): void {
    if (!this.members.delete(member)) return;
    this.changes.push({ op: 'left', member });
    for (const index of this.group.shards.keys())
      if (this.shard(index).owner === member) this.setShard(index, { owner: '', isRevoked: false });
  }
  /** Gives up what was taken from this member, who has heard of it. */
  releaseRevoked(member: string): void {
    for (const index of this.group.shards.keys()) {
      const { owner, isRevoked } = this.shard(index);
      if (owner !== member || !isRevoked || !this.group.toldRevoked.has(index)) continue;
      this.setShard(index, { owner: '', isRevoked: false });
    }
  }
}

export function balance(stream: Stream, draft: GroupDraft): void {
  for (const index of draft.group.shards.keys())
    if (!stream.shards.has(index)) draft.changes.push({ op: 'forgot', shardIndex: index });
  if (draft.members.size === 0) return;
  const ready = [...stream.shards.values()]
    .filter((shard) => isReady(stream, draft, shard))
    .map((shard) => shard.birth.index);
  const held = holdings(draft, ready);
  const byLoad = (): string =>
    [...held].reduce((least, entry) => (entry[1].length < least[1].length ? entry : least))[0];
  for (const index of ready) {
    const { owner, token } = draft.shard(index);
    if (owner !== '') continue;
    const member = byLoad();
    draft.setShard(index, { owner: member, token: token + 1, isRevoked: false });
    held.get(member)?.push(index);
  }
  revokeExcess(draft, held, ready.length);
}

/** Not done, and everything that came before it is done or gone. */
export function isReady(stream: Stream, draft: GroupDraft, shard: Shard): boolean {
  const { index, parentIndex, adjacentParentIndex } = shard.birth;
  if (draft.shard(index).isDone) return false;
  for (const parent of [parentIndex, adjacentParentIndex])
    if (parent >= 0 && stream.shards.has(parent) && !draft.shard(parent).isDone) return false;
  return true;
}

function holdings(draft: GroupDraft, ready: readonly number[]): Map<string, number[]> {
  const held = new Map<string, number[]>([...draft.members.keys()].sort().map((member) => [member, []]));
  for (const index of ready) {
    const { owner } = draft.shard(index);
    if (owner === '') continue;
    const list = held.get(owner);
    if (list === undefined) draft.setShard(index, { owner: '', isRevoked: false });
    else list.push(index);
  }
  return held;
}

/** Takes shards from members that have more than their share while others have less. */
function revokeExcess(draft: GroupDraft, held: ReadonlyMap<string, number[]>, shardCount: number): void {
  const fair = Math.floor(shardCount / held.size);
  let missing = 0;
  for (const indexes of held.values()) missing += Math.max(0, fair - indexes.length);
  for (const indexes of held.values())
    missing -= indexes.filter((index) => draft.shard(index).isRevoked).length;
  const most = [...held.values()].sort((a, b) => b.length - a.length);
  for (const indexes of most) {
    for (let excess = indexes.length - fair; excess > 0 && missing > 0; excess--) {
      const index = indexes.findLast((candidate) => !draft.shard(candidate).isRevoked);
      if (index === undefined) break;
      draft.setShard(index, { isRevoked: true });
      missing--;
    }
  }
}
