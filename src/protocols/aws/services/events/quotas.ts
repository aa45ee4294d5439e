// How much there may be: of AWS's quotas under `limits: aws`, of ours otherwise (base/limits.ts).
import { limits } from '../../../../base/limits.ts';
import type { LimitRow } from '../../engine/service.ts';
import type { Bus } from './bus-ref.ts';
import { tooMany } from './errors.ts';
import type { Events } from './events.ts';
import { type BusAddress, busPrefix } from './names.ts';

/** EventBridge user guide, "Amazon EventBridge quotas". */
const aws = {
  buses: 100,
  rulesPerBus: 300,
  targetsPerRule: 5,
  connections: 3000,
  destinations: 3000,
} as const;

export const eventsLimits: readonly LimitRow[] = [
  {
    what: 'rules of an event bus',
    relaxed: String(limits.eventsRulesPerBusMax),
    aws: String(aws.rulesPerBus),
  },
  {
    what: 'targets of a rule',
    relaxed: String(limits.eventsTargetsPerRuleMax),
    aws: String(aws.targetsPerRule),
  },
  { what: 'event buses of an account', relaxed: 'no limit', aws: String(aws.buses) },
  { what: 'endpoints of API destinations', relaxed: 'http and https', aws: 'https' },
];

export function admitRule(events: Events, bus: Bus): void {
  const most = events.isStrict(bus.bus) ? aws.rulesPerBus : limits.eventsRulesPerBusMax;
  if (events.broker.catalog.bindings.ofTopic(bus.definition.entity).length >= most) throw tooMany();
}

export function admitTargets(events: Events, { bus }: BusAddress, count: number): void {
  const most = events.isStrict(bus) ? aws.targetsPerRule : limits.eventsTargetsPerRuleMax;
  if (count > most) throw tooMany();
}

export function admitBus(events: Events, namespace: string, bus: string): void {
  if (!events.isStrict(bus)) return;
  const { topics } = events.broker.catalog;
  const found = topics.list({ namespace, prefix: busPrefix, limit: aws.buses });
  if (found.length >= aws.buses) throw tooMany();
}
