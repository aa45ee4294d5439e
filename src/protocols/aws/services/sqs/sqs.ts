// What every handler of SQS shares: the core, and the few things that this front remembers between requests.
// Made once per daemon in index.ts. It holds no message and nothing that a restart may not forget.
import type { Clock } from '../../../../base/clock.ts';
import type { Broker } from '../../../../broker/index.ts';
import type { Paging } from '../../engine/paginate.ts';
import type { ServiceDeps } from '../../engine/service.ts';
import { RateGate } from './limits.ts';
import { QueueUrls } from './queue.ts';
import { Receipts } from './receipt.ts';

export interface Sqs {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly receipts: Receipts;
  readonly urls: QueueUrls;
  readonly gate: RateGate;
  readonly paging: Paging;
}

export type SqsDeps = Pick<ServiceDeps, 'broker' | 'clock' | 'secret' | 'paging' | 'limitsFor'>;

export function createSqs(deps: SqsDeps): Sqs {
  return {
    broker: deps.broker,
    clock: deps.clock,
    receipts: new Receipts(deps.secret),
    urls: new QueueUrls(),
    gate: new RateGate(deps.clock, deps.limitsFor),
    paging: deps.paging,
  };
}
