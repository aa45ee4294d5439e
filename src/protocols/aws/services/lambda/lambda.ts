// What every handler of Lambda shares: the core, paging, and the daemon's functions and pollers. Made once
// per daemon in index.ts.
import type { Broker } from '../../../../broker/index.ts';
import type { Paging } from '../../engine/paginate.ts';
import type { ServiceDeps } from '../../engine/service.ts';
import type { Functions, LambdaSettings, MappingRunner } from './settings.ts';

export interface Lambda {
  readonly broker: Broker;
  readonly paging: Paging;
  readonly functions: Functions | undefined;
  readonly mappings: MappingRunner | undefined;
}

export function createLambda(
  { broker, paging }: Pick<ServiceDeps, 'broker' | 'paging'>,
  { functions, mappings }: LambdaSettings,
): Lambda {
  return { broker, paging, functions, mappings };
}
