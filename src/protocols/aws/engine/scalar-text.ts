// Scalars that stand as text in a request: Query parameters, and labels, query strings and headers of
// REST-JSON. Used by those two wires; what is no value of its kind is reported, never thrown.
import { decodeBase64 } from './base64.ts';
import { numberFromText } from './lenient-types.ts';
import type { Plan } from './plan.ts';
import type { Problems } from './problems.ts';
import { timestampFromText } from './timestamp.ts';

export function scalarFromText(plan: Plan, text: string, problems: Problems): unknown {
  switch (plan.kind) {
    case 'integer':
    case 'long':
    case 'double':
      return numberFromText(plan, text, problems);
    case 'boolean':
      return booleanFromText(text) ?? problems.add('type', plan.shape, text);
    case 'timestamp':
      return timestampFromText(text) ?? problems.add('type', plan.shape, text);
    case 'blob':
      return decodeBase64(text) ?? problems.add('type', plan.shape, text);
    default:
      return text;
  }
}

function booleanFromText(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' || lower === '1' ? true : lower === 'false' || lower === '0' ? false : undefined;
}
