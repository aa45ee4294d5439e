// Quotas and waiting times of AWS's accounts, which hold under `limits: aws` alone, and the rows of the
// generated table. Sizes, names and ranges are not here: they hold under every profile.
import type { LimitRow, Call } from '../../engine/service.ts';
import type { Kinesis } from './kinesis.ts';
import type { Stream } from './stream-ref.ts';
import { limitExceeded, placeText, shardLimit } from './errors.ts';
import { expectReply } from './reply.ts';
import { streamOf } from './stream-ref.ts';
import { streamStatus } from './stream-status.ts';

export const onDemandStreamsMax = 50;
const creatingStreamsMax = 5;
const creatingConsumersMax = 5;
const consumersMax = 20;
const committedConsumersMax = 50;
const resizesPerDay = 10;
const switchesPerDay = 2;
const dayMs = 24 * 3_600_000;
const largeRegions: ReadonlySet<string> = new Set(['us-east-1', 'us-west-2', 'eu-west-1']);
/** Streams that are asked at once for their shards. */
const askedAtOnce = 64;
const pageStreams = 1000;

/** Rows of docs/reference/limits.md. */
export const kinesisLimits: readonly LimitRow[] = [
  {
    what: 'Open shards of provisioned streams in an account and region',
    relaxed: 'unlimited',
    aws: '500 (us-east-1, us-west-2, eu-west-1) or 200, then LimitExceededException',
  },
  {
    what: 'On-demand streams in an account and region',
    relaxed: 'unlimited',
    aws: `${onDemandStreamsMax}, then LimitExceededException`,
  },
  {
    what: 'Streams that are CREATING at once, and consumers of one stream',
    relaxed: 'unlimited',
    aws: `${creatingStreamsMax} each, then LimitExceededException`,
  },
  {
    what: 'States CREATING, UPDATING, DELETING of a stream, CREATING of a consumer',
    relaxed: 'passed at once (setting kinesis.stateDelayMs)',
    aws: '500 ms each (same setting)',
  },
  {
    what: 'Registered consumers of one stream',
    relaxed: '1000',
    aws: `${consumersMax}, or ${committedConsumersMax} with a throughput commitment`,
  },
  { what: 'UpdateShardCount of one stream', relaxed: 'unlimited', aws: `${resizesPerDay} in 24 hours` },
  { what: 'UpdateStreamMode of one stream', relaxed: 'unlimited', aws: `${switchesPerDay} in 24 hours` },
];

export function shardQuota(region: string): number {
  return largeRegions.has(region) ? 500 : 200;
}

export interface AccountCounts {
  /** Of provisioned streams. */
  readonly openShards: number;
  readonly onDemandStreams: number;
  readonly creatingStreams: number;
}

/** What the caller's account has in this region. */
export async function countAccount(kinesis: Kinesis, call: Call): Promise<AccountCounts> {
  let [openShards, onDemandStreams, creatingStreams] = [0, 0, 0];
  const provisioned: Stream[] = [];
  for (const stream of streamsOf(kinesis, call)) {
    if (streamStatus(stream.definition, kinesis.clock.nowMs()) === 'CREATING') creatingStreams++;
    if (stream.mode === 'ON_DEMAND') onDemandStreams++;
    else provisioned.push(stream);
  }
  for (let at = 0; at < provisioned.length; at += askedAtOnce) {
    const counts = provisioned
      .slice(at, at + askedAtOnce)
      .map((stream) => openShardCount(call, stream, true));
    for (const count of await Promise.all(counts)) openShards += count;
  }
  return { openShards, onDemandStreams, creatingStreams };
}

function* streamsOf(kinesis: Kinesis, call: Call): Iterable<Stream> {
  const namespace = `${call.principal.account}/${call.region}`;
  let after: string | undefined;
  for (;;) {
    const limit = pageStreams;
    const page = kinesis.broker.catalog.streams.list({
      namespace,
      limit,
      ...(after === undefined ? {} : { after }),
    });
    for (const definition of page) yield streamOf(definition);
    if (page.length < limit) return;
    after = page.at(-1)!.name.name;
  }
}

/** `canBeGone`: it counts nothing when it was deleted meanwhile. */
export async function openShardCount(call: Call, stream: Stream, canBeGone = false): Promise<number> {
  const reply = await call.ask({ kind: 'streamStats', entity: stream.entity });
  if (canBeGone && reply.kind === 'error' && reply.error.code === 'stream_not_found') return 0;
  return expectReply(reply, 'streamStats', stream).openShardCount;
}

/** Before a stream is made. */
export async function admitStream(
  kinesis: Kinesis,
  call: Call,
  wanted: { readonly shardCount: number; readonly isOnDemand: boolean },
): Promise<void> {
  const counts = await countAccount(kinesis, call);
  const { account } = call.principal;
  if (counts.creatingStreams >= creatingStreamsMax) {
    throw limitExceeded(`Account ${account} has ${creatingStreamsMax} streams in state CREATING already.`);
  }
  if (!wanted.isOnDemand) return requireShards(call, counts.openShards, wanted.shardCount);
  if (counts.onDemandStreams >= onDemandStreamsMax) {
    throw limitExceeded(
      `This request would exceed the on-demand stream limit for the account ${account} in ${call.region}: ` +
        `${onDemandStreamsMax}.`,
    );
  }
}

/** Before shards are added to a provisioned stream. */
export async function admitShards(
  kinesis: Kinesis,
  call: Call,
  stream: Stream,
  added: number,
): Promise<void> {
  if (added <= 0 || !kinesis.isStrict(stream.name)) return;
  requireShards(call, (await countAccount(kinesis, call)).openShards, added);
}

function requireShards(call: Call, current: number, added: number): void {
  const limit = shardQuota(call.region);
  if (current + added <= limit) return;
  throw shardLimit({ account: call.principal.account, region: call.region, current, limit, added });
}

export function admitConsumer(kinesis: Kinesis, stream: Stream): void {
  if (!kinesis.isStrict(stream.name)) return;
  const nowMs = kinesis.clock.nowMs();
  const { consumers } = stream.definition;
  const max = kinesis.accounts.isCommitted(stream.account, nowMs) ? committedConsumersMax : consumersMax;
  if (consumers.length >= max) {
    throw limitExceeded(`The ${placeText(stream)} has ${max} registered consumers already.`);
  }
  if (consumers.filter(({ readyAtMs }) => nowMs < readyAtMs).length >= creatingConsumersMax) {
    throw limitExceeded(
      `The ${placeText(stream)} has ${creatingConsumersMax} consumers in state CREATING already.`,
    );
  }
}

/**
 * The times of the last changes of one kind with this one added, as annotations keep them. Throws when there
 * were too many within a day and the stream is held to that.
 */
export function admitDaily(
  kinesis: Kinesis,
  stream: Stream,
  what: 'resizes' | 'switches',
  previous: string | undefined,
): string {
  const max = what === 'resizes' ? resizesPerDay : switchesPerDay;
  const nowMs = kinesis.clock.nowMs();
  const recent = (previous ?? '').split(',').filter((ms) => ms !== '' && nowMs - Number(ms) < dayMs);
  if (recent.length >= max && kinesis.isStrict(stream.name)) {
    throw limitExceeded(
      what === 'resizes'
        ? `The shard count of ${placeText(stream)} was changed ${max} times within 24 hours already.`
        : `The mode of ${placeText(stream)} was changed ${max} times within 24 hours already.`,
    );
  }
  return [...recent, String(nowMs)].slice(-max).join(',');
}
