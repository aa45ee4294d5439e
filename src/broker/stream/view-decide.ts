// Decides receives and settlements of views. Only what is settled is recorded.
import { limits } from '../../base/limits.ts';
import type { BrokerError } from '../errors.ts';
import { brokerError } from '../errors.ts';
import type { Reply } from '../command.ts';
import { arrivedAtMs, dataStart } from '../record-batch.ts';
import type {
  ChangeLeaseInView,
  ReceiveFromView,
  SettleInView,
  ViewDelivery,
  ViewLeaseRef,
} from '../view-types.ts';
import type { StreamContext } from './context.ts';
import { isReady, GroupDraft } from './group-balance.ts';
import type { GroupChange, GroupShard } from './group.ts';
import type { Shard } from './shard.ts';
import type { Stream } from './stream.ts';
import type { View, ViewEntry } from './view.ts';

const leaseOver: BrokerError = brokerError('lease_expired', 'the lease is over');
const noLease: BrokerError = brokerError('lease_invalid', 'the view has not handed out this record');

export function receiveFromView(
  context: StreamContext,
  view: View,
  command: ReceiveFromView,
): ViewDelivery[] {
  const stream = context.state.stream(command.entity) as Stream;
  const deliveries: ViewDelivery[] = [];
  const draft = new GroupDraft(view.group);
  const ready = [...stream.shards.values()].filter((shard) => isReady(stream, draft, shard));
  // Another shard is first each time, so that none waits behind a busy one.
  const first = ready.length === 0 ? 0 : view.group.turn++ % ready.length;
  for (let i = 0; i < ready.length; i++) {
    const room = Math.min(
      command.recordsMax - deliveries.length,
      limits.leasesPerQueueMax - view.leasedCount,
    );
    if (room <= 0) break;
    const shard = ready[(first + i) % ready.length] as Shard;
    for (const entry of view.pick(context, shard, room)) {
      const delivery = handOut(context, view, { shard, entry, command });
      if (delivery !== undefined) deliveries.push(delivery);
    }
  }
  return deliveries;
}

function handOut(
  context: StreamContext,
  view: View,
  what: { readonly shard: Shard; readonly entry: ViewEntry; readonly command: ReceiveFromView },
): ViewDelivery | undefined {
  const { shard, entry, command } = what;
  const { session = 0, leaseMs } = command;
  const body = context.log.body(shard.entity, entry.sequence);
  // Damaged: it is never handed out, and holds up nobody.
  if (body === undefined) {
    view.settle(entry);
    return undefined;
  }
  const generation = context.nextGeneration();
  const untilMs = session > 0 ? Infinity : context.state.nowMs + leaseMs;
  view.lease(entry, { generation, untilMs, session });
  const source = Buffer.from(body);
  return {
    shardIndex: shard.birth.index,
    sequence: entry.sequence,
    generation,
    receiveCount: entry.receiveCount,
    arrivedAtMs: arrivedAtMs(source, 0),
    key: entry.key,
    data: source.subarray(dataStart(source, 0)),
  };
}

export function settleInView(context: StreamContext, view: View, command: SettleInView): Reply {
  const byShard = new Map<number, number[]>();
  const outcomes = command.leases.map((lease) => {
    const found = leased(view, lease);
    if ('code' in found) return found;
    view.settle(found);
    const sequences = byShard.get(lease.shardIndex) ?? [];
    sequences.push(lease.sequence);
    byShard.set(lease.shardIndex, sequences);
    return undefined;
  });
  const changes: GroupChange[] = [];
  for (const [shardIndex, sequences] of byShard) {
    const shard = settledShard(context, view, shardIndex, sequences);
    changes.push({ op: 'shard', shardIndex, shard });
    if (shard.isDone) view.forget(shardIndex);
  }
  if (changes.length > 0) context.record.group(view.group, changes);
  return { kind: 'outcomes', outcomes };
}

/** The shard's position moves over everything that is settled; it is done at the end of a closed shard. */
function settledShard(
  context: StreamContext,
  view: View,
  shardIndex: number,
  sequences: readonly number[],
): GroupShard {
  const before = view.group.shard(shardIndex);
  const shard = context.state.shard(view.group.entity, shardIndex);
  const settled = [...before.settled, ...sequences].sort((a, b) => a - b);
  let nextSequence = Math.max(before.nextSequence, shard?.floor ?? 0);
  let passed = 0;
  while (passed < settled.length && (settled[passed] as number) <= nextSequence) {
    nextSequence = Math.max(nextSequence, (settled[passed] as number) + 1);
    passed++;
  }
  const isDone = shard === undefined || (shard.isCommittedClosed && nextSequence >= shard.committedNext);
  return { ...before, nextSequence, settled: settled.slice(passed), isDone };
}

export function changeLeaseInView(context: StreamContext, view: View, command: ChangeLeaseInView): Reply {
  const outcomes = command.leases.map((lease) => {
    const found = leased(view, lease);
    if ('code' in found) return found;
    if (lease.leaseMs === 0) view.release(found);
    else found.untilMs = context.state.nowMs + lease.leaseMs;
    return undefined;
  });
  return { kind: 'outcomes', outcomes };
}

function leased(view: View, lease: ViewLeaseRef): ViewEntry | BrokerError {
  const entry = view.entry(lease.shardIndex, lease.sequence);
  if (entry === undefined) return noLease;
  return entry.generation === lease.generation ? entry : leaseOver;
}
