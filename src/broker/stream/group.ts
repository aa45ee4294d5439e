// A consumer group as its cell keeps it: who is in it, and for each shard who has it and how far it was
// processed. Changed by group records only (`apply`); what they say is decided in group-decide.ts.
//
//   a shard:  waiting for its parents -> free --assigned--> held --released, revoked, session over--> free
//                                                              \--end checkpointed--> done
import { Packr } from 'msgpackr';
import type { Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';

const packr = new Packr({ useRecords: false });

export interface GroupShard {
  /** Empty: nobody. */
  readonly owner: string;
  readonly token: number;
  readonly nextSequence: number;
  readonly subSequence: number;
  readonly isDone: boolean;
  readonly isRevoked: boolean;
  /** Views: sequences beyond the position that are done already, ascending. */
  readonly settled: readonly number[];
}

const untouchedShard: GroupShard = {
  owner: '',
  token: 0,
  nextSequence: 1,
  subSequence: 0,
  isDone: false,
  isRevoked: false,
  settled: [],
};

/** One step of a group record. */
export type GroupChange =
  | { readonly op: 'joined'; readonly member: string; readonly sessionMs: number }
  | { readonly op: 'left'; readonly member: string }
  | { readonly op: 'shard'; readonly shardIndex: number; readonly shard: GroupShard }
  | { readonly op: 'forgot'; readonly shardIndex: number }
  | { readonly op: 'deleted' };

export interface GroupRecord {
  /** Number of the group in its cell: never used again. */
  readonly id: number;
  readonly entity: number;
  readonly name: string;
  readonly changes: readonly GroupChange[];
}

export class ConsumerGroup implements Persistent {
  readonly kind = rowKind.consumerGroup;
  /** The stream's. */
  readonly entity: number;
  readonly index: number;
  readonly name: string;
  dirtySince = 0;
  isSaving = false;
  loadedPosition = 0;
  isGone = false;
  /** Length of each member's session, ms. */
  readonly members = new Map<string, number>();
  readonly shards = new Map<number, GroupShard>();

  // --- volatile ---
  /** When each member's session is over; a restart gives everybody a new one. */
  readonly sessionsEndMs = new Map<string, number>();
  /** Revoked shards of which an answer has told their member. */
  readonly toldRevoked = new Set<number>();
  /** Views: whose turn it is among the shards. */
  turn = 0;

  constructor(entity: number, id: number, name: string) {
    this.entity = entity;
    this.index = id;
    this.name = name;
  }

  shard(index: number): GroupShard {
    return this.shards.get(index) ?? untouchedShard;
  }

  apply(changes: readonly GroupChange[]): void {
    for (const change of changes) {
      switch (change.op) {
        case 'joined':
          this.members.set(change.member, change.sessionMs);
          break;
        case 'left':
          this.members.delete(change.member);
          this.sessionsEndMs.delete(change.member);
          break;
        case 'shard':
          this.shards.set(change.shardIndex, change.shard);
          break;
        case 'forgot':
          this.shards.delete(change.shardIndex);
          break;
        case 'deleted':
          this.isGone = true;
          break;
      }
    }
  }

  /** After a restore: who was given a shard in the lost future checkpoints nothing any more. */
  tokensAhead(jump: number): void {
    for (const [index, shard] of this.shards) this.shards.set(index, { ...shard, token: shard.token + jump });
  }

  facts() {
    return {
      entity: this.entity,
      name: this.name,
      members: [...this.members].sort(([a], [b]) => (a < b ? -1 : 1)),
      shards: [...this.shards].sort(([a], [b]) => a - b),
    };
  }

  encode(position: number): Uint8Array | null {
    if (this.isGone) return null;
    return packr.pack({ version: 1, position, ...this.facts() });
  }

  static decode(id: number, bytes: Uint8Array): ConsumerGroup {
    const row = packr.unpack(bytes) as ReturnType<ConsumerGroup['facts']> & { position: number };
    const group = new ConsumerGroup(row.entity, id, row.name);
    group.loadedPosition = row.position;
    for (const [member, sessionMs] of row.members) group.members.set(member, sessionMs);
    for (const [index, shard] of row.shards) group.shards.set(index, shard);
    return group;
  }
}
