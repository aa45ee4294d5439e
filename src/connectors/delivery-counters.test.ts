// The metrics of deliveries: a row per target, gone with it.
import { expect, it } from 'vitest';
import { createRegistry } from '../base/metrics.ts';
import { describeDeliveries, newCounters } from './delivery-counters.ts';

it('shows each target, as long as it is watched', async () => {
  const registry = createRegistry();
  const targets = new Map([
    ['topic/a', { ...newCounters(), attemptCount: 3, latencyMs: 1_500, runningCount: 2 }],
  ]);
  describeDeliveries(registry, () => targets);
  const text = await registry.text();
  expect(text).toContain('caudal_connectors_attempts_total{target="topic/a"} 3');
  expect(text).toContain('caudal_connectors_latency_seconds_total{target="topic/a"} 1.5');
  expect(text).toContain('caudal_connectors_running_deliveries{target="topic/a"} 2');
  targets.clear();
  expect(await registry.text()).not.toContain('topic/a');
});
