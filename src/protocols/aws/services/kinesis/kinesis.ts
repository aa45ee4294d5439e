// What every handler of Kinesis shares: the core, the clock, settings, and the little that this front
// remembers between requests. Made once per daemon in index.ts. It holds no record and nothing a restart may
// not forget.
import type { Clock } from '../../../../base/clock.ts';
import type { Broker } from '../../../../broker/index.ts';
import type { Paging } from '../../engine/paginate.ts';
import type { ServiceDeps } from '../../engine/service.ts';
import { AccountSettings } from './account-settings.ts';
import { defaultRetentionHours, type KinesisSettings, strictStateDelayMs } from './settings.ts';

export interface Kinesis {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly paging: Paging;
  /** Key material for iterators. */
  readonly secret: Uint8Array;
  readonly defaultRetentionHours: number;
  readonly accounts: AccountSettings;
  /** Whether AWS's quotas and rates hold for this stream. */
  isStrict(streamName: string): boolean;
  /** How long a change of this stream shows. */
  stateDelayMs(streamName: string): number;
}

export type KinesisDeps = Pick<ServiceDeps, 'broker' | 'clock' | 'secret' | 'paging' | 'limitsFor'>;

export function createKinesis(deps: KinesisDeps, settings: KinesisSettings = {}): Kinesis {
  const isStrict = (name: string): boolean => deps.limitsFor('kinesis', name) === 'aws';
  return {
    broker: deps.broker,
    clock: deps.clock,
    paging: deps.paging,
    secret: deps.secret,
    defaultRetentionHours: settings.defaultRetentionHours ?? defaultRetentionHours,
    accounts: new AccountSettings(),
    isStrict,
    stateDelayMs: (name) => settings.stateDelayMs ?? (isStrict(name) ? strictStateDelayMs : 0),
  };
}
