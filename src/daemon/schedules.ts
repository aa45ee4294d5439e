// Which bindings are fired by a schedule: EventBridge's rules that have one, and the schedules of Scheduler.
// Joins the fronts to the firing loop; called by compose.ts.
import { randomUUID } from 'node:crypto';
import { parseSchedule } from '../base/schedule/schedule.ts';
import type { BindingDefinition } from '../broker/index.ts';
import { type FiringOptions, ScheduleFiring } from '../connectors/scheduler/schedule-firing.ts';
import type { BindingSchedule, ScheduleSource } from '../connectors/scheduler/source.ts';
import { scheduledEvent, scheduledRule, schedulePublication, scheduleTimes } from '../protocols/aws/index.ts';

export function startSchedules(options: Omit<FiringOptions, 'source'>): ScheduleFiring {
  return new ScheduleFiring({ ...options, source: scheduleSource });
}

export const scheduleSource: ScheduleSource = {
  scheduleOf: (binding) => ruleSchedule(binding) ?? scheduleTimes(binding),
  publication(binding, dueMs) {
    const rule = scheduledRule(binding);
    if (rule === undefined) return schedulePublication(binding, dueMs);
    const id = randomUUID();
    const body = scheduledEvent(rule, { id, dueMs });
    return { id, body, attributes: [], sender: rule.place.account };
  },
};

/** A rate counts from the making of its rule, and is due one interval later for the first time. */
function ruleSchedule(binding: BindingDefinition): BindingSchedule | undefined {
  const rule = scheduledRule(binding);
  if (rule === undefined) return undefined;
  const parsed = parseSchedule(rule.expression, { dialect: 'rule' });
  if (!parsed.ok) return undefined;
  const { createdAtMs: anchorMs, modifiedAtMs: afterMs } = binding;
  return { schedule: parsed.value, anchorMs, afterMs, windowMs: 0, isDeletedAfterLast: false };
}
