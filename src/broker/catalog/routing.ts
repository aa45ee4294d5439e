// How commands about topics, bindings and documents turn into definitions: pure, without a look at anything
// but the command and what was there. Called by the catalog machine.
import type { QueueDefinition, QueueSettings } from '../catalog-types.ts';
import { scramble } from '../queue/dedup-hash.ts';
import { formatId, makeUuid4 } from '../message.ts';
import type {
  BindingDefinition,
  BindingTarget,
  CreateBinding,
  CreateTopic,
  DocumentDefinition,
  PushTarget,
  PutDocument,
  TopicDefinition,
  UpdateBinding,
  UpdateTopic,
} from '../topic-types.ts';
import type { Birth } from './definitions.ts';

export function newTopic(command: CreateTopic, { entity, cell, nowMs }: Birth): TopicDefinition {
  const { name, settings, annotations, tags } = command;
  return {
    name,
    entity,
    cell,
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    revision: 1,
    settings,
    annotations,
    tags,
  };
}

export function changedTopic(current: TopicDefinition, command: UpdateTopic, nowMs: number): TopicDefinition {
  return {
    ...current,
    settings: command.settings ?? current.settings,
    annotations: command.annotations ?? current.annotations,
    tags: command.tags ?? current.tags,
    revision: current.revision + 1,
    modifiedAtMs: nowMs,
  };
}

/** A binding and the internal queues that its push targets need and do not have yet. */
export interface MadeBinding {
  readonly binding: BindingDefinition;
  readonly newQueues: readonly QueueDefinition[];
}

export function newBinding(
  topic: TopicDefinition,
  command: CreateBinding,
  birth: { readonly entity: number; readonly nowMs: number },
): MadeBinding {
  const { entity, nowMs } = birth;
  const own = command.name ?? bindingId(entity);
  const { targets, newQueues } = withQueues(topic, command.targets, {
    entity,
    nowMs,
    nextEntity: entity + 1,
  });
  const binding: BindingDefinition = {
    name: { kind: 'binding', namespace: topic.name.namespace, name: `${topic.name.name}/${own}` },
    entity,
    topic: topic.entity,
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    revision: 1,
    isEnabled: command.isEnabled,
    ...(command.matcher === undefined ? {} : { matcher: command.matcher }),
    targets,
    annotations: command.annotations,
    tags: command.tags,
  };
  return { binding, newQueues };
}

export function changedBinding(
  topic: TopicDefinition,
  current: BindingDefinition,
  command: UpdateBinding,
  birth: { readonly nowMs: number; readonly nextEntity: number },
): MadeBinding {
  const known = new Map(current.targets.map((target) => [target.id, target]));
  const kept = (command.targets ?? current.targets).map((target): BindingTarget => {
    const before = known.get(target.id);
    if (target.kind !== 'push' || before?.kind !== 'push') return target;
    return { ...target, queueEntity: before.queueEntity };
  });
  const made = withQueues(topic, kept, { ...birth, entity: current.entity });
  const { matcher: currentMatcher, ...rest } = current;
  const matcher = command.matcher === undefined ? currentMatcher : (command.matcher ?? undefined);
  const binding: BindingDefinition = {
    ...rest,
    isEnabled: command.isEnabled ?? current.isEnabled,
    ...(matcher === undefined ? {} : { matcher }),
    targets: made.targets,
    annotations: command.annotations ?? current.annotations,
    tags: command.tags ?? current.tags,
    revision: current.revision + 1,
    modifiedAtMs: birth.nowMs,
  };
  return { binding, newQueues: made.newQueues };
}

export function putDocument(
  current: DocumentDefinition | undefined,
  command: PutDocument,
  birth: { readonly entity: number; readonly nowMs: number },
): DocumentDefinition {
  return {
    name: command.name,
    entity: current?.entity ?? birth.entity,
    createdAtMs: current?.createdAtMs ?? birth.nowMs,
    modifiedAtMs: birth.nowMs,
    revision: (current?.revision ?? 0) + 1,
    value: command.value,
    tags: command.tags ?? current?.tags ?? {},
  };
}

/** Entities of the internal queues of a binding. */
export function pushQueues(binding: BindingDefinition): number[] {
  return binding.targets.flatMap((target) =>
    target.kind === 'push' && target.queueEntity !== undefined ? [target.queueEntity] : [],
  );
}

function withQueues(
  topic: TopicDefinition,
  targets: readonly BindingTarget[],
  birth: { readonly entity: number; readonly nowMs: number; readonly nextEntity: number },
): { readonly targets: BindingTarget[]; readonly newQueues: QueueDefinition[] } {
  const newQueues: QueueDefinition[] = [];
  const complete = targets.map((target): BindingTarget => {
    if (target.kind !== 'push' || target.queueEntity !== undefined) return target;
    const entity = birth.nextEntity + newQueues.length;
    newQueues.push(pushQueue(topic, target, { ...birth, queueEntity: entity }));
    return { ...target, queueEntity: entity };
  });
  return { targets: complete, newQueues };
}

/**
 * In the topic's cell, so that its copies share the publication's body. Nobody's namespace: no list shows it.
 */
function pushQueue(
  topic: TopicDefinition,
  target: PushTarget,
  birth: { readonly entity: number; readonly nowMs: number; readonly queueEntity: number },
): QueueDefinition {
  const name = `push/${birth.entity}/${birth.queueEntity}`;
  return {
    name: { kind: 'queue', namespace: internalNamespace, name },
    entity: birth.queueEntity,
    cell: topic.cell,
    createdAtMs: birth.nowMs,
    modifiedAtMs: birth.nowMs,
    revision: 1,
    settings: { ...pushSettings, retentionMs: target.retentionMs },
    annotations: {},
    tags: {},
  };
}

export const internalNamespace = '';

const pushSettings: QueueSettings = {
  ordering: 'none',
  leaseMs: 60_000,
  delayMs: 0,
  retentionMs: 0,
  maxMessageBytes: 16 * 1024 * 1024,
  waitMs: 0,
  dedup: 'none',
  durability: 'disk',
};

/**
 * The name of a binding that was made without one: follows from its entity, so that copies need not keep it.
 */
export function bindingId(entity: number): string {
  for (let i = 0; i < 4; i++)
    words[i] = scramble((Math.imul(entity, 0x9e3779b1) >>> 0) ^ Math.imul(i + 1, 0x85ebca6b));
  return formatId(new Uint8Array(makeUuid4(words).buffer), 0);
}
const words = new Uint32Array(4);
