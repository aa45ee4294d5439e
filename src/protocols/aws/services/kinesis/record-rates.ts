// What AWS lets into and out of one shard in a second. It holds under `limits: aws` alone; the rows are
// those of the generated table.
import { limits } from '../../../../base/limits.ts';
import type { ShardRate } from '../../../../broker/index.ts';
import type { LimitRow } from '../../engine/service.ts';

/** Into a shard of a provisioned stream; the core refuses record by record. */
export const shardRate: ShardRate = {
  recordsPerSecond: limits.shardRecordsPerSecond,
  bytesPerSecond: limits.shardBytesPerSecond,
};
/** Of each action that reads; of GetRecords also so many bytes. */
export const readsPerSecond = 5;
export const readBytesPerSecond = 2 * 1024 * 1024;

export const recordLimits: readonly LimitRow[] = [
  {
    what: 'PutRecord and PutRecords into one shard of a provisioned stream',
    relaxed: 'unlimited',
    aws: `${shardRate.recordsPerSecond} records/s or 1 MiB/s, then ProvisionedThroughputExceededException`,
  },
  {
    what: 'GetRecords and GetShardIterator, each on one shard',
    relaxed: 'unlimited',
    aws: `${readsPerSecond}/s, then ProvisionedThroughputExceededException`,
  },
  {
    what: 'Bytes of GetRecords from one shard',
    relaxed: 'unlimited',
    aws: '2 MiB/s; an answer of 10 MiB is paid off in 5 s, before which the same exception is answered',
  },
];
