// Metrics of streams and their consumer groups, asked on scrape like those of queues and bounded by the same
// settings. Called by metrics.ts, which owns the registry.
import type { Registry, SetValue } from '../../base/metrics.ts';
import type { GroupView, StreamStats } from '../../broker/index.ts';
import { ask } from './ask.ts';
import { namedCount, spread, sum } from './metric-rows.ts';
import { AdminProblem } from './problem.ts';
import { addressOf } from './queue-path.ts';
import type { StreamRow, StreamSnapshots } from './snapshots.ts';
import { behindCount } from './stream-view.ts';
import type { AdminDeps } from './types.ts';

const labels = ['account', 'region', 'stream'];

const counters: readonly (readonly [name: string, help: string, key: keyof StreamStats])[] = [
  ['caudal_stream_appended_records_total', 'Records taken', 'recordCount'],
  ['caudal_stream_appended_bytes_total', 'Bytes of keys and data taken', 'recordBytes'],
  ['caudal_stream_read_records_total', 'Records handed to readers', 'readRecordCount'],
  ['caudal_stream_read_bytes_total', 'Bytes of keys and data handed to readers', 'readBytes'],
  ['caudal_stream_refused_records_total', 'Records beyond the rate of their shard', 'refusedCount'],
];

export function defineStreams(registry: Registry, deps: AdminDeps, snapshots: StreamSnapshots): void {
  registry.gauge({ name: 'caudal_stream_count', help: 'Streams', labels: [] }, async (set) => {
    const { rows, leftOutCount } = await snapshots.latest();
    set([], rows.length + leftOutCount);
  });
  registry.gauge(
    { name: 'caudal_stream_open_shards', help: 'Shards that take records', labels },
    async (set) => {
      const { rows } = await snapshots.latest();
      spread(deps.metrics, rows, set, { value: ({ stats }) => stats.openShardCount, join: sum });
    },
  );
  for (const [name, help, key] of counters) {
    registry.counter({ name, help, labels }, async (set) => {
      const { rows } = await snapshots.latest();
      // The registry refuses a counter below zero, and one wrong number must not cost the whole scrape.
      const value = ({ stats }: StreamRow): number => Math.max(0, Number(stats[key]));
      spread(deps.metrics, rows, set, { value, join: sum });
    });
  }
  const groupLabels = [...labels, 'group'];
  registry.gauge(
    {
      name: 'caudal_stream_group_behind_records',
      help: 'Committed records that a consumer group has not processed; of streams with labels of their own',
      labels: groupLabels,
    },
    async (set) => setGroups(deps, (await snapshots.latest()).rows, set),
  );
}

/** As many pairs of stream and group have labels as queues may have; the rest of these streams' is one. */
async function setGroups(deps: AdminDeps, rows: readonly StreamRow[], set: SetValue): Promise<void> {
  let pairCount = 0;
  let other: number | undefined;
  for (const { definition } of rows.slice(0, namedCount(deps.metrics, rows.length))) {
    const { account, region, name } = addressOf(definition.name);
    for (const group of await groupsOf(deps, definition.entity)) {
      const behind = behindCount(group.shards);
      if (pairCount++ < deps.metrics.queuesMax) set([account, region, name, group.name], behind);
      else other = (other ?? 0) + behind;
    }
  }
  if (other !== undefined) set(['other', 'other', 'other', 'other'], other);
}

/** A stream may be deleted while it is asked: it is left out. */
async function groupsOf({ broker }: AdminDeps, entity: number): Promise<readonly GroupView[]> {
  try {
    return (await ask(broker, { kind: 'listGroups', entity }, 'groups')).groups;
  } catch (error) {
    if (error instanceof AdminProblem) return [];
    throw error;
  }
}
