// One read of a shard for the admin API: at once when there are records, else as soon as some are committed
// or the time is over. A read that waits is a follower of its shard with credit for one push.
import type { Broker, FollowShard, RecordsReply, Reply, Subscription } from '../../broker/index.ts';
import { brokerProblem } from './problem.ts';
import { recordViews, shardView, type ShownRecord } from './stream-view.ts';
import type { AdminClient } from './types.ts';

export interface RecordPage {
  readonly shard: ReturnType<typeof shardView>;
  readonly records: readonly ShownRecord[];
  /** Pass as `from` to the next read. */
  readonly nextSequence: number;
  readonly behindMs: number;
  readonly isEnd: boolean;
  /** Shards to go on with, at the end. */
  readonly children: readonly number[];
}

export interface Wait {
  readonly waitMs: number;
  readonly client: AdminClient;
}

export async function readRecords(broker: Broker, range: FollowShard, wait: Wait): Promise<RecordPage> {
  const first = await readNow(broker, range);
  if (first.records.length > 0 || first.isEnd || wait.waitMs === 0) return first;
  return (await nextPage(broker, { ...range, from: first.nextSequence }, wait)) ?? first;
}

function readNow(broker: Broker, range: FollowShard): Promise<RecordPage> {
  return new Promise((settle, fail) => {
    const reveal = (reply: Reply): void => take(reply, settle, fail);
    broker.query({ kind: 'readStream', ...range }, { reveal, isOpen: () => true });
  });
}

/** Undefined when the time is over or the client is gone. */
function nextPage(
  broker: Broker,
  range: FollowShard,
  { waitMs, client }: Wait,
): Promise<RecordPage | undefined> {
  return new Promise((settle, fail) => {
    // The core may refuse before `follow` returns.
    const held: { subscription?: Subscription } = {};
    const end = (): void => {
      clearTimeout(timer);
      held.subscription?.cancel();
    };
    const giveUp = (): void => {
      end();
      settle(undefined);
    };
    const timer = setTimeout(giveUp, waitMs);
    client.onClose(giveUp);
    const reveal = (reply: Reply): void => {
      end();
      take(reply, settle, fail);
    };
    held.subscription = broker.follow(range, { reveal, isOpen: () => client.isOpen });
    held.subscription.grant(1);
  });
}

/** Within `reveal`: what the core shows is valid until it returns. */
function take(reply: Reply, settle: (page: RecordPage) => void, fail: (error: Error) => void): void {
  if (reply.kind === 'records') settle(pageOf(reply));
  else if (reply.kind === 'error') fail(brokerProblem(reply.error));
  else fail(new Error(`the core answered ${reply.kind} instead of records`));
}

function pageOf({ shard, records, nextSequence, behindMs, isEnd, children }: RecordsReply): RecordPage {
  return {
    shard: shardView(shard),
    records: recordViews(records),
    nextSequence,
    behindMs,
    isEnd,
    children: children.map(({ index }) => index),
  };
}
