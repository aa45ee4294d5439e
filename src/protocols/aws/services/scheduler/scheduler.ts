// What every handler of Scheduler shares: the core, the clock, paging. Made once per daemon in index.ts; it
// holds nothing a restart may not forget.
import type { Clock } from '../../../../base/clock.ts';
import type { Broker } from '../../../../broker/index.ts';
import type { Paging } from '../../engine/paginate.ts';
import type { Call, Resource } from '../../engine/service.ts';
import type { Place } from '../events/names.ts';

export interface Scheduler {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly paging: Paging;
}

export function callerPlace(call: Call): Place {
  return { account: call.principal.account, region: call.region };
}

export function authorize(call: Call, resource: Resource): void {
  call.authorize(`scheduler:${call.operationName}`, resource);
}
