// Types as SQS reads them: numbers and booleans may be quoted, fractions are cut off, integers saturate, and
// what can't be read is reported beside everything else that is wrong. Used by all wires.
import { decodeBase64 } from './base64.ts';
import type { InputTypes } from './input-types.ts';
import type { Plan } from './plan.ts';
import type { Problems } from './problems.ts';
import { timestampFromSeconds, timestampFromText } from './timestamp.ts';

export const lenientTypes: InputTypes = {
  scalar: readScalar,
  mismatch: (plan, raw, problems) => problems.add('type', plan.shape, raw),
};

function readScalar(plan: Plan, raw: unknown, problems: Problems): unknown {
  switch (plan.kind) {
    case 'boolean':
      return readBoolean(plan, raw, problems);
    case 'integer':
    case 'long':
    case 'double':
      return readNumber(plan, raw, problems);
    case 'timestamp':
      return readTimestamp(plan, raw, problems);
    case 'blob':
      return readBlob(plan, raw, problems);
    default:
      return typeof raw === 'string' ? raw : problems.add('type', plan.shape, raw);
  }
}

function readTimestamp(plan: Plan, raw: unknown, problems: Problems): number | undefined {
  if (typeof raw === 'number') return timestampFromSeconds(raw);
  const isIso = plan.shape.type === 'timestamp' && plan.shape.isIso === true;
  const ms = isIso && typeof raw === 'string' ? timestampFromText(raw) : undefined;
  return ms ?? problems.add('type', plan.shape, raw);
}

function readBlob(plan: Plan, raw: unknown, problems: Problems): Uint8Array | undefined {
  const bytes = typeof raw === 'string' ? decodeBase64(raw) : undefined;
  return bytes ?? problems.add('type', plan.shape, raw);
}

/** `"true"` is as good as `true`: some clients keep every attribute as text. */
function readBoolean(plan: Plan, raw: unknown, problems: Problems): boolean | undefined {
  if (typeof raw === 'boolean') return raw;
  if (raw === 'true') return true;
  return raw === 'false' ? false : problems.add('type', plan.shape, raw);
}

function readNumber(plan: Plan, raw: unknown, problems: Problems): number | undefined {
  if (typeof raw === 'number') return saturate(plan.kind, Math.trunc(raw), raw);
  return numberFromText(plan, raw, problems);
}

/** Numbers in quotes are read too (PHP and shell clients send them). */
export function numberFromText(plan: Plan, raw: unknown, problems: Problems): number | undefined {
  const number = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : Number.NaN;
  if (!Number.isFinite(number)) return problems.add('type', plan.shape, raw);
  return saturate(plan.kind, Math.trunc(number), number);
}

const int32Max = 2 ** 31 - 1;

/** Integers saturate, as AWS's own number reader does; `exact` is what a double keeps. */
export function saturate(kind: Plan['kind'], whole: number, exact: number): number {
  if (kind === 'double') return exact;
  const isInt = kind === 'integer';
  const least = isInt ? -int32Max - 1 : Number.MIN_SAFE_INTEGER;
  const most = isInt ? int32Max : Number.MAX_SAFE_INTEGER;
  return Math.max(least, Math.min(most, whole));
}
