// The journal of a stream cell: one writer that records a change and applies it at once, one reader that
// applies what was recorded. Both end in the same `apply` methods, so that replay cannot differ from the live
// path. Little endian, u8 type first.
//
//   type  record     fields
//   1     time       f64 now
//   2     opened     u32 entity, f64 created at, u32 shards, u32 first lane
//   3     appended   u32 lane, u32 count (the sequences go on)
//   4     resharded  u32+n msgpack
//   5     trimmed    u32 lane, f64 floor
//   6     dropped    u32 entity
//   7     started    f64 epoch
//   8     ahead      f64 jump
//   9     group      u32+n msgpack
//   10    arrived    u16 source cell, f64 outbox sequence
//
// To change a record: add a new type and keep the old reader; numbers are never reused.
import { Packr } from 'msgpackr';
import { unreachable } from '../../base/assert.ts';
import type { ByteWriter } from '../../base/bytes.ts';
import { ByteReader } from '../../base/bytes.ts';
import type { ConsumerGroup, GroupChange, GroupRecord } from './group.ts';
import type { ShardBirth } from './shard.ts';
import type { OpenedFacts, ReshardedFacts, StreamCellState } from './state.ts';

const recordType = {
  time: 1,
  opened: 2,
  appended: 3,
  resharded: 4,
  trimmed: 5,
  dropped: 6,
  started: 7,
  ahead: 8,
  group: 9,
  arrived: 10,
} as const;
type RecordType = (typeof recordType)[keyof typeof recordType];

const packr = new Packr({ useRecords: false });

/** Records a change in the open group and applies it. */
export class StreamRecorder {
  readonly #state: StreamCellState;
  #out: ByteWriter;
  /** Time last written into the open group. */
  #writtenMs = -1;

  constructor(state: StreamCellState, out: ByteWriter) {
    this.#state = state;
    this.#out = out;
  }

  /** Another group was opened: its records start with the time. */
  open(out: ByteWriter): void {
    this.#out = out;
    this.#writtenMs = -1;
  }

  opened(facts: OpenedFacts): void {
    const out = this.#begin(recordType.opened);
    out.u32(facts.entity);
    out.f64(facts.createdAtMs);
    out.u32(facts.shardCount);
    out.u32(facts.firstLane);
    this.#state.applyOpened(facts);
  }
  appended(lane: number, count: number): void {
    const out = this.#begin(recordType.appended);
    out.u32(lane);
    out.u32(count);
    this.#state.applyAppended(lane, count);
  }
  resharded(facts: ReshardedFacts): void {
    this.#begin(recordType.resharded).raw32(
      packr.pack({ ...facts, children: facts.children.map(packBirth) }),
    );
    this.#state.applyResharded(facts);
  }
  trimmed(lane: number, floor: number): void {
    const out = this.#begin(recordType.trimmed);
    out.u32(lane);
    out.f64(floor);
    this.#state.applyTrimmed(lane, floor);
  }
  dropped(entity: number): void {
    this.#begin(recordType.dropped).u32(entity);
    this.#state.applyDropped(entity);
  }
  started(epoch: number): void {
    this.#begin(recordType.started).f64(epoch);
    this.#state.applyStarted(epoch);
  }
  ahead(jump: number): void {
    this.#begin(recordType.ahead).f64(jump);
    this.#state.applyAhead(jump);
  }

  arrived(source: number, outboxSequence: number): void {
    const out = this.#begin(recordType.arrived);
    out.u16(source);
    out.f64(outboxSequence);
    this.#state.applyArrived(source, outboxSequence);
  }

  group({ index: id, entity, name }: ConsumerGroup, changes: readonly GroupChange[]): void {
    const record: GroupRecord = { id, entity, name, changes };
    this.#begin(recordType.group).raw32(packr.pack(record));
    this.#state.applyGroup(record);
  }

  #begin(type: RecordType): ByteWriter {
    const out = this.#out;
    if (this.#state.nowMs !== this.#writtenMs) {
      this.#writtenMs = this.#state.nowMs;
      out.u8(recordType.time);
      out.f64(this.#writtenMs);
    }
    out.u8(type);
    return out;
  }
}

/** Applies the journal of one committed batch. */
export function replayJournal(state: StreamCellState, journal: Uint8Array, batch: number): void {
  state.batch = batch;
  const reader = new ByteReader(journal);
  while (!reader.isAtEnd) replayRecord(state, reader);
}

function replayRecord(state: StreamCellState, reader: ByteReader): void {
  const type = reader.u8() as RecordType;
  switch (type) {
    case recordType.time:
      state.nowMs = reader.f64();
      return;
    case recordType.opened:
      return state.applyOpened({
        entity: reader.u32(),
        createdAtMs: reader.f64(),
        shardCount: reader.u32(),
        firstLane: reader.u32(),
      });
    case recordType.appended:
      return state.applyAppended(reader.u32(), reader.u32());
    case recordType.resharded:
      return state.applyResharded(unpackResharded(reader.raw32()));
    case recordType.trimmed:
      return state.applyTrimmed(reader.u32(), reader.f64());
    case recordType.dropped:
      return state.applyDropped(reader.u32());
    case recordType.started:
      return state.applyStarted(reader.f64());
    case recordType.ahead:
      return state.applyAhead(reader.f64());
    case recordType.arrived:
      return state.applyArrived(reader.u16(), reader.f64());
    case recordType.group:
      return state.applyGroup(packr.unpack(reader.raw32()) as GroupRecord);
    default:
      return unreachable(type);
  }
}

type PackedBirth = Omit<ShardBirth, 'startHash' | 'endHash'> & {
  readonly startHash: string;
  readonly endHash: string;
};

function packBirth(birth: ShardBirth): PackedBirth {
  return { ...birth, startHash: birth.startHash.toString(16), endHash: birth.endHash.toString(16) };
}

function unpackResharded(bytes: Uint8Array): ReshardedFacts {
  const facts = packr.unpack(bytes) as Omit<ReshardedFacts, 'children'> & { children: PackedBirth[] };
  const children = facts.children.map((birth) => ({
    ...birth,
    startHash: BigInt(`0x${birth.startHash}`),
    endHash: BigInt(`0x${birth.endHash}`),
  }));
  return { ...facts, children };
}
