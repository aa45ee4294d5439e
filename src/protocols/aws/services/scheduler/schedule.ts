// A schedule as it is kept: what was given, with the defaults filled in, in the annotations of its
// binding, and as answers show it. What can be wrong with a request is found here, before anything is
// changed.
import type { Result } from '../../../../base/result.ts';
import { parseSchedule, type Schedule, type ScheduleProblem } from '../../../../base/schedule/schedule.ts';
import type { BindingDefinition } from '../../../../broker/index.ts';
import { validationError } from './errors.ts';
import type { SchedulerInput } from './model.ts';
import { addressOfBinding, type ScheduleAddress, scheduleArn } from './names.ts';
import { templatedTarget } from './universal-target.ts';

export const scheduleAnnotation = {
  /** JSON of GivenSchedule. */
  given: 'schedule',
  /** Milliseconds: rates count from here; kept as long as the expression stays the same. */
  anchorMs: 'anchorMs',
  /** Milliseconds: when it was made or last changed. What was due earlier is not fired any more. */
  sinceMs: 'sinceMs',
  clientToken: 'clientToken',
} as const;

export type ScheduleInput = SchedulerInput<'CreateSchedule'>;
export type Target = ScheduleInput['Target'];
export type GivenSchedule = Omit<ScheduleInput, 'Name' | 'GroupName' | 'ClientToken'>;

/** A schedule read from its binding. */
export interface KeptSchedule extends ScheduleAddress {
  readonly arn: string;
  readonly definition: BindingDefinition;
  readonly given: GivenSchedule;
  /** The given one, or what it stands for. */
  readonly target: Target;
}

/** Definitions are frozen and replaced on change, so what follows from one holds as long as it is there. */
const kept = new WeakMap<BindingDefinition, KeptSchedule>();

/** Undefined for bindings that are no schedules. */
export function scheduleOfBinding(definition: BindingDefinition): KeptSchedule | undefined {
  const known = kept.get(definition);
  if (known !== undefined) return known;
  const address = addressOfBinding(definition.name);
  const text = definition.annotations[scheduleAnnotation.given];
  if (address === undefined || text === undefined) return undefined;
  const given = JSON.parse(text) as GivenSchedule;
  const target = templatedTarget(address, given.Target);
  const schedule = { ...address, arn: scheduleArn(address), definition, given, target };
  kept.set(definition, schedule);
  return schedule;
}

/** An update sets everything anew: what is not given has its default again. */
export function givenSchedule(input: ScheduleInput): GivenSchedule {
  const { Name: _name, GroupName: _group, ClientToken: _token, ...given } = input;
  checkWindow(given);
  checkExpression(given);
  const { StartDate: startMs = -Infinity, EndDate: endMs = Infinity } = given;
  if (endMs <= startMs) throw validationError('The EndDate must be after the StartDate.');
  return {
    ...given,
    State: given.State ?? 'ENABLED',
    ActionAfterCompletion: given.ActionAfterCompletion ?? 'NONE',
    ScheduleExpressionTimezone: given.ScheduleExpressionTimezone ?? 'UTC',
  };
}

function checkWindow({ FlexibleTimeWindow: { Mode: mode, MaximumWindowInMinutes: minutes } }: GivenSchedule) {
  if (mode === 'FLEXIBLE' && minutes === undefined) {
    throw validationError(
      'MaximumWindowInMinutes must be specified when FlexibleTimeWindow Mode is FLEXIBLE.',
    );
  }
  if (mode === 'OFF' && minutes !== undefined) {
    throw validationError(
      'MaximumWindowInMinutes must not be specified when FlexibleTimeWindow Mode is OFF.',
    );
  }
}

export function parseGiven(given: GivenSchedule): Result<Schedule, ScheduleProblem> {
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: timeZone } = given;
  return parseSchedule(expression, { dialect: 'scheduler', timeZone });
}

function checkExpression(given: GivenSchedule): void {
  const parsed = parseGiven(given);
  if (parsed.ok) return;
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: timeZone } = given;
  if (parsed.error.kind === 'timeZone') {
    throw validationError(`Invalid ScheduleExpressionTimezone ${timeZone}. ${parsed.error.reason}.`);
  }
  throw validationError(`Invalid Schedule Expression ${expression}. ${parsed.error.reason}.`);
}

export function describeSchedule({ given, group, schedule, arn, definition }: KeptSchedule) {
  return {
    ...given,
    Arn: arn,
    GroupName: group,
    Name: schedule,
    CreationDate: definition.createdAtMs,
    LastModificationDate: definition.modifiedAtMs,
  };
}

export function summarizeSchedule(shown: KeptSchedule) {
  const { Arn, CreationDate, GroupName, LastModificationDate, Name, State, Target } = describeSchedule(shown);
  return { Arn, CreationDate, GroupName, LastModificationDate, Name, State, Target: { Arn: Target.Arn } };
}
