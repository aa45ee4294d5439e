// One field of a cron expression as a sorted list of the values that it allows: lists, ranges, steps, names.
// Called by cron.ts for minutes, hours, months and years, and by cron-days.ts for what is left of the two day
// fields. It knows nothing of calendars. Grammar: EventBridge User Guide, *Cron expressions reference*.
import { err, ok, type Result } from '../result.ts';

export interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly digits: number;
  /** Words that stand for `min`, `min + 1` and so on. */
  readonly words?: readonly string[];
  /** The reference has no `/` for the day of the week. */
  readonly hasNoSteps?: boolean;
  /** `22-3` means over midnight; a year has nothing to wrap around to. */
  readonly hasNoWrap?: boolean;
}

/** The allowed values, ascending; `text` is in upper case. */
export function parseField(field: CronField, text: string): Result<readonly number[], string> {
  const allowed = new Uint8Array(field.max - field.min + 1);
  for (const item of text.split(',')) {
    const problem = addItem(field, item, allowed);
    if (problem !== undefined) return err(problem);
  }
  const values: number[] = [];
  for (let i = 0; i < allowed.length; i++) if (allowed[i] === 1) values.push(field.min + i);
  return ok(values);
}

/** One value, a number or a word, or undefined. */
export function parseValue(field: CronField, text: string): number | undefined {
  const word = field.words?.indexOf(text) ?? -1;
  if (word >= 0) return field.min + word;
  if (!/^\d+$/.test(text) || text.length > field.digits) return undefined;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : undefined;
}

export function badValue(field: CronField, text: string): string {
  const words = field.words === undefined ? '' : ` or ${field.words[0]}-${field.words.at(-1)}`;
  return `"${text}" in ${field.name} is not a value from ${field.min} to ${field.max}${words}`;
}

/** The first of the ascending `values` that is not below `from`, or undefined. */
export function firstFrom(values: readonly number[], from: number): number | undefined {
  for (const value of values) if (value >= from) return value;
  return undefined;
}

function addItem(field: CronField, item: string, allowed: Uint8Array): string | undefined {
  const [rangeText = '', stepText, ...rest] = item.split('/');
  if (rest.length > 0) return `"${item}" in ${field.name} has more than one step`;
  if (stepText !== undefined && field.hasNoSteps) return `${field.name} takes no step, as in "${item}"`;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (stepText !== undefined && !/^0*[1-9]\d{0,3}$/.test(stepText)) {
    return `the step of "${item}" in ${field.name} is not a positive number`;
  }
  if (rangeText === '*') return addRange(allowed, { first: 0, last: allowed.length - 1, step });
  // `5/15` runs to the end of the field, `5` alone does not.
  const range = parseRange(field, rangeText, stepText !== undefined);
  return range.ok ? addRange(allowed, { ...range.value, step }) : range.error;
}

/** Both ends, counted from the start of the field; the last one lies beyond its end if the range wraps. */
function parseRange(
  field: CronField,
  text: string,
  isOpen: boolean,
): Result<{ readonly first: number; readonly last: number }, string> {
  const [firstText = '', lastText, ...rest] = text.split('-');
  if (rest.length > 0) return err(`"${text}" in ${field.name} is not a range`);
  const first = parseValue(field, firstText);
  if (first === undefined) return err(badValue(field, firstText));
  const openLast = isOpen ? field.max : first;
  const last = lastText === undefined ? openLast : parseValue(field, lastText);
  if (last === undefined) return err(badValue(field, lastText ?? ''));
  if (last >= first) return ok({ first: first - field.min, last: last - field.min });
  if (field.hasNoWrap) return err(`the range "${text}" in ${field.name} ends before it starts`);
  return ok({ first: first - field.min, last: last + field.max + 1 - 2 * field.min });
}

/** Steps go on over the wrap: hours `22-3/2` are 22, 0 and 2. */
function addRange(
  allowed: Uint8Array,
  range: { readonly first: number; readonly last: number; readonly step: number },
): undefined {
  for (let i = range.first; i <= range.last; i += range.step) allowed[i % allowed.length] = 1;
}
