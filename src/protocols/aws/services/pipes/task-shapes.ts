// Parameters of ECS tasks and Batch jobs as targets of a pipe: taken, kept and shown like all others. Rows of
// target-shapes.ts.
import { bool, int, list, map, str, struct, whole } from '../../engine/shapes.ts';
import { arnOrPath, path } from './values.ts';

const required = { isRequired: true } as const;

const network = struct({
  awsvpcConfiguration: struct({
    Subnets: list(str({ min: 1, max: 1024, pattern: whole(`subnet-[0-9a-z]*|${path}`) }), {
      max: 16,
      isRequired: true,
    }),
    SecurityGroups: list(str({ min: 1, max: 1024, pattern: whole(`sg-[0-9a-zA-Z]*|${path}`) }), { max: 5 }),
    AssignPublicIp: str({ enum: ['ENABLED', 'DISABLED'] }),
  }),
});

const containerOverride = struct({
  Command: list(str()),
  Cpu: int(),
  Environment: list(struct({ name: str(), value: str() })),
  EnvironmentFiles: list(struct({ type: str({ ...required, enum: ['s3'] }), value: str(required) })),
  Memory: int(),
  MemoryReservation: int(),
  Name: str(),
  ResourceRequirements: list(
    struct({ type: str({ ...required, enum: ['GPU', 'InferenceAccelerator'] }), value: str(required) }),
  ),
});

const taskOverride = struct({
  ContainerOverrides: list(containerOverride),
  Cpu: str(),
  EphemeralStorage: struct({ sizeInGiB: int({ ...required, min: 21, max: 200 }) }),
  ExecutionRoleArn: str(arnOrPath),
  InferenceAcceleratorOverrides: list(struct({ deviceName: str(), deviceType: str() })),
  Memory: str(),
  TaskRoleArn: str(arnOrPath),
});

export const ecsTask = struct({
  TaskDefinitionArn: str({ ...required, ...arnOrPath }),
  TaskCount: int({ min: 1 }),
  LaunchType: str({ enum: ['EC2', 'FARGATE', 'EXTERNAL'] }),
  NetworkConfiguration: network,
  PlatformVersion: str(),
  Group: str(),
  CapacityProviderStrategy: list(
    struct({
      capacityProvider: str({ ...required, min: 1, max: 255 }),
      weight: int({ min: 0, max: 1000 }),
      base: int({ min: 0, max: 100_000 }),
    }),
    { max: 6 },
  ),
  EnableECSManagedTags: bool(),
  EnableExecuteCommand: bool(),
  PlacementConstraints: list(
    struct({ type: str({ enum: ['distinctInstance', 'memberOf'] }), expression: str({ max: 2000 }) }),
    { max: 10 },
  ),
  PlacementStrategy: list(
    struct({ type: str({ enum: ['random', 'spread', 'binpack'] }), field: str({ max: 255 }) }),
    { max: 5 },
  ),
  PropagateTags: str({ enum: ['TASK_DEFINITION'] }),
  ReferenceId: str({ max: 1024 }),
  Overrides: taskOverride,
  Tags: list(struct({ Key: str({ ...required, min: 1, max: 128 }), Value: str({ ...required, max: 256 }) })),
});

export const batchJob = struct({
  JobDefinition: str(required),
  JobName: str(required),
  ArrayProperties: struct({ Size: int({ min: 2, max: 10_000 }) }),
  RetryStrategy: struct({ Attempts: int({ min: 1, max: 10 }) }),
  ContainerOverrides: struct({
    Command: list(str()),
    Environment: list(struct({ Name: str(), Value: str() })),
    InstanceType: str(),
    ResourceRequirements: list(
      struct({ Type: str({ ...required, enum: ['GPU', 'MEMORY', 'VCPU'] }), Value: str(required) }),
    ),
  }),
  DependsOn: list(struct({ JobId: str(), Type: str({ enum: ['N_TO_N', 'SEQUENTIAL'] }) }), { max: 20 }),
  Parameters: map(str()),
});

const measureTypes = ['DOUBLE', 'BIGINT', 'VARCHAR', 'BOOLEAN', 'TIMESTAMP'] as const;
const measure = {
  MeasureValue: str({ ...required, min: 1, max: 2048 }),
  MeasureValueType: str({ ...required, enum: measureTypes }),
} as const;

export const timestream = struct({
  TimeValue: str({ ...required, min: 1, max: 256 }),
  EpochTimeUnit: str({ enum: ['MILLISECONDS', 'SECONDS', 'MICROSECONDS', 'NANOSECONDS'] }),
  TimeFieldType: str({ enum: ['EPOCH', 'TIMESTAMP_FORMAT'] }),
  TimestampFormat: str({ min: 1, max: 256 }),
  VersionValue: str({ ...required, min: 1, max: 256 }),
  DimensionMappings: list(
    struct({
      DimensionValue: str({ ...required, min: 1, max: 2048 }),
      DimensionValueType: str({ ...required, enum: ['VARCHAR'] }),
      DimensionName: str({ ...required, min: 1, max: 256 }),
    }),
    { min: 1, max: 128, isRequired: true },
  ),
  SingleMeasureMappings: list(struct({ ...measure, MeasureName: str({ ...required, min: 1, max: 1024 }) }), {
    max: 8192,
  }),
  MultiMeasureMappings: list(
    struct({
      MultiMeasureName: str({ ...required, min: 1, max: 256 }),
      MultiMeasureAttributeMappings: list(
        struct({ ...measure, MultiMeasureAttributeName: str({ ...required, min: 1, max: 256 }) }),
        { min: 1, max: 256, isRequired: true },
      ),
    }),
    { max: 1024 },
  ),
});
