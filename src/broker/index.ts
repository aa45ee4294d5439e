// The public face of the core: what protocols and the daemon may import.
import type { Catalog } from './catalog-types.ts';
import type { Command, Consume, Query, ReplySink, Subscription } from './command.ts';
import type { FollowShard } from './stream-types.ts';
import type { Renderer } from './topic-types.ts';

export * from './catalog-types.ts';
export * from './command.ts';
export * from './errors.ts';
export * from './group-types.ts';
export * from './names.ts';
export * from './record-batch.ts';
export * from './matcher-types.ts';
export * from './stream-types.ts';
export * from './topic-types.ts';
export * from './transform-types.ts';
export * from './view-types.ts';
export type { StoredMessage } from './message.ts';
export { bindingId, internalNamespace } from './catalog/routing.ts';
export { explain, matches } from './routing/match-naive.ts';
export { applyTransform } from './routing/transform.ts';

export interface Broker {
  /** Committed definitions, read synchronously. */
  readonly catalog: Catalog;
  /** Renderings of copies by number; whoever makes bindings with such a number registers it. */
  readonly renderers: Map<number, Renderer>;
  /** Decides at once; answers through the sink after the commit. Never throws for a bad command. */
  submit(command: Command, sink: ReplySink): void;
  /** Answers through the sink once the newest change that it read is committed. */
  query(query: Query, sink: ReplySink): void;
  /** Pushes messages to the sink while it has credit; starts with none. */
  subscribe(consume: Consume, sink: ReplySink): Subscription;
  /** Pushes committed records to the sink while it has credit (one per push); starts with none. */
  follow(follow: FollowShard, sink: ReplySink): Subscription;
  /** Withdraws a waiting receive whose client is gone. */
  cancel(sink: ReplySink): void;
  /** Numbers for metrics and the admin API; cheap, of this instant. */
  introspect(): BrokerIntrospection;
  /** Drops every queue and message (test suites; allowed by a start flag). */
  reset(): Promise<void>;
  /** Copies all cells as of one barrier into an empty directory, while serving. */
  backup(directory: string): Promise<void>;
  /** Refuses new commands, answers waiters, commits and checkpoints what is there. */
  close(): Promise<void>;
}

export interface BrokerIntrospection {
  readonly cells: readonly {
    readonly name: string;
    readonly position: number;
    readonly commitCount: number;
    readonly uncommittedBytes: number;
    readonly isWritable: boolean;
  }[];
  readonly pageCacheBytes: number;
  readonly leaseCount: number;
  readonly waiterCount: number;
  /** Push subscriptions to shards. */
  readonly followerCount: number;
  readonly diskBytes: number;
  /** Counters since the start, by queue entity. */
  queueCounters(entity: number): QueueCounters | undefined;
}

export interface QueueCounters {
  readonly sentCount: number;
  readonly receivedCount: number;
  readonly settledCount: number;
  readonly expiredLeaseCount: number;
  readonly deadLetteredCount: number;
  readonly sentBytes: number;
}
