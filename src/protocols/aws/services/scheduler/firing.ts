// What the daemon's firing loop and delivery pump need of schedules: when they are due, what is published
// then, and what leaves the daemon for a function. Pure functions, called by the daemon alone.
import { randomUUID } from 'node:crypto';
import { isoTime } from '../../../../base/clock.ts';
import type { Schedule } from '../../../../base/schedule/schedule.ts';
import {
  applyTransform,
  type BindingDefinition,
  type Delivery,
  type MessageAttribute,
  type OutgoingMessage,
  type Publication,
} from '../../../../broker/index.ts';
import { compileScheduleInput } from '../../patterns/pipe-template.ts';
import { eventText, timeText } from '../events/envelope.ts';
import { type KeptSchedule, parseGiven, scheduleAnnotation, scheduleOfBinding } from './schedule.ts';
import { isBus, maxAgeMs, retriesDefault, textAttribute } from './target.ts';

/** As the firing loop wants it (connectors/scheduler/source.ts). */
export interface ScheduleTimes {
  readonly schedule: Schedule;
  readonly anchorMs: number;
  readonly afterMs: number;
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
  readonly windowMs: number;
  readonly isDeletedAfterLast: boolean;
}

const times = new WeakMap<BindingDefinition, ScheduleTimes>();

/** Undefined for bindings that are no schedules, and for those that are disabled. */
export function scheduleTimes(binding: BindingDefinition): ScheduleTimes | undefined {
  const kept = scheduleOfBinding(binding);
  if (kept === undefined || !binding.isEnabled) return undefined;
  const found = times.get(binding) ?? timesOf(kept);
  if (found !== undefined) times.set(binding, found);
  return found;
}

/**
 * Rates are due at once, or at the start date, and from there on (Scheduler user guide, "Schedule types").
 */
function timesOf({ given, definition }: KeptSchedule): ScheduleTimes | undefined {
  const { annotations } = definition;
  const parsed = parseGiven(given);
  // It could be read when it was made: time zones come and go with the system's.
  if (!parsed.ok) return undefined;
  const schedule = parsed.value;
  // One-time schedules ignore both dates (API reference, CreateSchedule).
  const isOnce = schedule.kind === 'at';
  const startMs = isOnce ? undefined : given.StartDate;
  return {
    schedule,
    anchorMs: startMs ?? Number(annotations[scheduleAnnotation.anchorMs]),
    afterMs: Number(annotations[scheduleAnnotation.sinceMs]) - 1,
    startMs,
    endMs: isOnce ? undefined : given.EndDate,
    windowMs: (given.FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) * 60_000,
    isDeletedAfterLast: given.ActionAfterCompletion === 'DELETE',
  };
}

/** What goes to the target for the time when the schedule was due. */
export function schedulePublication(binding: BindingDefinition, dueMs: number): Publication {
  const kept = scheduleOfBinding(binding)!;
  const id = randomUUID();
  return { id, body: bodyOf(kept, { id, dueMs }), attributes: [], sender: kept.account };
}

interface Due {
  readonly id: string;
  readonly dueMs: number;
}

function bodyOf(kept: KeptSchedule, due: Due): string {
  const { target, account, region, arn } = kept;
  const facts = { ...due, timeMs: due.dueMs, account, region, resources: [arn] };
  if (isBus(target)) {
    const { DetailType: detailType, Source: source } = target.EventBridgeParameters!;
    return eventText({ ...facts, detailType, source, detail: inputOf(kept, due) ?? '{}' });
  }
  // Without an input the target gets this notification; its detail is a text, unlike that of rules.
  return (
    inputOf(kept, due) ??
    eventText({ ...facts, detailType: 'Scheduled Event', source: 'aws.scheduler', detail: '"{}"' })
  );
}

/** Each due time is published once, so whoever delivers it later repeats what was the first attempt. */
function inputOf({ target, arn }: KeptSchedule, { id, dueMs }: Due): string | undefined {
  const input = target.Input;
  if (input === undefined) return undefined;
  return applyTransform(compileScheduleInput(input, arn), '', {
    time: isoTime(dueMs),
    scheduledTime: timeText(dueMs),
    executionId: id,
    attemptNumber: '1',
  });
}

// --- functions: what the delivery pump takes out of the daemon ---

export interface ScheduledFunction {
  readonly scheduleArn: string;
  readonly functionArn: string;
  readonly functionName: string;
  readonly retriesMax: number;
  readonly maxAgeMs: number;
}

/** Undefined for bindings that are no schedules. Event: the body of the delivery, as it is. */
export function scheduledFunction(binding: BindingDefinition): ScheduledFunction | undefined {
  const kept = scheduleOfBinding(binding);
  if (kept === undefined) return undefined;
  const { target } = kept;
  return {
    scheduleArn: kept.arn,
    functionArn: target.Arn,
    functionName: /:function:([^:]+)/.exec(target.Arn)?.[1] ?? target.Arn,
    retriesMax: target.RetryPolicy?.MaximumRetryAttempts ?? retriesDefault,
    maxAgeMs: maxAgeMs(target),
  };
}

/** Scheduler user guide, "Configuring a dead-letter queue". */
export function scheduleDeadLetter(
  { scheduleArn, functionArn }: ScheduledFunction,
  { message }: Delivery,
  why: {
    readonly condition: string;
    readonly attempts: number;
    readonly code: string;
    readonly text: string;
  },
): OutgoingMessage {
  const attributes: MessageAttribute[] = [
    textAttribute('SCHEDULE_ARN', scheduleArn),
    textAttribute('TARGET_ARN', functionArn),
    textAttribute('ERROR_CODE', why.code),
    textAttribute('ERROR_MESSAGE', why.text),
    textAttribute('EXECUTION_ID', message.id),
    { name: 'RETRY_ATTEMPTS', type: 'Number', value: String(Math.max(0, why.attempts - 1)) },
  ];
  const exhausted = why.condition === 'age' ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts';
  if (why.condition !== 'permanent') attributes.push(textAttribute('EXHAUSTED_RETRY_CONDITION', exhausted));
  return { body: message.bodyText(), attributes, sender: message.sender };
}
