// What every handler of EventBridge shares: the core, the clock, settings, limits. Made once per daemon in
// index.ts. It holds no event and nothing a restart may not forget.
import type { Clock } from '../../../../base/clock.ts';
import type { Broker } from '../../../../broker/index.ts';
import type { Paging } from '../../engine/paginate.ts';
import type { ServiceDeps } from '../../engine/service.ts';
import type { EventsSettings, Secrets } from './settings.ts';

export interface Events {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly paging: Paging;
  /** Absent: there are no connections. */
  readonly secrets: Secrets | undefined;
  /** Whether AWS's quotas hold for this bus. */
  isStrict(bus: string): boolean;
  /** Starts the replay that was just put, or goes on with it. */
  runReplay(entity: number): void;
}

export type EventsDeps = Pick<ServiceDeps, 'broker' | 'clock' | 'paging' | 'limitsFor'>;

export function createEvents(
  deps: EventsDeps,
  settings: EventsSettings,
  runReplay: Events['runReplay'] = () => {},
): Events {
  return {
    broker: deps.broker,
    clock: deps.clock,
    paging: deps.paging,
    isStrict: (bus) => deps.limitsFor('events', bus) === 'aws',
    secrets: settings.secrets,
    runReplay,
  };
}
