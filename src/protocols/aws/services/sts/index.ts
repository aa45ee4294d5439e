// The STS service: rows, functions and error words put together for the engine.
import type { ServiceFactory } from '../../engine/service.ts';
import { stsErrors } from './errors.ts';
import { createStsHandlers } from './handlers.ts';
import { stsModel } from './model.ts';

export const stsService: ServiceFactory = (deps) => ({
  service: stsModel,
  handlers: createStsHandlers(deps),
  errors: stsErrors,
});
