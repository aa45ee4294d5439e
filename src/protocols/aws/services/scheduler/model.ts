// The public service model of EventBridge Scheduler as rows, spoken as REST-JSON. Read by the engine;
// handlers take their types from it. Source: the API's service model of 2021-06-30 as of 2026. Two things
// differ from it: `ResourceArn` also takes an ARN whose slashes came unescaped, and the two templates for
// event buses v2 have the bounds of the older one. Patterns hold the model's own anchors, as the service
// prints those too.
import type { Service } from '../../engine/service.ts';
import { type Infer, int, list, str, struct, structMember, timestamp, whole } from '../../engine/shapes.ts';
import { target } from './target-shapes.ts';

const required = { isRequired: true } as const;
const nothing = struct({});

// --- values ---

const name = { min: 1, max: 64, pattern: whole(String.raw`^[0-9a-zA-Z-_.]+$`) } as const;
const nameLabel = str({ ...required, ...name, location: 'label' });
const token = { min: 1, max: 64, pattern: whole(String.raw`^[a-zA-Z0-9-_]+$`) } as const;
const tokenInQuery = str({ ...token, location: 'query', locationName: 'clientToken' });
const groupInQuery = str({ ...name, location: 'query', locationName: 'groupName' });
const prefix = str({ ...name, location: 'query' });
const state = { enum: ['ENABLED', 'DISABLED'] } as const;
const tagKey = { min: 1, max: 128 } as const;
const tag = struct({ Key: str({ ...required, ...tagKey }), Value: str({ ...required, min: 1, max: 256 }) });
const tagBounds = { max: 200 } as const;
const tagged = str({
  ...required,
  min: 1,
  max: 1011,
  pattern: whole(
    String.raw`^arn:aws(-[a-z]+)?:scheduler:[a-z0-9\-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+$`,
  ),
  location: 'label',
});
const page = {
  MaxResults: int({ min: 1, max: 100, location: 'query' }),
  NextToken: str({ min: 1, max: 2048, location: 'query' }),
} as const;

const window = structMember(
  {
    MaximumWindowInMinutes: int({ min: 1, max: 1440 }),
    Mode: str({ ...required, enum: ['OFF', 'FLEXIBLE'] }),
  },
  required,
);

/** Of CreateSchedule and UpdateSchedule, which sets all of them anew. */
const schedule = {
  ActionAfterCompletion: str({ enum: ['NONE', 'DELETE'] }),
  ClientToken: str(token),
  Description: str({ max: 512 }),
  EndDate: timestamp(),
  FlexibleTimeWindow: window,
  GroupName: str(name),
  KmsKeyArn: str({
    min: 1,
    max: 2048,
    pattern: whole(String.raw`^arn:aws(-[a-z]+)?:kms:[a-z0-9\-]+:\d{12}:(key|alias)\/[0-9a-zA-Z-_]*$`),
  }),
  Name: nameLabel,
  ScheduleExpression: str({ ...required, min: 1, max: 256 }),
  ScheduleExpressionTimezone: str({ min: 1, max: 50 }),
  StartDate: timestamp(),
  State: str(state),
  Target: target,
} as const;

// --- what is shown ---

const group = {
  Arn: str(),
  CreationDate: timestamp(),
  LastModificationDate: timestamp(),
  Name: str(),
  State: str({ enum: ['ACTIVE', 'DELETING'] }),
} as const;

const scheduleShown = struct({
  ActionAfterCompletion: str({ enum: ['NONE', 'DELETE'] }),
  Arn: str(),
  CreationDate: timestamp(),
  Description: str(),
  EndDate: timestamp(),
  FlexibleTimeWindow: window,
  GroupName: str(),
  KmsKeyArn: str(),
  LastModificationDate: timestamp(),
  Name: str(),
  ScheduleExpression: str(),
  ScheduleExpressionTimezone: str(),
  StartDate: timestamp(),
  State: str(state),
  Target: target,
});

const scheduleSummary = struct({
  Arn: str(),
  CreationDate: timestamp(),
  GroupName: str(),
  LastModificationDate: timestamp(),
  Name: str(),
  State: str(state),
  Target: struct({ Arn: str(required) }),
});

// --- errors ---

const onList = ['ValidationException', 'InternalServerException', 'ThrottlingException'] as const;
const onGet = [...onList, 'ResourceNotFoundException'] as const;
const onChange = [...onGet, 'ConflictException'] as const;
const onCreate = [...onChange, 'ServiceQuotaExceededException'] as const;
const onCreateGroup = [...onList, 'ConflictException', 'ServiceQuotaExceededException'] as const;

// --- operations ---

const schedules = {
  CreateSchedule: {
    http: { method: 'POST', uri: '/schedules/{Name}' },
    input: struct(schedule),
    output: struct({ ScheduleArn: str(required) }),
    action: 'scheduler:CreateSchedule',
    errors: onCreate,
  },
  DeleteSchedule: {
    http: { method: 'DELETE', uri: '/schedules/{Name}' },
    input: struct({ ClientToken: tokenInQuery, GroupName: groupInQuery, Name: nameLabel }),
    output: nothing,
    action: 'scheduler:DeleteSchedule',
    errors: onChange,
  },
  GetSchedule: {
    http: { method: 'GET', uri: '/schedules/{Name}' },
    input: struct({ GroupName: groupInQuery, Name: nameLabel }),
    output: scheduleShown,
    action: 'scheduler:GetSchedule',
    errors: onGet,
  },
  ListSchedules: {
    http: { method: 'GET', uri: '/schedules' },
    input: struct({
      GroupName: str({ ...name, location: 'query', locationName: 'ScheduleGroup' }),
      ...page,
      NamePrefix: prefix,
      State: str({ ...state, location: 'query' }),
    }),
    output: struct({ NextToken: str(), Schedules: list(scheduleSummary, required) }),
    action: 'scheduler:ListSchedules',
    errors: onGet,
  },
  UpdateSchedule: {
    http: { method: 'PUT', uri: '/schedules/{Name}' },
    input: struct(schedule),
    output: struct({ ScheduleArn: str(required) }),
    action: 'scheduler:UpdateSchedule',
    errors: onChange,
  },
} as const;

const groups = {
  CreateScheduleGroup: {
    http: { method: 'POST', uri: '/schedule-groups/{Name}' },
    input: struct({ ClientToken: str(token), Name: nameLabel, Tags: list(tag, tagBounds) }),
    output: struct({ ScheduleGroupArn: str(required) }),
    action: 'scheduler:CreateScheduleGroup',
    errors: onCreateGroup,
  },
  DeleteScheduleGroup: {
    http: { method: 'DELETE', uri: '/schedule-groups/{Name}' },
    input: struct({ ClientToken: tokenInQuery, Name: nameLabel }),
    output: nothing,
    action: 'scheduler:DeleteScheduleGroup',
    errors: onChange,
  },
  GetScheduleGroup: {
    http: { method: 'GET', uri: '/schedule-groups/{Name}' },
    input: struct({ Name: nameLabel }),
    output: struct(group),
    action: 'scheduler:GetScheduleGroup',
    errors: onGet,
  },
  ListScheduleGroups: {
    http: { method: 'GET', uri: '/schedule-groups' },
    input: struct({ ...page, NamePrefix: prefix }),
    output: struct({ NextToken: str(), ScheduleGroups: list(struct(group), required) }),
    action: 'scheduler:ListScheduleGroups',
    errors: onList,
  },
} as const;

const tags = {
  ListTagsForResource: {
    http: { method: 'GET', uri: '/tags/{ResourceArn+}' },
    input: struct({ ResourceArn: tagged }),
    output: struct({ Tags: list(tag) }),
    action: 'scheduler:ListTagsForResource',
    errors: onGet,
  },
  TagResource: {
    http: { method: 'POST', uri: '/tags/{ResourceArn+}' },
    input: struct({ ResourceArn: tagged, Tags: list(tag, { ...required, ...tagBounds }) }),
    output: nothing,
    action: 'scheduler:TagResource',
    errors: onChange,
  },
  UntagResource: {
    http: { method: 'DELETE', uri: '/tags/{ResourceArn+}' },
    input: struct({
      ResourceArn: tagged,
      TagKeys: list(str(tagKey), { ...required, ...tagBounds, location: 'query' }),
    }),
    output: nothing,
    action: 'scheduler:UntagResource',
    errors: onChange,
  },
} as const;

export const schedulerModel = {
  id: 'scheduler',
  apiVersion: '2021-06-30',
  rest: { messageKey: 'Message' },
  operations: { ...schedules, ...groups, ...tags },
} as const satisfies Service;

type Operations = (typeof schedulerModel)['operations'];
export type SchedulerOperation = keyof Operations;
export type SchedulerInput<K extends SchedulerOperation> = Infer<Operations[K]['input']>;
export type SchedulerOutput<K extends SchedulerOperation> = Infer<Operations[K]['output']>;
