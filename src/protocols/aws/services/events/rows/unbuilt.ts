// What is not built: partner event sources and global endpoints. Each is known by name and answers so.
import { nothing } from './shapes.ts';

const row = <const N extends string>(name: N) =>
  ({
    input: nothing,
    output: nothing,
    action: `events:${name}`,
    errors: ['OperationDisabledException'],
  }) as const;

export const unbuiltOperations = {
  ActivateEventSource: row('ActivateEventSource'),
  CreateEndpoint: row('CreateEndpoint'),
  CreatePartnerEventSource: row('CreatePartnerEventSource'),
  DeactivateEventSource: row('DeactivateEventSource'),
  DeleteEndpoint: row('DeleteEndpoint'),
  DeletePartnerEventSource: row('DeletePartnerEventSource'),
  DescribeEndpoint: row('DescribeEndpoint'),
  DescribeEventSource: row('DescribeEventSource'),
  DescribePartnerEventSource: row('DescribePartnerEventSource'),
  ListEndpoints: row('ListEndpoints'),
  ListEventSources: row('ListEventSources'),
  ListPartnerEventSourceAccounts: row('ListPartnerEventSourceAccounts'),
  ListPartnerEventSources: row('ListPartnerEventSources'),
  PutPartnerEvents: row('PutPartnerEvents'),
  UpdateEndpoint: row('UpdateEndpoint'),
} as const;
