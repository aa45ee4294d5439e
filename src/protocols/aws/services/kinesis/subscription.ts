// One SubscribeToShard on its way: an event stream to a client, fed by the core with a credit of one event.
// Made and told the time by subscriptions.ts; knows nothing of the others.
//
//   opened --records--> writes --client reads--> asks for more --five minutes--> ended
//      \--quiet for five seconds--> heartbeat       \--shard end, newcomer, deletion, client gone--> ended
import type {
  RecordsReply,
  Reply,
  ReplySink,
  ShardView,
  StreamConsumer,
  StreamDefinition,
  Subscription,
} from '../../../../broker/index.ts';
import { arrivedAtMs } from '../../../../broker/index.ts';
import type { AwsError } from '../../engine/errors.ts';
import { eventFrames } from '../../engine/event-stream.ts';
import type { EventStreamReply } from '../../engine/service.ts';
import type { Consumer } from './stream-ref.ts';
import { brokerFailure, resourceNotFound } from './errors.ts';
import { childrenToJson } from './records-answer.ts';
import { recordsToJson } from './records-json.ts';
import { sequenceNumber } from './sequence-number.ts';
import type { SharedFrames } from './shared-frames.ts';
import type { UnreadBytes } from './unread-bytes.ts';

const subscriptionLifeMs = 300_000;
const heartbeatMs = 5000;

const events = eventFrames('SubscribeToShardEvent');

export interface SubscriptionDeps {
  readonly nowMs: () => number;
  /** What the stream is now; undefined when it is gone. */
  readonly definition: () => StreamDefinition | undefined;
  /** Undefined while nobody else subscribes to the shard. */
  readonly sharedFrames: () => SharedFrames | undefined;
  readonly unread: UnreadBytes;
  readonly ended: () => void;
}

export class ShardSubscription implements ReplySink {
  readonly consumer: Consumer;
  readonly shard: ShardView;
  readonly #deps: SubscriptionDeps;
  readonly #startedAtMs: number;
  #reply: EventStreamReply | undefined;
  #follower: Subscription | undefined;
  /** What the core said instead of following. */
  #refusal: AwsError | undefined;
  /** The newest definition in which the consumer was found: looked through once each. */
  #definition: StreamDefinition;
  #position: number;
  #writtenAtMs: number;
  /** Of the event that the client has not taken yet; 0: it has taken everything. */
  #unreadBytes = 0;
  #isEnded = false;

  constructor(deps: SubscriptionDeps, consumer: Consumer, shard: ShardView, position: number) {
    this.#deps = deps;
    this.consumer = consumer;
    this.shard = shard;
    this.#definition = consumer.stream.definition;
    this.#position = position;
    this.#startedAtMs = deps.nowMs();
    this.#writtenAtMs = this.#startedAtMs;
  }

  get startedAtMs(): number {
    return this.#startedAtMs;
  }
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Follows the shard; throws what the core has against it, before any answer has begun. */
  follow(follow: (sink: ReplySink) => Subscription): void {
    this.#follower = follow(this);
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /** The answer has begun. */
  open(reply: EventStreamReply): void {
    this.#reply = reply;
    reply.onDrain(() => this.#drained());
    reply.onClose(() => this.#end());
    this.#ask();
  }

  isOpen(): boolean {
    return !this.#isEnded && (this.#reply?.isOpen ?? true);
  }

  /** ReplySink: more of the shard, or that there will be no more. */
  reveal(reply: Reply): void {
    if (this.#isEnded) return;
    if (reply.kind === 'records') return this.#push(reply);
    if (reply.kind !== 'error') return;
    if (this.#reply === undefined) this.#refusal = brokerFailure(reply.error, this.consumer.stream);
    else if (reply.error.code === 'shutting_down') this.stop();
    else if (reply.error.code.endsWith('_not_found')) this.#failGone();
    else this.fail(brokerFailure(reply.error, this.consumer.stream));
  }

  /** Told about every second. */
  tick(): void {
    const nowMs = this.#deps.nowMs();
    if (!this.isOpen()) return this.#end();
    if (nowMs - this.#startedAtMs >= subscriptionLifeMs) return this.stop();
    if (!this.#isRegistered()) return this.#failGone();
    if (this.#unreadBytes === 0 && nowMs - this.#writtenAtMs >= heartbeatMs)
      this.#write(this.#heartbeat(nowMs), nowMs);
  }

  /** A clean end: the client calls again. */
  stop(): void {
    this.#reply?.end();
    this.#end();
  }

  fail(error: AwsError): void {
    this.#reply?.fail(error);
    this.#end();
  }

  #isRegistered(): boolean {
    const definition = this.#deps.definition();
    if (definition === this.#definition) return true;
    const { name, createdAtMs } = this.consumer.consumer;
    const isSame = (known: StreamConsumer): boolean =>
      known.name === name && known.createdAtMs === createdAtMs;
    if (definition === undefined || !definition.consumers.some(isSame)) return false;
    this.#definition = definition;
    return true;
  }

  #failGone(): void {
    const { consumer, stream } = this.consumer;
    this.fail(resourceNotFound(`Consumer ${consumer.name}, account ${stream.account} not found.`));
  }

  #push(reply: RecordsReply): void {
    if (!this.#isRegistered()) return this.#failGone();
    this.#position = reply.nextSequence;
    this.#write(this.#frameOf(reply), this.#deps.nowMs());
    if (reply.isEnd) this.stop();
    else if (this.#unreadBytes === 0) this.#ask();
  }

  #write(frame: Buffer, nowMs: number): void {
    this.#writtenAtMs = nowMs;
    if (this.#reply!.write(frame)) return;
    this.#unreadBytes += frame.length;
    this.#deps.unread.add(frame.length);
  }

  #drained(): void {
    if (this.#unreadBytes === 0 || this.#isEnded) return;
    this.#forgetUnread();
    this.#ask();
  }

  #forgetUnread(): void {
    const bytes = this.#unreadBytes;
    this.#unreadBytes = 0;
    if (bytes > 0) this.#deps.unread.remove(bytes);
  }

  /** For another event, as soon as there is room for it. */
  readonly #ask = (): void => {
    if (this.#deps.unread.hasRoom) this.#follower!.grant(1);
    else this.#deps.unread.wait(this.#ask);
  };

  #frameOf(reply: RecordsReply): Buffer {
    const frames = reply.isEnd ? undefined : this.#deps.sharedFrames();
    if (frames === undefined || reply.records.count === 0) return this.#encode(reply);
    const { entity } = this.consumer.stream;
    const { nextSequence: next, behindMs } = reply;
    const key = { entity, shardIndex: this.shard.index, first: reply.records.sequences[0]!, next, behindMs };
    const known = frames.find(key);
    if (known !== undefined) return known;
    const frame = this.#encode(reply);
    frames.add(key, frame);
    return frame;
  }

  /** The last event of a shard has its children and no number to continue from; all others just that. */
  #encode(reply: RecordsReply): Buffer {
    const { records, isEnd, behindMs } = reply;
    const arrived =
      records.count === 0
        ? this.#deps.nowMs()
        : arrivedAtMs(records.source, records.starts[records.count - 1]!);
    const next = isEnd ? '' : `,"ContinuationSequenceNumber":"${this.#continuation(arrived)}"`;
    const tail = `${next},"MillisBehindLatest":${behindMs}${childrenToJson(reply)}}`;
    return events.encode(recordsToJson(reply, { isEncrypted: this.consumer.stream.isEncrypted, tail }));
  }

  #heartbeat(nowMs: number): Buffer {
    const next = this.#continuation(nowMs);
    return events.encode(`{"Records":[],"ContinuationSequenceNumber":"${next}","MillisBehindLatest":0}`);
  }

  /** Who starts after this number goes on where this subscription is. Its time tells heartbeats apart. */
  #continuation(atMs: number): string {
    return sequenceNumber(this.shard, this.#position - 1, atMs);
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#follower?.cancel();
    this.#deps.unread.forget(this.#ask);
    this.#forgetUnread();
    this.#deps.ended();
  }
}
