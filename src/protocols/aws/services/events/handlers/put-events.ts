// PutEvents: entries become publications, one command per bus. Where they are all for one bus, which is
// nearly always so, nothing waits on a promise: the answer is made when the core has committed.
import { randomUUID } from 'node:crypto';
import { limits } from '../../../../../base/limits.ts';
import type { Publication, Publish, Reply } from '../../../../../broker/index.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import { type Bus, callerAddress, findBus } from '../bus-ref.ts';
import { compactJson, eventText } from '../envelope.ts';
import { brokerFailure, notBuilt, validationError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { type BusAddress, busArn } from '../names.ts';
import { type Entry, entryBytes, entryFailure } from '../put-entry.ts';
import { expectReply } from '../reply.ts';

type Output = EventsOutput<'PutEvents'>;
type Result = NonNullable<Output['Entries']>[number];

interface Batch {
  readonly bus: Bus;
  readonly messages: Publication[];
  /** Places of its entries in the request. */
  readonly places: number[];
}

export function putEvents(
  events: Events,
  input: EventsInput<'PutEvents'>,
  call: Call,
): Output | Pending | Promise<Output> {
  const { Entries: entries, EndpointId: endpoint } = input;
  if (endpoint !== undefined) throw notBuilt('Global endpoints');
  checkSize(entries);
  const results: Result[] = [];
  const batches = new Map<string, Batch>();
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    const failure = entryFailure(entry);
    results.push(failure ?? take(events, call, { entry, place: i, batches }));
  }
  if (batches.size === 0) return outputOf(results);
  if (batches.size > 1) return putToAll(call, [...batches.values()], results);
  for (const batch of batches.values()) return call.submit(commandOf(batch), answer, results);
  return outputOf(results);
}

function checkSize(entries: readonly Entry[]): void {
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  if (bytes <= limits.eventsPutBytesMax) return;
  throw validationError('Total size of the entries in the request is over the limit.');
}

interface Taking {
  readonly entry: Entry;
  readonly place: number;
  readonly batches: Map<string, Batch>;
}

/** What is put to a bus that does not exist is accepted and forgotten. */
function take(events: Events, call: Call, { entry, place, batches }: Taking): Result {
  const address = callerAddress(call, entry.EventBusName);
  const bus = findBus(events, address);
  authorize(call, address, { entry, bus });
  const id = randomUUID();
  if (bus === undefined) return { EventId: id };
  let batch = batches.get(bus.arn);
  if (batch === undefined) {
    batch = { bus, messages: [], places: [] };
    batches.set(bus.arn, batch);
  }
  batch.messages.push(publicationOf(events, call, { entry, id, bus }));
  batch.places.push(place);
  return { EventId: id };
}

function authorize(
  call: Call,
  address: BusAddress,
  { entry, bus }: { readonly entry: Entry; readonly bus: Bus | undefined },
): void {
  const context = { 'events:source': entry.Source, 'events:detail-type': entry.DetailType };
  const resource = bus?.resource ?? { arn: busArn(address, address.bus), account: address.account };
  call.authorize('events:PutEvents', { ...resource, context });
}

function publicationOf(
  events: Events,
  call: Call,
  { entry, id, bus }: { readonly entry: Entry; readonly id: string; readonly bus: Bus },
): Publication {
  const body = eventText({
    id,
    account: call.principal.account,
    region: bus.region,
    source: entry.Source!,
    detailType: entry.DetailType!,
    detail: compactJson(entry.Detail!),
    timeMs: entry.Time ?? events.clock.nowMs(),
    resources: entry.Resources ?? [],
  });
  return { body, attributes: [], id, sender: call.principal.id, trace: entry.TraceHeader };
}

function commandOf({ bus, messages }: Batch): Publish {
  return { kind: 'publish', entity: bus.definition.entity, messages };
}

/** The whole request fails when its only bus took nothing: the client tries it again. */
function answer(reply: Reply, _call: Call, results: readonly Result[]): Output {
  // Deleted meanwhile: as if it had not existed.
  if (reply.kind === 'error' && reply.error.code === 'topic_not_found') return outputOf(results);
  expectReply(reply, 'published');
  return outputOf(results);
}

async function putToAll(call: Call, batches: readonly Batch[], results: Result[]): Promise<Output> {
  const replies = await Promise.all(batches.map((batch) => call.run(commandOf(batch))));
  for (const [i, reply] of replies.entries()) {
    if (reply.kind !== 'error' || reply.error.code === 'topic_not_found') continue;
    const { type, message } = brokerFailure(reply.error);
    for (const place of batches[i]!.places) results[place] = { ErrorCode: type, ErrorMessage: message };
  }
  return outputOf(results);
}

function outputOf(entries: readonly Result[]): Output {
  let failedCount = 0;
  for (const { ErrorCode: code } of entries) if (code !== undefined) failedCount++;
  return { FailedEntryCount: failedCount, Entries: entries };
}
