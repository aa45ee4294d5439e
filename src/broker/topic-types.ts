// What can be asked of the core about routing: topics, bindings, publications. Frozen plain data, no wire
// word. A topic holds nothing; what is published to it goes through its bindings to queues, streams, other
// topics, or, for targets outside of the daemon, into an internal queue that a connector consumes.
import type { MessageAttribute, OutgoingMessage } from './command.ts';
import type { StoredMessage } from './message.ts';
import type { Matcher } from './matcher-types.ts';
import type { ResourceName } from './names.ts';
import type { Transform } from './transform-types.ts';

export interface TopicSettings {
  /** `group`: publications of one group reach each target in order; they get sequence numbers. */
  readonly ordering: 'none' | 'group';
  /** Ids of publications are remembered per topic, per group, or not at all. Fixed at creation. */
  readonly dedup: 'none' | 'topic' | 'group';
}

export interface TopicDefinition {
  /** Of kind `topic`. */
  readonly name: ResourceName;
  /** Incarnation id, never reused. */
  readonly entity: number;
  /** Index of the queue cell that decides its publications. */
  readonly cell: number;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly revision: number;
  readonly settings: TopicSettings;
  /** What a protocol wants back verbatim and the core does not read. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Where copies go. `queue`, `stream`, `topic`: of this daemon, exactly once. `push`: outside; the catalog
 * makes an internal queue with the binding, whose consumer delivers at least once.
 */
export type BindingTarget = QueueTarget | StreamTarget | TopicTarget | PushTarget;

interface TargetBase {
  /** Unique within its binding; `''` where there is only one. */
  readonly id: string;
  /** Makes another body of the publication's; absent: the copy has the publication's own. */
  readonly transform?: Transform | undefined;
  /** Which variant of a publication it gets (Publication.variants); absent: always the body. */
  readonly channel?: string | undefined;
  /** Where copies go that cannot be delivered for good: a queue. Absent: they are dropped, and counted. */
  readonly deadLetter?: ResourceName | undefined;
  /** Added to what goes there because the target does not exist or takes no such message. */
  readonly deadLetterAttributes?: readonly MessageAttribute[] | undefined;
  /** For the front that made it and for connectors; the core does not read it. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface QueueTarget extends TargetBase {
  readonly kind: 'queue';
  readonly name: ResourceName;
  /** Group of every copy; absent: that of the publication. */
  readonly group?: string | undefined;
  /**
   * How readers of the copy see it: 0 as published (body and attributes); n: by the renderer of that number
   * (BrokerOptions.renderers), without attributes.
   */
  readonly rendering: number;
  /** Copies with more attributes are undeliverable. */
  readonly attributesMax?: number | undefined;
}

export interface StreamTarget extends TargetBase {
  readonly kind: 'stream';
  readonly name: ResourceName;
  /** Of every record; wins over `keyPath`. */
  readonly key?: string | undefined;
  /** Path in the (JSON) body whose text is the record's key; absent: the publication's id. */
  readonly keyPath?: readonly (string | number)[] | undefined;
}

/** Published again there, with the same id and time. Loops end after `limits.topicHopsMax` hops. */
export interface TopicTarget extends TargetBase {
  readonly kind: 'topic';
  readonly name: ResourceName;
}

export interface PushTarget extends TargetBase {
  readonly kind: 'push';
  /** Entity of the internal queue; set by the catalog. */
  readonly queueEntity?: number | undefined;
  /** Copies older than this are no longer delivered. */
  readonly retentionMs: number;
}

export interface BindingDefinition {
  /** Of kind `binding`: namespace of the topic, `TOPIC/NAME`. A binding made without a name has a UUID. */
  readonly name: ResourceName;
  readonly entity: number;
  /** Entity of its topic. */
  readonly topic: number;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly revision: number;
  /** Nothing comes through one that is not. */
  readonly isEnabled: boolean;
  /** Absent: everything matches. */
  readonly matcher?: Matcher | undefined;
  readonly targets: readonly BindingTarget[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A definition that the core only keeps (a connection, a schedule, a platform application ...). Its name is
 * `TYPE/NAME` within its namespace, so that those of one type are listed by prefix.
 */
export interface DocumentDefinition {
  /** Of kind `document`. */
  readonly name: ResourceName;
  readonly entity: number;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly revision: number;
  /** Plain JSON. Replaced as a whole. */
  readonly value: unknown;
  readonly tags: Readonly<Record<string, string>>;
}

export interface CreateTopic {
  readonly kind: 'createTopic';
  readonly name: ResourceName;
  readonly settings: TopicSettings;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}
export interface UpdateTopic {
  readonly kind: 'updateTopic';
  readonly entity: number;
  readonly expectedRevision: number;
  readonly settings?: TopicSettings;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}
/** With it go its bindings. */
export interface DeleteTopic {
  readonly kind: 'deleteTopic';
  readonly entity: number;
}

export interface CreateBinding {
  readonly kind: 'createBinding';
  readonly topic: number;
  /** Absent: a UUID. */
  readonly name?: string | undefined;
  readonly isEnabled: boolean;
  readonly matcher?: Matcher | undefined;
  readonly targets: readonly BindingTarget[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}
export interface UpdateBinding {
  readonly kind: 'updateBinding';
  readonly entity: number;
  readonly expectedRevision: number;
  readonly isEnabled?: boolean;
  /** null: everything matches from now on. */
  readonly matcher?: Matcher | null;
  /** Push targets that keep their id keep their internal queue. */
  readonly targets?: readonly BindingTarget[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}
export interface DeleteBinding {
  readonly kind: 'deleteBinding';
  readonly entity: number;
}

export interface PutDocument {
  readonly kind: 'putDocument';
  readonly name: ResourceName;
  /** 0: it must not exist yet. */
  readonly expectedRevision: number;
  readonly value: unknown;
  readonly tags?: Readonly<Record<string, string>>;
}
export interface DeleteDocument {
  readonly kind: 'deleteDocument';
  readonly entity: number;
}

export type TopicCatalogCommand =
  | CreateTopic
  | UpdateTopic
  | DeleteTopic
  | CreateBinding
  | UpdateBinding
  | DeleteBinding
  | PutDocument
  | DeleteDocument;

/** createTopic, createBinding: isCreated is false when the name existed; `definition` is what exists. */
export interface TopicReply {
  readonly kind: 'topic';
  readonly definition: TopicDefinition;
  readonly isCreated: boolean;
}
export interface BindingReply {
  readonly kind: 'binding';
  readonly definition: BindingDefinition;
  readonly isCreated: boolean;
}
/** putDocument with a revision that is not the current one: error `revision_conflict`. */
export interface DocumentReply {
  readonly kind: 'document';
  readonly definition: DocumentDefinition;
  readonly isCreated: boolean;
}

export interface Publication extends OutgoingMessage {
  /** Bodies for targets of one channel, in place of `body`. */
  readonly variants?: Readonly<Record<string, string>> | undefined;
  /** Id and time of what is published again; drawn where they are absent. */
  readonly id?: string | undefined;
  readonly sentAtMs?: number | undefined;
}

export interface Publish {
  readonly kind: 'publish';
  /** The topic. */
  readonly entity: number;
  readonly messages: readonly Publication[];
  /** Only through these bindings, whatever they match (replays, schedules). */
  readonly bindings?: readonly number[] | undefined;
  /** With `bindings`: also those of them that match it. Default false: they are not asked. */
  readonly isMatched?: boolean | undefined;
  /**
   * Happens once: a publish with the same `key` (an entity) and a sequence not above the last one is answered
   * as if it had been done, and does nothing.
   */
  readonly once?: { readonly key: number; readonly sequence: number } | undefined;
}

export interface PublishedMessage {
  /** UUID text. */
  readonly id: string;
  /** Position in the topic; 0 for topics without order. */
  readonly sequence: number;
  readonly isDuplicate: boolean;
  /** Bindings that it went through. */
  readonly matchedCount: number;
}
export interface PublishReply {
  readonly kind: 'published';
  readonly messages: readonly PublishedMessage[];
}

/** What a copy knows of where it came from; frozen when it was published. */
export interface CopyFacts {
  readonly topic: { readonly namespace: string; readonly name: string };
  /** Entity of the binding. `bindingId(binding)` is the name of one that was made without. */
  readonly binding: number;
  readonly rendering: number;
  /** Id of the publication; the copy has another one. */
  readonly publicationId: string;
  /** Position in an ordered topic, else 0. */
  readonly topicSequence: number;
}

/** Makes what readers of copies see (QueueTarget.rendering), when they are handed over. */
export interface Renderer {
  /** undefined: it can be rendered at once; else when it can. Never rejects for good reasons. */
  prepare(message: StoredMessage): Promise<void> | undefined;
  render(message: StoredMessage): StoredMessage;
}
