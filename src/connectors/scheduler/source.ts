// What a front tells the firing loop about its bindings: which are fired by a schedule, and what is published
// when they are due. Plain data; the front's own words for it stay with the front.
import type { Schedule } from '../../base/schedule/schedule.ts';
import type { BindingDefinition, Publication } from '../../broker/index.ts';

export interface BindingSchedule {
  readonly schedule: Schedule;
  /** Rates count from here. */
  readonly anchorMs: number;
  /** What was due then or before is past: the schedule was made or changed at that time. */
  readonly afterMs: number;
  /** Nothing is due before. */
  readonly startMs?: number | undefined;
  /** Nothing is due after. */
  readonly endMs?: number | undefined;
  /** Fired at some time within so much after it is due; 0: as soon as it is due. */
  readonly windowMs: number;
  /** The binding goes once it was due for the last time. */
  readonly isDeletedAfterLast: boolean;
}

export interface ScheduleSource {
  /** Undefined: nothing fires this binding. */
  scheduleOf(binding: BindingDefinition): BindingSchedule | undefined;
  /** What goes through the binding, for the time when it was due. */
  publication(binding: BindingDefinition, dueMs: number): Publication;
}
