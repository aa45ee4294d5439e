// How a family of services behaves beyond the rows of its operations: one object per family, so that nothing
// else in the engine asks which service it serves. A service without a `dialect` is of the plain one.
import type { HttpRequest } from '../../../net/http.ts';
import { coralEdge } from './coral-edge.ts';
import { coralTypes } from './coral-types.ts';
import type { InputTypes } from './input-types.ts';
import { lenientTypes } from './lenient-types.ts';
import type { ServicePlan } from './plan.ts';

export interface Dialect {
  readonly types: InputTypes;
  /** Every answer carries `x-amz-id-2` beside the request id. */
  readonly hasSecondId: boolean;
  /** What its HTTP front end says by itself. */
  readonly edge: Edge | undefined;
}

export interface Edge {
  /** The answer to a request that is not of the service's API; undefined when it may be. */
  refuse(request: HttpRequest, service: ServicePlan, isTargetKnown: boolean): EdgeAnswer | undefined;
}

export interface EdgeAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Buffer | string;
}

/** SQS and STS. */
export const plainDialect: Dialect = { types: lenientTypes, hasSecondId: false, edge: undefined };

/** Kinesis and its like. */
export const coralDialect: Dialect = { types: coralTypes, hasSecondId: true, edge: coralEdge };
