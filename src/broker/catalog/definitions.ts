// How commands turn into definitions: pure, without a look at anything but the command and what was there.
import type { CreateQueue, QueueDefinition, UpdateQueue } from '../catalog-types.ts';
import type { CreateStream, DeleteStream, StreamDefinition, UpdateStream } from '../stream-types.ts';
import type { BindingDefinition, DocumentDefinition, TopicDefinition } from '../topic-types.ts';

export type Definition =
  | QueueDefinition
  | StreamDefinition
  | TopicDefinition
  | BindingDefinition
  | DocumentDefinition;

/** What the catalog gives to each new entity. */
export interface Birth {
  readonly entity: number;
  readonly cell: number;
  readonly nowMs: number;
}

export function isQueue(definition: Definition): definition is QueueDefinition {
  return definition.name.kind === 'queue';
}
export function isStream(definition: Definition): definition is StreamDefinition {
  return definition.name.kind === 'stream';
}
export function isTopic(definition: Definition): definition is TopicDefinition {
  return definition.name.kind === 'topic';
}
export function isBinding(definition: Definition): definition is BindingDefinition {
  return definition.name.kind === 'binding';
}
export function isDocument(definition: Definition): definition is DocumentDefinition {
  return definition.name.kind === 'document';
}

export function newQueue(command: CreateQueue, { entity, cell, nowMs }: Birth): QueueDefinition {
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

export function changedQueue(current: QueueDefinition, command: UpdateQueue, nowMs: number): QueueDefinition {
  return {
    ...current,
    settings: command.settings ?? current.settings,
    annotations: command.annotations ?? current.annotations,
    tags: command.tags ?? current.tags,
    revision: current.revision + 1,
    modifiedAtMs: command.isModification === false ? current.modifiedAtMs : nowMs,
  };
}

export function newStream(command: CreateStream, { entity, cell, nowMs }: Birth): StreamDefinition {
  const { name, settings, initialShardCount, annotations, tags } = command;
  return {
    name,
    entity,
    cell,
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    revision: 1,
    settings,
    initialShardCount,
    readyAtMs: nowMs + command.readyAfterMs,
    consumers: [],
    annotations,
    tags,
  };
}

export function changedStream(
  current: StreamDefinition,
  command: UpdateStream,
  nowMs: number,
): StreamDefinition {
  const readyAfterMs = command.readyAfterMs ?? 0;
  return {
    ...current,
    settings: command.settings ?? current.settings,
    consumers: command.consumers ?? current.consumers,
    annotations: command.annotations ?? current.annotations,
    tags: command.tags ?? current.tags,
    readyAtMs: readyAfterMs > 0 ? nowMs + readyAfterMs : current.readyAtMs,
    revision: current.revision + 1,
    modifiedAtMs: nowMs,
  };
}

export function endingStream(
  current: StreamDefinition,
  command: DeleteStream,
  nowMs: number,
): StreamDefinition {
  return { ...current, revision: current.revision + 1, deletesAtMs: nowMs + command.afterMs };
}
