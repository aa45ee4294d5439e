// What the catalog knows of an entity: definitions, as the committed catalog holds them. Frozen plain data.
import type { ResourceName } from './names.ts';
import type { StreamCatalogCommand, StreamDefinition } from './stream-types.ts';
import type {
  BindingDefinition,
  BindingReply,
  DocumentDefinition,
  DocumentReply,
  TopicCatalogCommand,
  TopicDefinition,
  TopicReply,
} from './topic-types.ts';

export interface DeadLetterPolicy {
  readonly target: ResourceName;
  /** A receive that would raise the count above this moves the message instead. */
  readonly maxReceives: number;
}

export interface QueueSettings {
  /** `group`: messages of one group are delivered in order and one lease holder at a time has the group. */
  readonly ordering: 'none' | 'group';
  readonly leaseMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
  /** How long a receive waits when it does not say so itself. */
  readonly waitMs: number;
  /** Ids of sends are remembered per queue, per group, or not at all. Fixed at creation. */
  readonly dedup: 'none' | 'queue' | 'group';
  readonly deadLetter?: DeadLetterPolicy;
  /** What an acknowledged send survives: power loss, or nothing. */
  readonly durability: 'disk' | 'memory';
}

export interface QueueDefinition {
  readonly name: ResourceName;
  /** Incarnation id: u32, never reused; part of every key of this queue's data. */
  readonly entity: number;
  /** Index of the queue cell that holds it. */
  readonly cell: number;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  /** Raised by every change; an update names the one it was made from. */
  readonly revision: number;
  readonly settings: QueueSettings;
  /** What a protocol wants back verbatim and the core does not read (policy texts, key ids ...). */
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface CreateQueue {
  readonly kind: 'createQueue';
  readonly name: ResourceName;
  readonly settings: QueueSettings;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface UpdateQueue {
  readonly kind: 'updateQueue';
  readonly entity: number;
  readonly expectedRevision: number;
  readonly settings?: QueueSettings;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** False for tags and the like, which do not count as a modification. Default true. */
  readonly isModification?: boolean;
}

/** Answered when the catalog and the queue's cell have both committed. */
export interface DeleteQueue {
  readonly kind: 'deleteQueue';
  readonly entity: number;
}

export type CatalogCommand =
  | CreateQueue
  | UpdateQueue
  | DeleteQueue
  | StreamCatalogCommand
  | TopicCatalogCommand;

export type DefinitionReply = CatalogReply | TopicReply | BindingReply | DocumentReply;

export interface CatalogReply {
  readonly kind: 'catalog';
  /** The definition after the command; for `queue_exists` errors see BrokerReply `existing`. */
  readonly definition: QueueDefinition;
  /** createQueue: false when the name existed already (nothing was changed, `definition` is what exists). */
  readonly isCreated: boolean;
}

/** Committed definitions of one kind, by name and by entity. */
export interface Definitions<D> {
  find(name: ResourceName): D | undefined;
  byEntity(entity: number): D | undefined;
  /** Sorted by name; those after `after`, at most `limit`. */
  list(query: {
    readonly namespace: string;
    readonly prefix?: string;
    readonly after?: string;
    readonly limit: number;
  }): readonly D[];
  /** Every namespace's, sorted by namespace and name. */
  all(): Iterable<D>;
  /** When one of this name was last deleted, ms; undefined when not within the last minutes. */
  deletedAtMs(name: ResourceName): number | undefined;
}

export interface BindingDefinitions extends Definitions<BindingDefinition> {
  /** Of one topic, in the order in which they were made. */
  ofTopic(topic: number): readonly BindingDefinition[];
  /** Those with a target of this name, sorted by name. */
  targeting(name: ResourceName): readonly BindingDefinition[];
}

/** Called after each commit that made, changed or deleted the binding (`undefined`: deleted). */
export type BindingListener = (entity: number, definition: BindingDefinition | undefined) => void;

/** Synchronous, read-only view of the committed catalog: queues directly, streams beside them. */
export interface Catalog extends Definitions<QueueDefinition> {
  readonly streams: Definitions<StreamDefinition>;
  readonly topics: Definitions<TopicDefinition>;
  readonly bindings: BindingDefinitions;
  readonly documents: Definitions<DocumentDefinition>;
  /** Queues whose dead-letter policy names this one, sorted by name. */
  deadLetterSources(target: ResourceName): readonly QueueDefinition[];
  /** Answers what ends it. */
  onBinding(listener: BindingListener): () => void;
}
