// A stream that is to be made: its parameters checked against each other and turned into settings. For
// CreateStream and for streams declared in the configuration.
import type { CreateStream } from '../../../../broker/index.ts';
import { limits } from '../../../../base/limits.ts';
import { annotated, annotation } from './annotations.ts';
import { invalidArgument, limitExceeded, type StreamPlace } from './errors.ts';
import { mergeTags, type Tags } from './tags.ts';

export interface NewStream {
  readonly ShardCount?: number | undefined;
  readonly StreamModeDetails?: { readonly StreamMode: 'PROVISIONED' | 'ON_DEMAND' } | undefined;
  readonly Tags?: Tags | undefined;
  readonly WarmThroughputMiBps?: number | undefined;
  readonly MaxRecordSizeInKiB?: number | undefined;
  readonly RecordDistributionStrategy?: 'AUTO' | 'USER_PARTITION_KEY' | undefined;
}

export type StreamDraft = Pick<CreateStream, 'settings' | 'initialShardCount' | 'annotations' | 'tags'>;

export const hourMs = 3_600_000;
/** What a stream starts with that names no count (recorded). */
const defaultShardCount = 4;
const defaultRecordKiB = 1024;

export function draftNewStream(place: StreamPlace, given: NewStream, retentionHours: number): StreamDraft {
  const { ShardCount: shardCount, WarmThroughputMiBps: warm, RecordDistributionStrategy: strategy } = given;
  const mode =
    given.StreamModeDetails?.StreamMode ?? (shardCount === undefined ? 'ON_DEMAND' : 'PROVISIONED');
  checkMode(given, mode);
  const initialShardCount = shardCount ?? defaultShardCount;
  requireShardCount(initialShardCount);
  return {
    settings: {
      retentionMs: retentionHours * hourMs,
      sharding: mode === 'ON_DEMAND' ? 'automatic' : 'fixed',
      maxRecordBytes: (given.MaxRecordSizeInKiB ?? defaultRecordKiB) * 1024,
    },
    initialShardCount,
    annotations: annotated(
      {},
      {
        [annotation.warmMiBps]: warm === undefined ? undefined : String(warm),
        [annotation.distribution]: strategy,
      },
    ),
    tags: mergeTags(place, {}, given.Tags ?? {}),
  };
}

function checkMode(given: NewStream, mode: 'PROVISIONED' | 'ON_DEMAND'): void {
  if (mode === 'ON_DEMAND') {
    if (given.ShardCount === undefined) return;
    throw invalidArgument('ShardCount cannot be provided for a stream in On-Demand mode.');
  }
  if (given.ShardCount === undefined) {
    throw invalidArgument('ShardCount must be provided for a stream in Provisioned mode.');
  }
  if (given.WarmThroughputMiBps !== undefined) throw onDemandOnly('WarmThroughputMiBps');
  if (given.RecordDistributionStrategy === 'AUTO') throw onDemandOnly('RecordDistributionStrategy AUTO');
}

export function onDemandOnly(what: string): Error {
  return invalidArgument(`${what} can only be used with streams in On-Demand mode.`);
}

/** What the core can hold, under every profile. */
export function requireShardCount(count: number): void {
  if (count <= limits.shardsPerStreamMax) return;
  throw limitExceeded(
    `A stream has at most ${limits.shardsPerStreamMax} open shards; ${count} were asked for.`,
  );
}
