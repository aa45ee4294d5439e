// What a service makes of values that are not quite of their shape's type: the strategy that decoders ask for
// each scalar and for each misplaced list or map. SQS and STS forgive (lenient-types.ts); services that keep
// to AWS's Coral framework refuse in its words (coral-types.ts).
import type { Plan } from './plan.ts';
import type { Problems } from './problems.ts';

export interface InputTypes {
  /**
   * The value of a scalar shape. `raw` is text, number or boolean, bytes in CBOR, or a misplaced array or
   * object; never null. Undefined when the member is to be left out.
   */
  scalar(plan: Plan, raw: unknown, problems: Problems): unknown;
  /** `raw` stands where a list, map or structure was expected. */
  mismatch(plan: Plan, raw: unknown, problems: Problems): undefined;
}
