// Rows of registered consumers (enhanced fan-out). Their subscriptions are records' business:
// rows/records.ts. Put together with the others in ../model.ts.
import { int, list, str, struct, timestamp } from '../../../engine/shapes.ts';
import {
  consumer,
  consumerArn,
  nameBounds,
  nextToken,
  nothing,
  pageLimit,
  reservedId,
  streamArn,
  tagsGiven,
} from './shapes.ts';

const errors = ['ResourceNotFoundException', 'InvalidArgumentException', 'LimitExceededException'] as const;
const requiredStream = str({ ...streamArn, isRequired: true });
const consumerIds = {
  StreamARN: str(streamArn),
  ConsumerName: str(nameBounds),
  ConsumerARN: str(consumerArn),
  ...reservedId,
} as const;

export const consumerOperations = {
  RegisterStreamConsumer: {
    input: struct({
      StreamARN: requiredStream,
      ConsumerName: str({ ...nameBounds, isRequired: true }),
      Tags: tagsGiven,
      ...reservedId,
    }),
    output: struct({ Consumer: struct(consumer) }),
    action: 'kinesis:RegisterStreamConsumer',
    errors: [...errors, 'ResourceInUseException'],
  },
  DeregisterStreamConsumer: {
    input: struct(consumerIds),
    output: nothing,
    action: 'kinesis:DeregisterStreamConsumer',
    errors,
  },
  DescribeStreamConsumer: {
    input: struct(consumerIds),
    output: struct({ ConsumerDescription: struct({ ...consumer, StreamARN: str() }) }),
    action: 'kinesis:DescribeStreamConsumer',
    errors,
  },
  ListStreamConsumers: {
    input: struct({
      StreamARN: requiredStream,
      NextToken: str(nextToken),
      MaxResults: int(pageLimit),
      StreamCreationTimestamp: timestamp(),
      ...reservedId,
    }),
    output: struct({ Consumers: list(struct(consumer)), NextToken: str() }),
    action: 'kinesis:ListStreamConsumers',
    errors: [...errors, 'ExpiredNextTokenException', 'ResourceInUseException'],
  },
} as const;
