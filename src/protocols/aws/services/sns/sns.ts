// What every handler of SNS shares: the core, and the little that this front keeps between requests. Made
// once per daemon in index.ts. It holds nothing that a restart may not forget.
import type { Clock } from '../../../../base/clock.ts';
import type { Broker } from '../../../../broker/index.ts';
import type { Paging } from '../../engine/paginate.ts';
import type { ServiceDeps } from '../../engine/service.ts';
import { ConfirmationTokens } from './confirmation-token.ts';
import { Turns } from './turns.ts';

export interface Sns {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly paging: Paging;
  readonly tokens: ConfirmationTokens;
  /** Requests that make the same thing, one after the other. */
  readonly turns: Turns;
  readonly limitsFor: ServiceDeps['limitsFor'];
}

export type SnsDeps = Pick<ServiceDeps, 'broker' | 'clock' | 'secret' | 'paging' | 'limitsFor'>;

export function createSns(deps: SnsDeps): Sns {
  return {
    broker: deps.broker,
    clock: deps.clock,
    paging: deps.paging,
    tokens: new ConfirmationTokens(deps.secret),
    turns: new Turns(),
    limitsFor: deps.limitsFor,
  };
}
