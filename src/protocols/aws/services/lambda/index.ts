// The Lambda service, as far as queues and streams need it: its rows, one handler per operation, its words
// for errors; and what the daemon's pollers need of a mapping. services/index.ts makes it with the daemon's
// settings.
import type { Handlers, ServiceFactory } from '../../engine/service.ts';
import { lambdaErrors } from './errors.ts';
import { invoke } from './handlers/invoke.ts';
import {
  createMapping,
  deleteMapping,
  getMapping,
  listMappings,
  updateMapping,
} from './handlers/mappings.ts';
import { createLambda } from './lambda.ts';
import { lambdaModel } from './model.ts';
import type { LambdaSettings } from './settings.ts';

export const lambdaService =
  (settings: LambdaSettings): ServiceFactory =>
  (deps) => {
    const lambda = createLambda(deps, settings);
    const handlers: Handlers<typeof lambdaModel> = {
      CreateEventSourceMapping: (input, call) => createMapping(lambda, input, call),
      DeleteEventSourceMapping: (input, call) => deleteMapping(lambda, input, call),
      GetEventSourceMapping: (input, call) => getMapping(lambda, input, call),
      ListEventSourceMappings: (input, call) => listMappings(lambda, input, call),
      UpdateEventSourceMapping: (input, call) => updateMapping(lambda, input, call),
      Invoke: (input, call) => invoke(lambda, input, call),
    };
    return { service: lambdaModel, handlers, errors: lambdaErrors };
  };

export type { Functions, FunctionRequest, LambdaSettings, MappingRunner } from './settings.ts';
export { mappingPrefix } from './names.ts';
export { mappingPlan, type MappingPlan } from './mapping-plan.ts';
