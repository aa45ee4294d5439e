// Rows of API destinations: made, changed, shown, deleted. Put together with the others in ../model.ts.
import { int, list, str, struct, timestamp } from '../../../engine/shapes.ts';
import {
  connectionArn,
  description,
  httpEndpoint,
  httpMethod,
  nextToken,
  nothing,
  pageLimit,
  rateLimit,
  shortName,
} from './shapes.ts';

export const destinationOperations = {
  CreateApiDestination: {
    input: struct({
      Name: str({ ...shortName, isRequired: true }),
      Description: str(description),
      ConnectionArn: str({ ...connectionArn, isRequired: true }),
      InvocationEndpoint: str({ ...httpEndpoint, isRequired: true }),
      HttpMethod: str({ ...httpMethod, isRequired: true }),
      InvocationRateLimitPerSecond: int(rateLimit),
    }),
    output: struct({
      ApiDestinationArn: str(),
      ApiDestinationState: str(),
      CreationTime: timestamp(),
      LastModifiedTime: timestamp(),
    }),
    action: 'events:CreateApiDestination',
    errors: [
      'ResourceAlreadyExistsException',
      'ResourceNotFoundException',
      'LimitExceededException',
      'InternalException',
    ],
  },
  UpdateApiDestination: {
    input: struct({
      Name: str({ ...shortName, isRequired: true }),
      Description: str(description),
      ConnectionArn: str(connectionArn),
      InvocationEndpoint: str(httpEndpoint),
      HttpMethod: str(httpMethod),
      InvocationRateLimitPerSecond: int(rateLimit),
    }),
    output: struct({
      ApiDestinationArn: str(),
      ApiDestinationState: str(),
      CreationTime: timestamp(),
      LastModifiedTime: timestamp(),
    }),
    action: 'events:UpdateApiDestination',
    errors: [
      'ConcurrentModificationException',
      'ResourceNotFoundException',
      'InternalException',
      'LimitExceededException',
    ],
  },
  DeleteApiDestination: {
    input: struct({ Name: str({ ...shortName, isRequired: true }) }),
    output: nothing,
    action: 'events:DeleteApiDestination',
    errors: ['ConcurrentModificationException', 'ResourceNotFoundException', 'InternalException'],
  },
  DescribeApiDestination: {
    input: struct({ Name: str({ ...shortName, isRequired: true }) }),
    output: struct({
      ApiDestinationArn: str(),
      Name: str(),
      Description: str(),
      ApiDestinationState: str(),
      ConnectionArn: str(),
      InvocationEndpoint: str(),
      HttpMethod: str(),
      InvocationRateLimitPerSecond: int(),
      CreationTime: timestamp(),
      LastModifiedTime: timestamp(),
    }),
    action: 'events:DescribeApiDestination',
    errors: ['ResourceNotFoundException', 'InternalException'],
  },
  ListApiDestinations: {
    input: struct({
      NamePrefix: str(shortName),
      ConnectionArn: str(connectionArn),
      NextToken: str(nextToken),
      Limit: int(pageLimit),
    }),
    output: struct({
      ApiDestinations: list(
        struct({
          ApiDestinationArn: str(),
          Name: str(),
          ApiDestinationState: str(),
          ConnectionArn: str(),
          InvocationEndpoint: str(),
          HttpMethod: str(),
          InvocationRateLimitPerSecond: int(),
          CreationTime: timestamp(),
          LastModifiedTime: timestamp(),
        }),
      ),
      NextToken: str(),
    }),
    action: 'events:ListApiDestinations',
    errors: ['InternalException'],
  },
} as const;
