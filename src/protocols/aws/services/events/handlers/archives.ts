// Archives: made of a document, a stream and a binding, in this order, and taken apart the other way round,
// so that what a crash leaves half done can be deleted and made again.
import type { Call } from '../../../engine/service.ts';
import {
  archiveBindingName,
  archiveBindingOwnName,
  archiveMatcher,
  archiveStream,
  type ArchiveValue,
  findArchive,
  isWhole,
  retentionMs,
} from '../archive.ts';
import { archiveSize } from '../archive-read.ts';
import { ensureDefaultBus, requireBus } from '../bus-ref.ts';
import { attemptsMax, changeBinding, changeDocument } from '../change.ts';
import {
  authorizeKept,
  callerPlace,
  createKept,
  deleteKept,
  type Kept,
  keptArn,
  keptOf,
  listKept,
  plain,
} from '../documents.ts';
import { beingChanged, exists, invalidParameter, notFound, resourceNotFound } from '../errors.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { parseBusArn } from '../names.ts';
import { expectReply } from '../reply.ts';
import { compilePattern } from './rules.ts';

type Archive = Kept<ArchiveValue>;

export async function createArchive(
  events: Events,
  input: EventsInput<'CreateArchive'>,
  call: Call,
): Promise<EventsOutput<'CreateArchive'>> {
  authorizeKept(call, 'archive', input.ArchiveName);
  const bus = parseBusArn(input.EventSourceArn);
  if (bus === undefined) throw invalidParameter('EventSourceArn', 'Must contain an event bus ARN.');
  matcherOf(input.EventPattern);
  await ensureDefaultBus(events, call, bus);
  requireBus(events, bus);
  const made = await createKept<ArchiveValue>(call, 'archive', input.ArchiveName, {
    sourceArn: input.EventSourceArn,
    bus,
    description: input.Description,
    pattern: input.EventPattern,
    retentionDays: input.RetentionDays ?? 0,
    keyIdentifier: input.KmsKeyIdentifier,
  });
  if (made === undefined) throw exists('Archive', input.ArchiveName);
  try {
    await createParts(events, call, made);
  } catch (error) {
    await removeAll(events, call, made);
    throw error;
  }
  return changedOf(events, made);
}

function matcherOf(pattern: string | undefined) {
  return archiveMatcher(pattern === undefined ? undefined : compilePattern(pattern));
}

async function createParts(events: Events, call: Call, archive: Archive): Promise<void> {
  const { value, name } = archive;
  const stream = archiveStream(archive);
  const made = await call.run({
    kind: 'createStream',
    name: stream,
    settings: { retentionMs: retentionMs(value.retentionDays), sharding: 'fixed', maxRecordBytes },
    initialShardCount: 1,
    readyAfterMs: 0,
    annotations: {},
    tags: {},
  });
  expectReply(made, 'stream');
  const bound = await call.run({
    kind: 'createBinding',
    topic: requireBus(events, value.bus).definition.entity,
    name: archiveBindingOwnName(name),
    isEnabled: true,
    matcher: matcherOf(value.pattern),
    targets: [{ id: '', kind: 'stream', name: stream }],
    annotations: {},
    tags: {},
  });
  expectReply(bound, 'binding');
}

/** No event is larger: PutEvents takes less. */
const maxRecordBytes = 10 * 1024 * 1024;

/** What is not given stays. */
export async function updateArchive(
  events: Events,
  input: EventsInput<'UpdateArchive'>,
  call: Call,
): Promise<EventsOutput<'UpdateArchive'>> {
  authorizeKept(call, 'archive', input.ArchiveName);
  matcherOf(input.EventPattern);
  const find = () => requireArchive(events, call, input.ArchiveName).definition;
  const changed = await changeDocument(call, find, (definition) => {
    const { value } = keptOf<ArchiveValue>('archive', definition);
    return plain({
      ...value,
      description: input.Description ?? value.description,
      pattern: input.EventPattern ?? value.pattern,
      retentionDays: input.RetentionDays ?? value.retentionDays,
      keyIdentifier: input.KmsKeyIdentifier ?? value.keyIdentifier,
    });
  });
  const archive = keptOf<ArchiveValue>('archive', changed);
  if (input.EventPattern !== undefined) await setPattern(events, call, archive);
  if (input.RetentionDays !== undefined) await setRetention(events, call, archive);
  return changedOf(events, archive);
}

async function setPattern(events: Events, call: Call, archive: Archive): Promise<void> {
  const find = () => {
    const binding = events.broker.catalog.bindings.find(archiveBindingName(archive));
    if (binding === undefined) throw resourceNotFound(`The event bus of archive ${archive.name} is gone.`);
    return binding;
  };
  await changeBinding(call, find, () => ({ matcher: matcherOf(archive.value.pattern) }));
}

async function setRetention(events: Events, call: Call, archive: Archive): Promise<void> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const stream = events.broker.catalog.streams.find(archiveStream(archive));
    if (stream === undefined) throw notFound('Archive', archive.name);
    const { entity, revision } = stream;
    const settings = { ...stream.settings, retentionMs: retentionMs(archive.value.retentionDays) };
    const reply = await call.run({ kind: 'updateStream', entity, expectedRevision: revision, settings });
    if (reply.kind !== 'error' || reply.error.code !== 'revision_conflict') {
      expectReply(reply, 'stream');
      return;
    }
  }
  throw beingChanged('The archive');
}

export async function deleteArchive(
  events: Events,
  input: EventsInput<'DeleteArchive'>,
  call: Call,
): Promise<object> {
  authorizeKept(call, 'archive', input.ArchiveName);
  const archive = requireArchive(events, call, input.ArchiveName);
  await removeAll(events, call, archive);
  return {};
}

async function removeAll(events: Events, call: Call, archive: Archive): Promise<void> {
  const { bindings, streams } = events.broker.catalog;
  const binding = bindings.find(archiveBindingName(archive));
  if (binding !== undefined) await call.run({ kind: 'deleteBinding', entity: binding.entity });
  const stream = streams.find(archiveStream(archive));
  if (stream !== undefined) await call.run({ kind: 'deleteStream', entity: stream.entity, afterMs: 0 });
  await deleteKept(call, archive);
}

export async function describeArchive(
  events: Events,
  input: EventsInput<'DescribeArchive'>,
  call: Call,
): Promise<EventsOutput<'DescribeArchive'>> {
  authorizeKept(call, 'archive', input.ArchiveName);
  const archive = requireArchive(events, call, input.ArchiveName);
  const { value } = archive;
  return {
    ...(await summaryOf(events, archive)),
    ArchiveArn: keptArn(archive, 'archive', archive.name),
    Description: value.description,
    EventPattern: value.pattern,
    KmsKeyIdentifier: value.keyIdentifier,
  };
}

export async function listArchives(
  events: Events,
  input: EventsInput<'ListArchives'>,
  call: Call,
): Promise<EventsOutput<'ListArchives'>> {
  const { EventSourceArn: source, State: state } = input;
  const bus = source === undefined ? undefined : parseBusArn(source);
  if (bus !== undefined) requireBus(events, bus);
  const { items, NextToken } = listKept<ArchiveValue>(events, call, {
    type: 'archive',
    input,
    isShown: (archive) =>
      (source === undefined || archive.value.sourceArn === source) &&
      (state === undefined || stateOf(events, archive) === state),
  });
  return { Archives: await Promise.all(items.map((archive) => summaryOf(events, archive))), NextToken };
}

function requireArchive(events: Events, call: Call, name: string): Archive {
  const archive = findArchive(events.broker.catalog, callerPlace(call), name);
  if (archive === undefined) throw notFound('Archive', name);
  return archive;
}

/** Disabled: its bus is gone, and nothing comes any more. */
function stateOf(events: Events, archive: Archive): 'ENABLED' | 'DISABLED' {
  return isWhole(events.broker.catalog, archive) ? 'ENABLED' : 'DISABLED';
}

function changedOf(events: Events, archive: Archive) {
  return {
    ArchiveArn: keptArn(archive, 'archive', archive.name),
    State: stateOf(events, archive) as string,
    CreationTime: archive.definition.createdAtMs,
  };
}

async function summaryOf(events: Events, archive: Archive) {
  const stream = events.broker.catalog.streams.find(archiveStream(archive));
  const size = stream === undefined ? undefined : await archiveSize(events.broker, stream.entity);
  return {
    ArchiveName: archive.name,
    EventSourceArn: archive.value.sourceArn,
    State: stateOf(events, archive) as string,
    RetentionDays: archive.value.retentionDays,
    SizeBytes: size?.bytes ?? 0,
    EventCount: size?.count ?? 0,
    CreationTime: archive.definition.createdAtMs,
  };
}
