// ListShards: pages of the shards of one stream, by name, ARN or token.
import type { Call } from '../../../engine/service.ts';
import { invalidArgument, notActive, shardNotFound, streamNotFound } from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { openPosition, sealPosition } from '../paging.ts';
import { checkFilter, filterShards, type ShardFilter } from '../shard-filter.ts';
import { parseShardId } from '../shard-id.ts';
import { shardShape } from '../shard-shape.ts';
import { openStream, statusOf, type Stream, streamOf } from '../stream-ref.ts';
import { readShards } from './describe.ts';
import { createdAtMs } from './streams.ts';

const shardsDefault = 1000;

/** What a token stands for: everything but the size of the page. */
interface Listing {
  readonly entity: number;
  readonly name: string;
  readonly account: string;
  /** Index of the last shard shown. */
  readonly after: number;
  readonly filter: ShardFilter | undefined;
}

export async function listShards(
  kinesis: Kinesis,
  input: KinesisInput<'ListShards'>,
  call: Call,
): Promise<KinesisOutput<'ListShards'>> {
  const { NextToken: token, MaxResults: limit = shardsDefault } = input;
  const { stream, listing } =
    token === undefined ? begin(kinesis, input, call) : resume(kinesis, input, call, token);
  const status = statusOf(kinesis, stream);
  if (status === 'CREATING' || status === 'DELETING') throw notActive(stream, status);
  const { retentionMs } = stream.definition.settings;
  const horizonMs = Math.max(stream.definition.createdAtMs, kinesis.clock.nowMs() - retentionMs);
  const chosen = filterShards(await readShards(call, stream), listing.filter, horizonMs);
  const found = chosen.filter(({ index }) => index > listing.after);
  const shown = found.slice(0, limit);
  const next = { ...listing, after: shown.at(-1)?.index };
  return {
    Shards: shown.map(shardShape),
    NextToken: found.length > limit ? sealPosition(kinesis, call, '', JSON.stringify(next)) : undefined,
  };
}

interface Begun {
  readonly stream: Stream;
  readonly listing: Listing;
}

function begin(kinesis: Kinesis, input: KinesisInput<'ListShards'>, call: Call): Begun {
  if (input.StreamName === undefined && input.StreamARN === undefined) {
    throw invalidArgument('Either NextToken or StreamName should be provided.');
  }
  const { ShardFilter: filter, ExclusiveStartShardId: startId } = input;
  if (filter !== undefined) checkFilter(filter);
  const stream = openStream(kinesis, call, input, 'kinesis:ListShards');
  requireCreation(stream, input.StreamCreationTimestamp);
  const after = startId === undefined ? -1 : parseShardId(startId);
  if (after === undefined) throw shardNotFound(startId!, stream);
  const { entity, name, account } = stream;
  return { stream, listing: { entity, name, account, after, filter } };
}

/** The life of the stream that a client means, when it knows more than one. */
export function requireCreation(stream: Stream, creationMs: number | undefined): void {
  if (creationMs === undefined || Math.floor(creationMs / 1000) * 1000 === createdAtMs(stream)) return;
  throw streamNotFound(stream);
}

function resume(kinesis: Kinesis, input: KinesisInput<'ListShards'>, call: Call, token: string): Begun {
  const excluded = [
    'StreamName',
    'StreamARN',
    'ExclusiveStartShardId',
    'StreamCreationTimestamp',
    'ShardFilter',
  ] as const;
  const beside = excluded.find((member) => input[member] !== undefined);
  if (beside !== undefined) throw invalidArgument(`NextToken and ${beside} cannot be provided together.`);
  const listing = JSON.parse(openPosition(kinesis, call, '', token)) as Listing;
  const definition = kinesis.broker.catalog.streams.byEntity(listing.entity);
  if (definition === undefined) throw streamNotFound(listing);
  const stream = streamOf(definition);
  call.authorize('kinesis:ListShards', stream.resource);
  return { stream, listing };
}
