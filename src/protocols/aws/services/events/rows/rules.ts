// Rows of rules: put, switched, shown, deleted. Put together with the others in ../model.ts.
import { bool, int, list, str, struct } from '../../../engine/shapes.ts';
import {
  anyArn,
  busNameOrArn,
  description,
  eventPattern,
  nextToken,
  nothing,
  pageLimit,
  ruleState,
  scheduleExpression,
  shortName,
  tag,
} from './shapes.ts';

export const ruleOperations = {
  PutRule: {
    input: struct({
      Name: str({ ...shortName, isRequired: true }),
      ScheduleExpression: str(scheduleExpression),
      EventPattern: str(eventPattern),
      State: str(ruleState),
      Description: str(description),
      RoleArn: str(anyArn),
      Tags: list(struct(tag)),
      EventBusName: str(busNameOrArn),
    }),
    output: struct({ RuleArn: str() }),
    action: 'events:PutRule',
    errors: [
      'InvalidEventPatternException',
      'LimitExceededException',
      'ConcurrentModificationException',
      'ManagedRuleException',
      'InternalException',
      'ResourceNotFoundException',
    ],
  },
  DeleteRule: {
    input: struct({
      Name: str({ ...shortName, isRequired: true }),
      EventBusName: str(busNameOrArn),
      Force: bool(),
    }),
    output: nothing,
    action: 'events:DeleteRule',
    errors: [
      'ConcurrentModificationException',
      'ManagedRuleException',
      'InternalException',
      'ResourceNotFoundException',
    ],
  },
  DescribeRule: {
    input: struct({ Name: str({ ...shortName, isRequired: true }), EventBusName: str(busNameOrArn) }),
    output: struct({
      Name: str(),
      Arn: str(),
      EventPattern: str(),
      ScheduleExpression: str(),
      State: str(),
      Description: str(),
      RoleArn: str(),
      ManagedBy: str(),
      EventBusName: str(),
      CreatedBy: str(),
    }),
    action: 'events:DescribeRule',
    errors: ['ResourceNotFoundException', 'InternalException'],
  },
  EnableRule: {
    input: struct({ Name: str({ ...shortName, isRequired: true }), EventBusName: str(busNameOrArn) }),
    output: nothing,
    action: 'events:EnableRule',
    errors: [
      'ResourceNotFoundException',
      'ConcurrentModificationException',
      'ManagedRuleException',
      'InternalException',
    ],
  },
  DisableRule: {
    input: struct({ Name: str({ ...shortName, isRequired: true }), EventBusName: str(busNameOrArn) }),
    output: nothing,
    action: 'events:DisableRule',
    errors: [
      'ResourceNotFoundException',
      'ConcurrentModificationException',
      'ManagedRuleException',
      'InternalException',
    ],
  },
  ListRules: {
    input: struct({
      NamePrefix: str(shortName),
      EventBusName: str(busNameOrArn),
      NextToken: str(nextToken),
      Limit: int(pageLimit),
    }),
    output: struct({
      Rules: list(
        struct({
          Name: str(),
          Arn: str(),
          EventPattern: str(),
          State: str(),
          Description: str(),
          ScheduleExpression: str(),
          RoleArn: str(),
          ManagedBy: str(),
          EventBusName: str(),
        }),
      ),
      NextToken: str(),
    }),
    action: 'events:ListRules',
    errors: ['InternalException', 'ResourceNotFoundException'],
  },
  ListRuleNamesByTarget: {
    input: struct({
      TargetArn: str({ ...anyArn, isRequired: true }),
      EventBusName: str(busNameOrArn),
      NextToken: str(nextToken),
      Limit: int(pageLimit),
    }),
    output: struct({ RuleNames: list(str()), NextToken: str() }),
    action: 'events:ListRuleNamesByTarget',
    errors: ['InternalException', 'ResourceNotFoundException'],
  },
} as const;
