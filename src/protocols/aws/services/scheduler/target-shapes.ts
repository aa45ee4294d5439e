// What a schedule calls: the target of CreateSchedule, UpdateSchedule and GetSchedule with the parameters of
// each kind of target. Rows of model.ts; which kinds are really called is for the handlers to say.
import { bool, int, list, map, str, struct, structMember, whole } from '../../engine/shapes.ts';

const required = { isRequired: true } as const;
const arn = { min: 1, max: 1600 } as const;

const networkConfiguration = struct({
  awsvpcConfiguration: struct({
    AssignPublicIp: str({ enum: ['ENABLED', 'DISABLED'] }),
    SecurityGroups: list(str({ min: 1, max: 1000 }), { min: 1, max: 5 }),
    Subnets: list(str({ min: 1, max: 1000 }), { min: 1, max: 16, isRequired: true }),
  }),
});

const ecsParameters = struct({
  CapacityProviderStrategy: list(
    struct({
      base: int({ min: 0, max: 100_000 }),
      capacityProvider: str({ ...required, min: 1, max: 255 }),
      weight: int({ min: 0, max: 1000 }),
    }),
    { max: 6 },
  ),
  EnableECSManagedTags: bool(),
  EnableExecuteCommand: bool(),
  Group: str({ min: 1, max: 255 }),
  LaunchType: str({ enum: ['EC2', 'FARGATE', 'EXTERNAL'] }),
  NetworkConfiguration: networkConfiguration,
  PlacementConstraints: list(
    struct({ expression: str({ max: 2000 }), type: str({ enum: ['distinctInstance', 'memberOf'] }) }),
    { max: 10 },
  ),
  PlacementStrategy: list(
    struct({ field: str({ max: 255 }), type: str({ enum: ['random', 'spread', 'binpack'] }) }),
    { max: 5 },
  ),
  PlatformVersion: str({ min: 1, max: 64 }),
  PropagateTags: str({ enum: ['TASK_DEFINITION'] }),
  ReferenceId: str({ max: 1024 }),
  Tags: list(map(str({ min: 1, max: 256 }), { keys: str({ min: 1, max: 128 }) }), { max: 50 }),
  TaskCount: int({ min: 1, max: 10 }),
  TaskDefinitionArn: str({ ...required, ...arn }),
});

const eventParameters = struct({
  DetailType: str({ ...required, min: 1, max: 128 }),
  Source: str({
    ...required,
    min: 1,
    max: 256,
    pattern: whole(String.raw`^(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)$`),
  }),
});

export const target = structMember(
  {
    Arn: str({ ...required, ...arn }),
    DeadLetterConfig: struct({
      Arn: str({
        ...arn,
        pattern: whole(String.raw`^arn:aws(-[a-z]+)?:sqs:[a-z0-9\-]+:\d{12}:[a-zA-Z0-9\-_]+$`),
      }),
    }),
    EcsParameters: ecsParameters,
    EventBridgeParameters: eventParameters,
    EventBridgePutEventsV2Parameters: eventParameters,
    EventBridgePutRawEventsParameters: struct({ Metadata: map(str()) }),
    Input: str({ min: 1 }),
    KinesisParameters: struct({ PartitionKey: str({ ...required, min: 1, max: 256 }) }),
    RetryPolicy: struct({
      MaximumEventAgeInSeconds: int({ min: 60, max: 86_400 }),
      MaximumRetryAttempts: int({ min: 0, max: 185 }),
    }),
    RoleArn: str({
      ...required,
      ...arn,
      pattern: whole(String.raw`^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@\/-]+$`),
    }),
    SageMakerPipelineParameters: struct({
      PipelineParameterList: list(
        struct({
          Name: str({ ...required, min: 1, max: 256, pattern: whole(String.raw`^[A-Za-z0-9\-_]*$`) }),
          Value: str({ ...required, min: 1, max: 1024 }),
        }),
        { max: 200 },
      ),
    }),
    SqsParameters: struct({ MessageGroupId: str({ min: 1, max: 128 }) }),
  },
  required,
);
