// Replays: started, cancelled, shown. They run by themselves (replay-run.ts).
import { limits } from '../../../../../base/limits.ts';
import type { Call } from '../../../engine/service.ts';
import { archiveOfArn } from '../archive.ts';
import { requireBus } from '../bus-ref.ts';
import { changeDocument } from '../change.ts';
import {
  authorizeKept,
  callerPlace,
  createKept,
  deleteKept,
  type Kept,
  keptArn,
  keptOf,
  listKept,
} from '../documents.ts';
import { exists, illegalStatus, invalidParameter, limitExceeded, notFound } from '../errors.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { documentPrefix, namespaceOf, parseBusArn, parseNamedArn, type Place } from '../names.ts';
import { findReplay, isUnfinished, type ReplayValue } from '../replay.ts';

type Replay = Kept<ReplayValue>;

export async function startReplay(
  events: Events,
  input: EventsInput<'StartReplay'>,
  call: Call,
): Promise<EventsOutput<'StartReplay'>> {
  const { ReplayName: name, EventSourceArn: archiveArn, Destination: destination } = input;
  const place = authorizeKept(call, 'replay', name);
  checkWindow(input);
  checkEnds(events, archiveArn, destination.Arn);
  if (findReplay(events.broker.catalog, place, name) !== undefined) throw exists('Replay', name);
  await admit(events, call, place);
  const made = await createKept<ReplayValue>(call, 'replay', name, {
    state: 'STARTING',
    description: input.Description,
    archiveArn,
    destinationArn: destination.Arn,
    filterArns: destination.FilterArns,
    fromMs: input.EventStartTime,
    toMs: input.EventEndTime,
    startedAtMs: events.clock.nowMs(),
  });
  if (made === undefined) throw exists('Replay', name);
  events.runReplay(made.definition.entity);
  return { ...stateOf(made), ReplayStartTime: made.value.startedAtMs };
}

function checkWindow({ EventStartTime: from, EventEndTime: to }: EventsInput<'StartReplay'>): void {
  if (from < to) return;
  throw invalidParameter('EventEndTime', 'EventStartTime must be before EventEndTime.');
}

function checkEnds(events: Events, archiveArn: string, destinationArn: string): void {
  const address = parseNamedArn('archive', archiveArn);
  if (address === undefined) throw invalidParameter('EventSourceArn', 'Must contain an archive ARN.');
  const bus = parseBusArn(destinationArn);
  if (bus === undefined) throw invalidParameter('Destination.Arn', 'Must contain an event bus ARN.');
  requireBus(events, bus);
  const archive = archiveOfArn(events.broker.catalog, archiveArn);
  if (archive === undefined) {
    throw invalidParameter('EventSourceArn', `Archive ${address.name} does not exist.`);
  }
  if (archive.value.sourceArn !== destinationArn) {
    throw invalidParameter('Destination.Arn', 'Cross event bus replay is not permitted.');
  }
}

/** Replays are never deleted by their owners: old ones go when new ones come (AWS: after 90 days). */
const keptMs = 90 * 86_400_000;

async function admit(events: Events, call: Call, place: Place): Promise<void> {
  const { documents } = events.broker.catalog;
  const namespace = namespaceOf(place);
  const prefix = documentPrefix('replay');
  const oldestMs = events.clock.nowMs() - keptMs;
  const old: Replay[] = [];
  let runningCount = 0;
  for (const definition of documents.all()) {
    const { name } = definition;
    if (name.namespace !== namespace || !name.name.startsWith(prefix)) continue;
    const replay = keptOf<ReplayValue>('replay', definition);
    if (isUnfinished(replay)) runningCount++;
    else if ((replay.value.endedAtMs ?? 0) < oldestMs) old.push(replay);
  }
  if (runningCount >= limits.eventsReplaysRunningMax) {
    throw limitExceeded(`There are already ${runningCount} replays that are not at their end.`);
  }
  await Promise.all(old.map((replay) => deleteKept(call, replay)));
}

export async function cancelReplay(
  events: Events,
  input: EventsInput<'CancelReplay'>,
  call: Call,
): Promise<EventsOutput<'CancelReplay'>> {
  authorizeKept(call, 'replay', input.ReplayName);
  const find = () => requireReplay(events, call, input.ReplayName).definition;
  const changed = await changeDocument(call, find, (definition) => {
    const replay = keptOf<ReplayValue>('replay', definition);
    if (!isUnfinished(replay) || replay.value.state === 'CANCELLING') {
      throw illegalStatus(`Replay ${replay.name} is not in a valid state for this operation.`);
    }
    return { ...replay.value, state: 'CANCELLING' } satisfies ReplayValue;
  });
  events.runReplay(changed.entity);
  return stateOf(keptOf<ReplayValue>('replay', changed));
}

export function describeReplay(
  events: Events,
  input: EventsInput<'DescribeReplay'>,
  call: Call,
): EventsOutput<'DescribeReplay'> {
  authorizeKept(call, 'replay', input.ReplayName);
  const replay = requireReplay(events, call, input.ReplayName);
  const { value } = replay;
  const filters = value.filterArns;
  return {
    ...summaryOf(replay),
    ReplayArn: keptArn(replay, 'replay', replay.name),
    Description: value.description,
    Destination: {
      Arn: value.destinationArn,
      ...(filters === undefined ? {} : { FilterArns: filters }),
    },
  };
}

export function listReplays(
  events: Events,
  input: EventsInput<'ListReplays'>,
  call: Call,
): EventsOutput<'ListReplays'> {
  const { State: state, EventSourceArn: source } = input;
  const { items, NextToken } = listKept<ReplayValue>(events, call, {
    type: 'replay',
    input,
    isShown: ({ value }) =>
      (state === undefined || value.state === state) && (source === undefined || value.archiveArn === source),
  });
  return { Replays: items.map(summaryOf), NextToken };
}

function requireReplay(events: Events, call: Call, name: string): Replay {
  const replay = findReplay(events.broker.catalog, callerPlace(call), name);
  if (replay === undefined) throw notFound('Replay', name);
  return replay;
}

function stateOf(replay: Replay) {
  return {
    ReplayArn: keptArn(replay, 'replay', replay.name),
    State: replay.value.state as string,
    StateReason: replay.value.stateReason,
  };
}

function summaryOf({ name, value }: Replay) {
  return {
    ReplayName: name,
    EventSourceArn: value.archiveArn,
    State: value.state as string,
    StateReason: value.stateReason,
    EventStartTime: value.fromMs,
    EventEndTime: value.toMs,
    EventLastReplayedTime: value.lastReplayedMs,
    ReplayStartTime: value.startedAtMs,
    ReplayEndTime: value.endedAtMs,
  };
}
