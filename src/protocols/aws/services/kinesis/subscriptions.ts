// Who subscribes to which shard: one consumer has one subscription to a shard, and the later one wins.
// Tells all of them the time by one timer, which runs while there are any. Lost at a restart, as the
// connections are.
import { limits } from '../../../../base/limits.ts';
import type { ReplySink, ShardView, Subscription } from '../../../../broker/index.ts';
import type { EventStreamReply } from '../../engine/service.ts';
import type { Kinesis } from './kinesis.ts';
import type { Consumer } from './stream-ref.ts';
import { limitExceeded, resourceInUse } from './errors.ts';
import { SharedFrames } from './shared-frames.ts';
import { UnreadBytes } from './unread-bytes.ts';
import { ShardSubscription, type SubscriptionDeps } from './subscription.ts';

/** A second call within this time of a successful one is refused; later it takes the first one's place. */
const takeOverMs = 5000;
const tickMs = 1000;

export interface NewSubscription {
  readonly consumer: Consumer;
  readonly shard: ShardView;
  readonly position: number;
  readonly follow: (sink: ReplySink) => Subscription;
  /** Begins the answer. */
  readonly open: () => EventStreamReply;
}

export class Subscriptions {
  readonly #kinesis: Kinesis;
  readonly #frames = new SharedFrames();
  readonly #unread = new UnreadBytes();
  /** By consumer and shard; ended ones stay until they are five seconds old. */
  readonly #latest = new Map<string, ShardSubscription>();
  readonly #openCounts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(kinesis: Kinesis) {
    this.#kinesis = kinesis;
  }

  /** Throws when the consumer has just subscribed to the shard. */
  admit(consumer: Consumer, shardIndex: number): void {
    const previous = this.#latest.get(keyOf(consumer, shardIndex));
    if (previous === undefined) return;
    if (this.#kinesis.clock.nowMs() - previous.startedAtMs < takeOverMs) throw alreadyActive(consumer);
  }

  start({ consumer, shard, position, follow, open }: NewSubscription): EventStreamReply {
    this.#makeRoom();
    const key = keyOf(consumer, shard.index);
    const subscription = new ShardSubscription(this.#depsFor(consumer, shard), consumer, shard, position);
    subscription.follow(follow);
    this.#latest.get(key)?.fail(alreadyActive(consumer));
    this.#latest.set(key, subscription);
    const shardKey = shardKeyOf(consumer, shard);
    this.#openCounts.set(shardKey, (this.#openCounts.get(shardKey) ?? 0) + 1);
    const reply = open();
    subscription.open(reply);
    this.#timer ??= setInterval(() => this.tick(), tickMs);
    return reply;
  }

  tick(): void {
    const nowMs = this.#kinesis.clock.nowMs();
    for (const [key, subscription] of this.#latest) {
      if (!subscription.isEnded) subscription.tick();
      else if (nowMs - subscription.startedAtMs >= takeOverMs) this.#latest.delete(key);
    }
    if (this.#latest.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#frames.clear();
  }

  #depsFor(consumer: Consumer, shard: ShardView): SubscriptionDeps {
    const shardKey = shardKeyOf(consumer, shard);
    return {
      nowMs: () => this.#kinesis.clock.nowMs(),
      definition: () => this.#kinesis.broker.catalog.streams.byEntity(consumer.stream.entity),
      sharedFrames: () => ((this.#openCounts.get(shardKey) ?? 0) > 1 ? this.#frames : undefined),
      unread: this.#unread,
      ended: () => this.#ended(shardKey),
    };
  }

  #ended(shardKey: string): void {
    const left = (this.#openCounts.get(shardKey) ?? 1) - 1;
    if (left > 0) this.#openCounts.set(shardKey, left);
    else this.#openCounts.delete(shardKey);
  }

  #makeRoom(): void {
    if (this.#latest.size < limits.kinesisSubscriptionsMax) return;
    for (const [key, { isEnded }] of this.#latest) if (isEnded) this.#latest.delete(key);
    if (this.#latest.size >= limits.kinesisSubscriptionsMax)
      throw limitExceeded('Too many subscriptions are open.');
  }
}

function keyOf(consumer: Consumer, shardIndex: number): string {
  return `${consumer.arn} ${consumer.stream.entity} ${shardIndex}`;
}

function shardKeyOf({ stream }: Consumer, { index }: ShardView): string {
  return `${stream.entity} ${index}`;
}

function alreadyActive({ arn }: Consumer): Error & ReturnType<typeof resourceInUse> {
  return resourceInUse(`Another active subscription exists for this consumer: ${arn}`);
}
