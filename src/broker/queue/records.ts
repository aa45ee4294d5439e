// The journal of a queue cell: one writer that records a change and applies it at once, one reader that
// applies what was recorded. Both end in the same `apply` methods, so that replay cannot differ from the
// live path. Little endian, u8 type first; entity u32, sequences, times and generations f64.
//
//   type  record        fields
//   1     time          now
//   2     sent          entity, sequence, u8 flags, [group] [due] [4 x u32 dedup],
//                       [sent at, u16 count, first receive]
//   3     leased        entity, sequence, generation, until, u16 count
//   4     counted       entity, sequence, generation, u16 count
//   5     lease changed entity, sequence, generation, until, u8 prior state
//   6     released      entity, sequence, u8 prior state, u16 count
//   7     due           entity, sequence
//   8     settled       entity, sequence, u8 prior state
//   9     moving        entity, sequence, u8 prior state, outbox sequence, u16 cell, u32 target, u8 kind,
//                       text task
//   10    answered      outbox sequence, entity, sequence, u8 outcome, u16 count
//   11    arrived       u16 source cell, outbox sequence, u8 is accepted
//   12    floor         entity, floor, 4 x f64 dropped by state
//   13    dropped       entity
//   14    started       epoch
//   15    task          u32+n msgpack
//   16    ahead         jump
//   17    published     topic, sequence in it, u8 flags, [4 x u32 dedup]
//   18    shared        publications, sequence, u16 routes, each: outbox sequence, u16 cell
//   19    once          u32 key, sequence
//   20    copied        entity, u32+u16 sequence: sent without any of the optional fields
//
// To change a record: add a new type and keep the old reader; numbers are never reused.
import { Packr } from 'msgpackr';
import type { ByteWriter } from '../../base/bytes.ts';
import { ByteReader } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import { unreachable } from '../../base/assert.ts';
import type { OutboxEntry, TaskRecord } from './cell-root.ts';
import type { MessageState } from './queue.ts';
import { messageStates } from './queue.ts';
import { publicationsEntity } from '../routing/publication.ts';
import type { SharedRoute } from './shared-records.ts';
import { copiedFacts, flags, readDedup, readSent } from './sent-records.ts';
import { applyShared, readRoutes } from './shared-records.ts';
import type { PublishedFacts, QueueCellState, SentFacts } from './state.ts';

const recordType = {
  time: 1,
  sent: 2,
  leased: 3,
  counted: 4,
  leaseChanged: 5,
  released: 6,
  due: 7,
  settled: 8,
  moving: 9,
  answered: 10,
  arrived: 11,
  floor: 12,
  dropped: 13,
  started: 14,
  task: 15,
  ahead: 16,
  published: 17,
  shared: 18,
  once: 19,
  copied: 20,
} as const;

const packr = new Packr({ useRecords: false });

/** How a move ended. forgotten: the message was purged or its queue deleted while it was on its way. */
export type MoveOutcome = 'accepted' | 'refused' | 'forgotten';
const moveOutcomes: readonly MoveOutcome[] = ['accepted', 'refused', 'forgotten'];

export interface LeaseFacts {
  readonly entity: number;
  readonly sequence: number;
  readonly generation: number;
  readonly untilMs: number;
  readonly count: number;
}

/** Records a change in the open group and applies it. */
export class Recorder {
  readonly #state: QueueCellState;
  #out: ByteWriter;
  /** Time last written into the open group. */
  #writtenMs = -1;

  constructor(state: QueueCellState, out: ByteWriter) {
    this.#state = state;
    this.#out = out;
  }

  /** Another group was opened: its records start with the time. */
  open(out: ByteWriter): void {
    this.#out = out;
    this.#writtenMs = -1;
  }

  sent(facts: SentFacts): void {
    const out = this.#begin(recordType.sent, facts.entity, facts.sequence);
    out.u8(
      (facts.isOrdered ? flags.isOrdered : 0) |
        (facts.group === 0 ? 0 : flags.hasGroup) |
        (facts.dueMs === 0 ? 0 : flags.hasDue) |
        (facts.dedup === undefined ? 0 : flags.hasDedup) |
        (facts.isArrival ? flags.isArrival : 0),
    );
    if (facts.group !== 0) out.f64(facts.group);
    if (facts.dueMs !== 0) out.f64(facts.dueMs);
    if (facts.dedup !== undefined) for (let i = 0; i < 4; i++) out.u32(facts.dedup[i] as number);
    if (facts.isArrival) {
      out.f64(facts.sentAtMs);
      out.u16(facts.receiveCount);
      out.f64(facts.firstReceivedAtMs);
    }
    this.#state.applySent(facts);
  }
  leased(lease: LeaseFacts): void {
    const out = this.#begin(recordType.leased, lease.entity, lease.sequence);
    out.f64(lease.generation);
    out.f64(lease.untilMs);
    out.u16(Math.min(lease.count, 0xffff));
    this.#state.applyLeased(lease);
  }
  counted(lease: LeaseFacts): void {
    const out = this.#begin(recordType.counted, lease.entity, lease.sequence);
    out.f64(lease.generation);
    out.u16(Math.min(lease.count, 0xffff));
    this.#state.applyCounted(lease);
  }
  leaseChanged(change: LeaseFacts & { readonly prior: MessageState }): void {
    const out = this.#begin(recordType.leaseChanged, change.entity, change.sequence);
    out.f64(change.generation);
    out.f64(change.untilMs);
    out.u8(messageStates.indexOf(change.prior));
    this.#state.applyLeaseChanged(change);
  }
  released(release: { entity: number; sequence: number; prior: MessageState; count: number }): void {
    const out = this.#begin(recordType.released, release.entity, release.sequence);
    out.u8(messageStates.indexOf(release.prior));
    out.u16(release.count);
    this.#state.applyReleased(release);
  }
  due(entity: number, sequence: number): void {
    this.#begin(recordType.due, entity, sequence);
    this.#state.applyDue(entity, sequence);
  }
  settled(entity: number, sequence: number, prior: MessageState): void {
    this.#begin(recordType.settled, entity, sequence).u8(messageStates.indexOf(prior));
    this.#state.applySettled(entity, sequence, prior);
  }
  moving(entry: OutboxEntry, prior: MessageState): void {
    const out = this.#begin(recordType.moving, entry.entity, entry.sequence);
    out.u8(messageStates.indexOf(prior));
    out.f64(entry.outboxSequence);
    out.u16(entry.targetCell);
    out.u32(entry.targetEntity);
    out.u8(entry.kind === 'deadLetter' ? 0 : 1);
    out.text16(entry.taskId ?? '');
    applyMoving(this.#state, entry, prior);
  }
  answered(answer: { entry: OutboxEntry; outcome: MoveOutcome; count: number }): void {
    const out = this.#begin(recordType.answered, answer.entry.entity, answer.entry.sequence);
    out.f64(answer.entry.outboxSequence);
    out.u8(moveOutcomes.indexOf(answer.outcome));
    out.u16(answer.count);
    applyAnswered(this.#state, { ...answer, outboxSequence: answer.entry.outboxSequence }, answer.entry);
  }
  arrived(arrival: { source: number; outboxSequence: number; isAccepted: boolean }): void {
    this.#time();
    this.#out.u8(recordType.arrived);
    this.#out.u16(arrival.source);
    this.#out.f64(arrival.outboxSequence);
    this.#out.u8(arrival.isAccepted ? 1 : 0);
    this.#state.root.applyArrived(arrival, this.#state.batch);
  }
  floor(entity: number, floor: number, dropped: Readonly<Record<MessageState, number>>): void {
    const out = this.#begin(recordType.floor, entity, floor);
    for (const state of messageStates) out.f64(dropped[state]);
    this.#state.applyFloor(entity, floor, dropped);
  }
  dropped(entity: number): void {
    this.#begin(recordType.dropped, entity, 0);
    this.#state.applyDropped(entity);
  }
  started(epoch: number): void {
    this.#begin(recordType.started, 0, epoch);
    this.#state.root.applyStarted(epoch, this.#state.batch);
  }
  ahead(jump: number): void {
    this.#begin(recordType.ahead, 0, jump);
    this.#state.applySequencesAhead(jump);
    this.#state.root.applySequencesAhead(jump, this.#state.batch);
  }
  published(facts: PublishedFacts): void {
    const out = this.#begin(recordType.published, facts.entity, facts.sequence);
    out.u8(facts.dedup === undefined ? 0 : flags.hasDedup);
    if (facts.dedup !== undefined) for (let i = 0; i < 4; i++) out.u32(facts.dedup[i] as number);
    this.#state.applyPublished(facts);
  }
  shared(sequence: number, routes: readonly SharedRoute[]): void {
    const out = this.#begin(recordType.shared, publicationsEntity, sequence);
    out.u16(routes.length);
    for (const { outboxSequence, cell } of routes) {
      out.f64(outboxSequence);
      out.u16(cell);
    }
    applyShared(this.#state, sequence, routes);
  }
  /** The most frequent record of a fan-out: as few bytes as can be. */
  copied(entity: number, sequence: number): void {
    this.#time();
    this.#out.u8(recordType.copied);
    this.#out.u32(entity);
    this.#out.u32(sequence >>> 0);
    this.#out.u16(Math.floor(sequence / 4294967296));
    this.#state.applySent(copiedFacts(entity, sequence, this.#state.nowMs));
  }
  once(key: number, sequence: number): void {
    this.#begin(recordType.once, key, sequence);
    this.#state.root.applyOnce(key, sequence, this.#state.batch);
  }
  task(task: TaskRecord): void {
    this.#time();
    this.#out.u8(recordType.task);
    this.#out.raw32(packr.pack(task));
    this.#state.root.applyTask({ ...task }, this.#state.batch, limits.moveTasksPerQueueMax);
  }

  #begin(type: number, entity: number, sequence: number): ByteWriter {
    this.#time();
    const out = this.#out;
    out.u8(type);
    out.u32(entity);
    out.f64(sequence);
    return out;
  }
  #time(): void {
    if (this.#state.nowMs === this.#writtenMs) return;
    this.#writtenMs = this.#state.nowMs;
    this.#out.u8(recordType.time);
    this.#out.f64(this.#writtenMs);
  }
}

/** Applies the journal of one committed batch. */
export function replayJournal(state: QueueCellState, journal: Uint8Array, batch: number): void {
  state.batch = batch;
  const reader = new ByteReader(journal);
  while (!reader.isAtEnd) replayRecord(state, reader);
}

function replayRecord(state: QueueCellState, reader: ByteReader): void {
  const type = reader.u8() as (typeof recordType)[keyof typeof recordType];
  if (type === recordType.time) {
    state.nowMs = reader.f64();
    return;
  }
  if (type === recordType.arrived) {
    state.root.applyArrived(
      { source: reader.u16(), outboxSequence: reader.f64(), isAccepted: reader.u8() === 1 },
      state.batch,
    );
    return;
  }
  if (type === recordType.task) {
    state.root.applyTask(
      packr.unpack(reader.raw32()) as TaskRecord,
      state.batch,
      limits.moveTasksPerQueueMax,
    );
    return;
  }
  if (type === recordType.copied) {
    const [entity, low, high] = [reader.u32(), reader.u32(), reader.u16()];
    return state.applySent(copiedFacts(entity, low + high * 4294967296, state.nowMs));
  }
  const head = { entity: reader.u32(), sequence: reader.f64() };
  if (type === recordType.published) {
    state.applyPublished({ ...head, dedup: readDedup(reader, reader.u8()) });
  } else if (type === recordType.shared) applyShared(state, head.sequence, readRoutes(reader));
  else if (type === recordType.once) state.root.applyOnce(head.entity, head.sequence, state.batch);
  else replayMessageRecord(state, reader, { type, ...head });
}

type MessageRecordType = Exclude<
  (typeof recordType)[keyof typeof recordType],
  1 | 11 | 15 | 17 | 18 | 19 | 20
>;

function replayMessageRecord(
  state: QueueCellState,
  reader: ByteReader,
  head: { readonly type: MessageRecordType; readonly entity: number; readonly sequence: number },
): void {
  const { entity, sequence } = head;
  switch (head.type) {
    case recordType.sent:
      return state.applySent(readSent(reader, state.nowMs, entity, sequence));
    case recordType.leased:
      return state.applyLeased({
        entity,
        sequence,
        generation: reader.f64(),
        untilMs: reader.f64(),
        count: reader.u16(),
      });
    case recordType.counted:
      return state.applyCounted({ entity, sequence, generation: reader.f64(), count: reader.u16() });
    case recordType.leaseChanged:
      return state.applyLeaseChanged({
        entity,
        sequence,
        generation: reader.f64(),
        untilMs: reader.f64(),
        prior: readState(reader),
      });
    case recordType.released:
      return state.applyReleased({ entity, sequence, prior: readState(reader), count: reader.u16() });
    case recordType.due:
      return state.applyDue(entity, sequence);
    case recordType.settled:
      return state.applySettled(entity, sequence, readState(reader));
    case recordType.moving:
      return replayMoving(state, reader, entity, sequence);
    case recordType.answered:
      return applyAnswered(
        state,
        { outboxSequence: reader.f64(), outcome: readOutcome(reader), count: reader.u16() },
        { entity, sequence },
      );
    case recordType.floor:
      return state.applyFloor(entity, sequence, readCounts(reader));
    case recordType.dropped:
      return state.applyDropped(entity);
    case recordType.started:
      return state.root.applyStarted(sequence, state.batch);
    case recordType.ahead:
      state.applySequencesAhead(sequence);
      return state.root.applySequencesAhead(sequence, state.batch);
    default:
      return unreachable(head.type);
  }
}

function readState(reader: ByteReader): MessageState {
  return messageStates[reader.u8()] as MessageState;
}

function readOutcome(reader: ByteReader): MoveOutcome {
  return moveOutcomes[reader.u8()] as MoveOutcome;
}

function readCounts(reader: ByteReader): Record<MessageState, number> {
  return { ready: reader.f64(), leased: reader.f64(), delayed: reader.f64(), moving: reader.f64() };
}

function replayMoving(state: QueueCellState, reader: ByteReader, entity: number, sequence: number): void {
  const prior = readState(reader);
  const entry: OutboxEntry = {
    entity,
    sequence,
    outboxSequence: reader.f64(),
    targetCell: reader.u16(),
    targetEntity: reader.u32(),
    kind: reader.u8() === 0 ? 'deadLetter' : 'redrive',
    taskId: reader.text16() || undefined,
  };
  applyMoving(state, entry, prior);
}

function applyMoving(state: QueueCellState, entry: OutboxEntry, prior: MessageState): void {
  state.root.applyOutbox(entry, state.batch);
  state.applyMoving({ entity: entry.entity, sequence: entry.sequence, prior });
}

function applyAnswered(
  state: QueueCellState,
  answer: { readonly outboxSequence: number; readonly outcome: MoveOutcome; readonly count: number },
  message: { readonly entity: number; readonly sequence: number },
): void {
  state.root.applyAnswered(answer.outboxSequence, state.batch);
  // There is room in the outbox again.
  state.woken.add(message.entity);
  if (answer.outcome === 'accepted') state.applySettled(message.entity, message.sequence, 'moving');
  if (answer.outcome === 'refused') state.applyReleased({ ...message, prior: 'moving', count: answer.count });
}
