// Decides publications: which bindings match, what each target gets, then the message once and a reference
// for each copy in this cell, and one outbox entry for each other cell that has targets. Pure.
import { isoTime } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { QueueDefinition } from '../catalog-types.ts';
import type { OutgoingMessage, Reply } from '../command.ts';
import { brokerError } from '../errors.ts';
import { formatId, parseId } from '../message.ts';
import type { IdWords } from '../message.ts';
import { jsonSlice, stringOfSlice } from '../routing/json-slices.ts';
import { applyTransform } from '../routing/transform.ts';
import type {
  BindingDefinition,
  BindingTarget,
  Publication,
  Publish,
  PublishedMessage,
  TopicDefinition,
} from '../topic-types.ts';
import type { QueueContext } from './context.ts';
import { hashGroup } from './context.ts';
import { topicNotFound } from './errors.ts';
import { pageIndexOf } from './message-page.ts';
import type { LocalCopy, RemoteCopy, Route } from '../routing/publication.ts';
import { publicationsEntity, writePublication, writeReference } from '../routing/publication.ts';
import type { LocalTarget, Share } from './shares.ts';
import { Shares } from './shares.ts';
import { dedupHash, dedupedId, drawId, findFirst, refusalOf } from './send.ts';
import { hashId } from './dedup-hash.ts';
import type { DedupHash } from './dedup-table.ts';
import { streamCellBase } from './outbox.ts';

const outboxFull: Reply = {
  kind: 'error',
  error: brokerError('throttled', 'too many copies are on their way to other cells'),
};

export function decidePublish(context: QueueContext, command: Publish): Reply {
  const topic = context.catalog.topics.byEntity(command.entity);
  if (topic === undefined) return topicNotFound;
  const refusal = refusalOf(context);
  if (refusal !== undefined) return refusal;
  const { root } = context.state;
  if (root.outbox.size + command.messages.length > limits.outboxEntriesMax) return outboxFull;
  const { once } = command;
  if (once !== undefined && root.onceSequence(once.key) >= once.sequence)
    return { kind: 'published', messages: command.messages.map(() => done) };
  // Everything is looked at first, and may answer Need; only then is anything recorded.
  const plans = command.messages.map((message) => plan(context, topic, message, command));
  for (const { shares } of plans) for (const { locals } of shares) requirePages(context, locals);
  const messages = plans.map((planned, i) =>
    publishOne(context, topic, { message: command.messages[i] as Publication, planned, hops: 0 }),
  );
  if (once !== undefined) context.record.once(once.key, once.sequence);
  return { kind: 'published', messages };
}

const done: PublishedMessage = { id: '', sequence: 0, isDuplicate: true, matchedCount: 0 };

/** Published again from another topic, in the topic's cell. */
export function republish(
  context: QueueContext,
  topic: TopicDefinition,
  message: Publication,
  hops: number,
): void {
  if (hops > limits.topicHopsMax) return;
  publishOne(context, topic, { message, planned: plan(context, topic, message, {}), hops });
}

interface Plan {
  readonly matchedCount: number;
  readonly shares: readonly Share[];
}

function plan(
  context: QueueContext,
  topic: TopicDefinition,
  message: Publication,
  how: Pick<Publish, 'bindings' | 'isMatched'>,
): Plan {
  const routes = context.catalog.bindings.routes(topic.entity);
  if (routes === undefined) return { matchedCount: 0, shares: [] };
  const shares = new Shares(message);
  const matched = matchedBindings(routes.matching, message, how);
  let matchedCount = 0;
  for (const entity of matched) {
    const binding = routes.bindings.get(entity);
    if (binding === undefined) continue;
    matchedCount++;
    for (const target of binding.targets) route(context, { topic, binding, target, message, shares });
  }
  return { matchedCount, shares: shares.all };
}

function matchedBindings(
  matching: { match(message: Publication): readonly number[] },
  message: Publication,
  how: Pick<Publish, 'bindings' | 'isMatched'>,
): readonly number[] {
  if (how.bindings === undefined) return matching.match(message);
  if (how.isMatched !== true) return how.bindings;
  const wanted = new Set(how.bindings);
  return matching.match(message).filter((entity) => wanted.has(entity));
}

interface Routed {
  readonly topic: TopicDefinition;
  readonly binding: BindingDefinition;
  readonly target: BindingTarget;
  readonly message: Publication;
  readonly shares: Shares;
}

function route(context: QueueContext, routed: Routed): void {
  const { binding, target, message, shares } = routed;
  const variant = target.channel === undefined ? undefined : message.variants?.[target.channel];
  const body = bodyFor(target, message, { variant, nowMs: context.state.nowMs });
  if (target.kind === 'push') {
    const definition = context.catalog.byEntity(target.queueEntity ?? 0);
    if (definition !== undefined) place(context, shares.of({ body }), { definition, binding, rendering: 0 });
    return;
  }
  if (target.kind === 'queue') return routeToQueue(context, routed, body);
  const definition =
    target.kind === 'stream'
      ? context.catalog.streams.find(target.name)
      : context.catalog.topics.find(target.name);
  if (definition === undefined) return undeliverable(context, routed, body);
  const isStream = target.kind === 'stream';
  addRemote(shares.of({ body }), (isStream ? streamCellBase : 0) + definition.cell, {
    kind: target.kind,
    target: definition.entity,
    binding: binding.entity,
    rendering: 0,
    key: isStream ? (target.key ?? keyOf(target.keyPath, String(message.body))) : '',
  });
}

function bodyFor(
  { transform, annotations }: BindingTarget,
  message: Publication,
  { variant, nowMs }: { readonly variant: string | undefined; readonly nowMs: number },
): string | Uint8Array | undefined {
  if (transform === undefined) return variant;
  const facts = { ...annotations, time: isoTime(message.sentAtMs ?? nowMs) };
  return applyTransform(transform, variant ?? String(message.body), facts);
}

function keyOf(path: readonly (string | number)[] | undefined, body: string): string {
  const slice = path === undefined ? undefined : jsonSlice(body, path);
  return slice === undefined ? '' : (stringOfSlice(slice) ?? slice);
}

function routeToQueue(context: QueueContext, routed: Routed, body: string | Uint8Array | undefined): void {
  const { topic, binding, target, message, shares } = routed;
  if (target.kind !== 'queue') return;
  const definition = context.catalog.find(target.name);
  const isTooMany = message.attributes.length > (target.attributesMax ?? Infinity);
  if (definition === undefined || isTooMany) return undeliverable(context, routed, body);
  const { ordering } = definition.settings;
  const isOrderLost = ordering === 'none' && topic.settings.ordering === 'group';
  const share = shares.of({ body, group: target.group, isOrderLost });
  place(context, share, { definition, binding, rendering: target.rendering });
}

/** Nothing takes it: to the dead-letter queue of the target, if it has one. */
function undeliverable(context: QueueContext, routed: Routed, body: string | Uint8Array | undefined): void {
  const { binding, target, shares } = routed;
  const definition = target.deadLetter === undefined ? undefined : context.catalog.find(target.deadLetter);
  if (definition === undefined) return;
  const share = shares.of({ body, addedAttributes: target.deadLetterAttributes ?? [] });
  place(context, share, { definition, binding, rendering: target.kind === 'queue' ? target.rendering : 0 });
}

function place(
  context: QueueContext,
  share: Share,
  copy: {
    readonly definition: QueueDefinition;
    readonly binding: BindingDefinition;
    readonly rendering: number;
  },
): void {
  const { definition, binding, rendering } = copy;
  if (definition.cell === context.cell) {
    share.locals.push({ definition, binding: binding.entity, rendering });
    return;
  }
  const { entity: target } = definition;
  addRemote(share, definition.cell, { kind: 'queue', target, binding: binding.entity, rendering, key: '' });
}

function addRemote(share: Share, cell: number, copy: RemoteCopy): void {
  const copies = share.remotes.get(cell) ?? [];
  copies.push(copy);
  share.remotes.set(cell, copies);
}

function requirePages(context: QueueContext, locals: readonly LocalTarget[]): void {
  for (const { definition } of locals) {
    const queue = context.state.queue(definition.entity);
    context.state.pages.require(queue, pageIndexOf(queue.nextSequence));
  }
}

function publishOne(
  context: QueueContext,
  topic: TopicDefinition,
  publication: { readonly message: Publication; readonly planned: Plan; readonly hops: number },
): PublishedMessage {
  const { message, planned, hops } = publication;
  const { state } = context;
  const isOrdered = topic.settings.ordering === 'group';
  const dedup = topicDedup(topic, message);
  const first = dedup === undefined ? undefined : state.dedup.find(dedup, state.nowMs, 0);
  if (dedup !== undefined && first !== undefined) {
    const id = idText(dedupedId(dedup, first.sequence));
    return { id, sequence: first.sequence, isDuplicate: true, matchedCount: 0 };
  }
  const sequence = isOrdered || dedup !== undefined ? state.queue(topic.entity).nextSequence : 0;
  const id = Uint32Array.from(publicationId(context, message, dedup, sequence));
  if (sequence > 0) context.record.published({ entity: topic.entity, sequence, dedup });
  const sentAtMs = message.sentAtMs ?? state.nowMs;
  const { namespace, name } = topic.name;
  for (const share of planned.shares) {
    placeCopies(context, {
      ...share,
      id,
      sentAtMs,
      hops,
      topic: { namespace, name },
      topicSequence: isOrdered ? sequence : 0,
    });
  }
  return {
    id: idText(id),
    sequence: isOrdered ? sequence : 0,
    isDuplicate: false,
    matchedCount: planned.matchedCount,
  };
}

function publicationId(
  context: QueueContext,
  message: Publication,
  dedup: DedupHash | undefined,
  sequence: number,
): IdWords {
  if (message.id !== undefined) return parseId(message.id);
  return dedup === undefined ? drawId(context) : dedupedId(dedup, sequence);
}

function topicDedup(topic: TopicDefinition, message: Publication): DedupHash | undefined {
  if (topic.settings.dedup === 'none' || message.dedupId === undefined) return undefined;
  return hashId(topic.entity, topic.settings.dedup === 'group' ? (message.group ?? '') : '', message.dedupId);
}

function idText(id: IdWords): string {
  return formatId(new Uint8Array(id.buffer, id.byteOffset, 16), 0);
}

export interface Copies extends Share {
  readonly id: IdWords;
  readonly sentAtMs: number;
  readonly hops: number;
  readonly topic: { readonly namespace: string; readonly name: string };
  readonly topicSequence: number;
}

/** Writes the message once and a reference for each copy in this cell; the rest goes through the outbox. */
export function placeCopies(context: QueueContext, copies: Copies): void {
  const { state, group, record } = context;
  const publication = state.queue(publicationsEntity).nextSequence;
  const targets = numbered(context, copies);
  const routes: Route[] = [];
  for (const [cell, remote] of copies.remotes)
    routes.push({ outboxSequence: state.root.outboxSequence + routes.length + 1, cell, copies: remote });
  if (targets.length === 0 && routes.length === 0) return;
  const { message, id, sentAtMs, hops, topic, topicSequence } = copies;
  const locals: LocalCopy[] = targets.map(({ definition, sequence }) => ({
    entity: definition.entity,
    sequence,
  }));
  const fixed = { id, sentAtMs };
  group.beginBody();
  writePublication(group.bodies, { message, fixed, hops, topic, topicSequence, locals, routes });
  group.endBody(publicationsEntity, publication);
  record.shared(publication, routes);
  for (const target of targets) {
    group.beginBody();
    const { binding, rendering } = target;
    writeReference(group.bodies, { publication, binding, rendering });
    group.endBody(target.definition.entity, target.sequence);
    recordCopy(context, target, message);
  }
}

interface NumberedTarget extends LocalTarget {
  readonly sequence: number;
  readonly dedup: DedupHash | undefined;
}

/** Gives each copy its place in its queue; what a queue has seen already is left out. */
function numbered(context: QueueContext, { locals, message, id }: Copies): NumberedTarget[] {
  const next = new Map<number, number>();
  const targets: NumberedTarget[] = [];
  for (const local of locals) {
    const { definition } = local;
    let dedup: DedupHash | undefined;
    if (definition.settings.dedup !== 'none') {
      const known = dedupHash(definition, { ...message, dedupId: message.dedupId ?? idText(id) });
      if (known !== undefined && (next.has(definition.entity) || findFirst(context, definition, known)))
        continue;
      dedup = known === undefined ? undefined : Uint32Array.from(known);
    }
    const { entity } = definition;
    const sequence = next.get(entity) ?? context.state.queue(entity).nextSequence;
    next.set(entity, sequence + 1);
    targets.push({ ...local, sequence, dedup });
  }
  return targets;
}

function recordCopy(context: QueueContext, target: NumberedTarget, message: OutgoingMessage): void {
  const { state, record } = context;
  const { definition, sequence, dedup } = target;
  const { delayMs, ordering } = definition.settings;
  state.queue(definition.entity).counters.sentCount++;
  const isPlain = delayMs === 0 && ordering === 'none' && message.group === undefined;
  if (isPlain && dedup === undefined) return record.copied(definition.entity, sequence);
  record.sent({
    entity: definition.entity,
    sequence,
    isOrdered: ordering === 'group',
    group: message.group === undefined ? 0 : hashGroup(message.group),
    dueMs: delayMs > 0 ? state.nowMs + delayMs : 0,
    sentAtMs: state.nowMs,
    dedup,
    receiveCount: 0,
    firstReceivedAtMs: 0,
    isArrival: false,
  });
}
