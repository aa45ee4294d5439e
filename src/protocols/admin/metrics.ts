// Every metric of the daemon: name, meaning, where its value comes from. Loaded with the first scrape or soon
// after the start, since the client library is slow to load; gathers on scrape only, but for commit times.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createRegistry, type Registry } from '../../base/metrics.ts';
import type { QueueCounters } from '../../broker/index.ts';
import { spread } from './metric-rows.ts';
import { defineStreams } from './metrics-streams.ts';
import type { AllSnapshots, QueueRow, QueueSnapshots } from './snapshots.ts';
import type { AdminDeps } from './types.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

const commitBuckets = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 5];
const loopResolutionMs = 20;

export function createMetrics(deps: AdminDeps, snapshots: AllSnapshots): Metrics {
  const registry = createRegistry();
  defineProcess(registry);
  defineCore(registry, deps);
  defineQueues(registry, deps, snapshots.queues);
  defineStreams(registry, deps, snapshots.streams);
  const commit = registry.histogram({
    name: 'caudal_storage_commit_seconds',
    help: 'Time of one group commit, from hand-over to the log until it is durable',
    labels: ['cell'],
    buckets: commitBuckets,
  });
  deps.commitTimes.onCommit = (cell, seconds) => commit.observe([cell], seconds);
  return { contentType: registry.contentType, text: () => registry.text() };
}

function defineProcess(registry: Registry): void {
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  loop.enable();
  registry.gauge(
    {
      name: 'caudal_process_event_loop_lag_seconds',
      help: 'Delay of timers since the last scrape; quantile 1 is the longest',
      labels: ['quantile'],
    },
    (set) => {
      // The sampling timer's own period is part of each value.
      const lag = (ns: number): number =>
        Math.max(0, (Number.isFinite(ns) ? ns : 0) / 1e9 - loopResolutionMs / 1e3);
      set(['0.5'], lag(loop.percentile(50)));
      set(['0.99'], lag(loop.percentile(99)));
      set(['1'], lag(loop.max));
      loop.reset();
    },
  );
  registry.gauge(
    {
      name: 'caudal_process_rss_anon_bytes',
      help: 'Anonymous resident memory: without mapped files',
      labels: [],
    },
    (set) => set([], rssAnonBytes()),
  );
  registry.gauge(
    { name: 'caudal_process_heap_used_bytes', help: 'Used JavaScript heap', labels: [] },
    (set) => set([], process.memoryUsage().heapUsed),
  );
  registry.counter(
    { name: 'caudal_process_cpu_seconds_total', help: 'CPU time of all threads', labels: [] },
    (set) => {
      const { user, system } = process.cpuUsage();
      set([], (user + system) / 1e6);
    },
  );
  registry.gauge({ name: 'caudal_process_uptime_seconds', help: 'Time since the start', labels: [] }, (set) =>
    set([], process.uptime()),
  );
}

function rssAnonBytes(): number {
  try {
    const line = /^RssAnon:\s+([0-9]+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'));
    return line === null ? 0 : Number(line[1]) * 1024;
  } catch {
    // Only Linux has the file; elsewhere the number is simply not known.
    return 0;
  }
}

function defineCore(registry: Registry, { broker }: AdminDeps): void {
  const cells = () => broker.introspect().cells;
  registry.counter(
    { name: 'caudal_broker_commits_total', help: 'Group commits of a cell', labels: ['cell'] },
    (set) => cells().forEach((cell) => set([cell.name], cell.commitCount)),
  );
  registry.gauge(
    {
      name: 'caudal_broker_uncommitted_bytes',
      help: 'Bytes decided and not yet committed',
      labels: ['cell'],
    },
    (set) => cells().forEach((cell) => set([cell.name], cell.uncommittedBytes)),
  );
  registry.gauge(
    {
      name: 'caudal_storage_writable',
      help: '0 while the disk is too full for new messages',
      labels: ['cell'],
    },
    (set) => cells().forEach((cell) => set([cell.name], cell.isWritable ? 1 : 0)),
  );
  const simple = [
    ['caudal_storage_disk_bytes', 'Bytes of all stored files', 'diskBytes'],
    ['caudal_broker_page_cache_bytes', 'Resident pages', 'pageCacheBytes'],
    ['caudal_broker_leases', 'Leases of all queues', 'leaseCount'],
    ['caudal_broker_waiters', 'Long polls and consumers that wait', 'waiterCount'],
    ['caudal_broker_followers', 'Readers that wait at shards, pushed to or in a long read', 'followerCount'],
  ] as const;
  for (const [name, help, key] of simple) {
    registry.gauge({ name, help, labels: [] }, (set) => set([], broker.introspect()[key]));
  }
}

const queueLabels = ['account', 'region', 'queue'];

type RowValue = (row: QueueRow, nowMs: number) => number;

const queueGauges: readonly (readonly [string, string, RowValue])[] = [
  ['caudal_queue_ready_messages', 'Messages that can be received', ({ stats }) => stats.readyCount],
  ['caudal_queue_leased_messages', 'Messages in flight', ({ stats }) => stats.leasedCount],
  ['caudal_queue_delayed_messages', 'Messages whose time has not come', ({ stats }) => stats.delayedCount],
  [
    'caudal_queue_oldest_age_seconds',
    'Age of the oldest message that is there',
    ({ stats }, nowMs) =>
      stats.oldestSentAtMs === undefined ? 0 : Math.max(0, nowMs - stats.oldestSentAtMs) / 1000,
  ],
];

const queueCounters: readonly (readonly [string, string, keyof QueueCounters])[] = [
  ['caudal_queue_sent_messages_total', 'Messages sent', 'sentCount'],
  ['caudal_queue_sent_bytes_total', 'Bytes of messages sent', 'sentBytes'],
  ['caudal_queue_received_messages_total', 'Messages handed out', 'receivedCount'],
  ['caudal_queue_settled_messages_total', 'Messages deleted by consumers', 'settledCount'],
  ['caudal_queue_expired_leases_total', 'Leases that ended by their deadline', 'expiredLeaseCount'],
  [
    'caudal_queue_dead_lettered_messages_total',
    'Messages moved to the dead-letter queue',
    'deadLetteredCount',
  ],
];

function defineQueues(registry: Registry, deps: AdminDeps, snapshots: QueueSnapshots): void {
  const { clock, broker } = deps;
  registry.gauge({ name: 'caudal_queue_count', help: 'Queues', labels: [] }, async (set) => {
    const { rows, leftOutCount } = await snapshots.latest();
    set([], rows.length + leftOutCount);
  });
  for (const [name, help, value] of queueGauges) {
    const isAge = name.includes('age');
    registry.gauge({ name, help, labels: queueLabels }, async (set) => {
      const { rows } = await snapshots.latest();
      const nowMs = clock.nowMs();
      spread(deps.metrics, rows, set, {
        value: (row) => value(row, nowMs),
        join: isAge ? Math.max : (a, b) => a + b,
      });
    });
  }
  for (const [name, help, key] of queueCounters) {
    registry.counter({ name, help, labels: queueLabels }, async (set) => {
      const { rows } = await snapshots.latest();
      const counters = broker.introspect();
      const value = ({ definition }: QueueRow): number =>
        counters.queueCounters(definition.entity)?.[key] ?? 0;
      spread(deps.metrics, rows, set, { value, join: (a, b) => a + b });
    });
  }
}
