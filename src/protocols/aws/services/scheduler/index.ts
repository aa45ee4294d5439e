// The EventBridge Scheduler service: its rows, one handler per operation, its words for errors.
import type { Handlers, ServiceFactory } from '../../engine/service.ts';
import { schedulerErrors } from './errors.ts';
import {
  createScheduleGroup,
  deleteScheduleGroup,
  getScheduleGroup,
  listScheduleGroups,
  listTagsForResource,
  tagResource,
  untagResource,
} from './handlers/groups.ts';
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  updateSchedule,
} from './handlers/schedules.ts';
import { schedulerModel } from './model.ts';
import type { Scheduler } from './scheduler.ts';

export const schedulerService: ServiceFactory = ({ broker, clock, paging }) => {
  const scheduler: Scheduler = { broker, clock, paging };
  const handlers: Handlers<typeof schedulerModel> = {
    CreateSchedule: (input, call) => createSchedule(scheduler, input, call),
    UpdateSchedule: (input, call) => updateSchedule(scheduler, input, call),
    DeleteSchedule: (input, call) => deleteSchedule(scheduler, input, call),
    GetSchedule: (input, call) => getSchedule(scheduler, input, call),
    ListSchedules: (input, call) => listSchedules(scheduler, input, call),
    CreateScheduleGroup: (input, call) => createScheduleGroup(scheduler, input, call),
    DeleteScheduleGroup: (input, call) => deleteScheduleGroup(scheduler, input, call),
    GetScheduleGroup: (input, call) => getScheduleGroup(scheduler, input, call),
    ListScheduleGroups: (input, call) => listScheduleGroups(scheduler, input, call),
    TagResource: (input, call) => tagResource(scheduler, input, call),
    UntagResource: (input, call) => untagResource(scheduler, input, call),
    ListTagsForResource: (input, call) => listTagsForResource(scheduler, input, call),
  };
  return { service: schedulerModel, handlers, errors: schedulerErrors };
};

export {
  scheduledFunction,
  type ScheduledFunction,
  scheduleDeadLetter,
  schedulePublication,
  scheduleTimes,
} from './firing.ts';
