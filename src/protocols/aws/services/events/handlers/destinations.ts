// API destinations: made, changed, shown. What is delivered to them is delivery.ts's business.
import { randomUUID } from 'node:crypto';
import type { Call } from '../../../engine/service.ts';
import { changeDocument } from '../change.ts';
import { findConnection } from '../connection.ts';
import { destinationState, type DestinationValue, ratePerSecondDefault } from '../destination.ts';
import {
  authorizeKept,
  callerPlace,
  createKept,
  deleteKept,
  findKept,
  type Kept,
  keptArn,
  keptOf,
  listKept,
  plain,
} from '../documents.ts';
import { invalidParameter, resourceExists, resourceNotFound } from '../errors.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { parseNamedArn } from '../names.ts';

type Destination = Kept<DestinationValue>;

export async function createApiDestination(
  events: Events,
  input: EventsInput<'CreateApiDestination'>,
  call: Call,
): Promise<EventsOutput<'CreateApiDestination'>> {
  authorizeKept(call, 'destination', input.Name);
  checkConnection(events, input.ConnectionArn);
  checkEndpoint(events, input.Name, input.InvocationEndpoint);
  const made = await createKept<DestinationValue>(call, 'destination', input.Name, {
    id: randomUUID(),
    description: input.Description,
    connectionArn: input.ConnectionArn,
    endpoint: input.InvocationEndpoint,
    method: input.HttpMethod,
    ratePerSecond: input.InvocationRateLimitPerSecond ?? ratePerSecondDefault,
  });
  if (made === undefined) throw resourceExists(`An api-destination '${input.Name}' already exists.`);
  return changedOf(events, made);
}

function checkConnection(events: Events, arn: string): void {
  if (findConnection(events.broker.catalog, arn) !== undefined) return;
  throw resourceNotFound(`Connection '${parseNamedArn('connection', arn)?.name ?? arn}' does not exist.`);
}

/** AWS takes https alone; within one's own network there is often no certificate. */
function checkEndpoint(events: Events, name: string, endpoint: string): void {
  const pattern = events.isStrict(name) ? /^https:\/\//i : /^https?:\/\//i;
  if (pattern.test(endpoint) && URL.canParse(endpoint)) return;
  throw invalidParameter('InvocationEndpoint');
}

/** What is not given stays. */
export async function updateApiDestination(
  events: Events,
  input: EventsInput<'UpdateApiDestination'>,
  call: Call,
): Promise<EventsOutput<'UpdateApiDestination'>> {
  authorizeKept(call, 'destination', input.Name);
  if (input.ConnectionArn !== undefined) checkConnection(events, input.ConnectionArn);
  if (input.InvocationEndpoint !== undefined) checkEndpoint(events, input.Name, input.InvocationEndpoint);
  const find = () => requireDestination(events, call, input.Name).definition;
  const changed = await changeDocument(call, find, (definition) => {
    const { value } = keptOf<DestinationValue>('destination', definition);
    return plain({
      ...value,
      description: input.Description ?? value.description,
      connectionArn: input.ConnectionArn ?? value.connectionArn,
      endpoint: input.InvocationEndpoint ?? value.endpoint,
      method: input.HttpMethod ?? value.method,
      ratePerSecond: input.InvocationRateLimitPerSecond ?? value.ratePerSecond,
    });
  });
  return changedOf(events, keptOf<DestinationValue>('destination', changed));
}

export async function deleteApiDestination(
  events: Events,
  input: EventsInput<'DeleteApiDestination'>,
  call: Call,
): Promise<object> {
  authorizeKept(call, 'destination', input.Name);
  await deleteKept(call, requireDestination(events, call, input.Name));
  return {};
}

export function describeApiDestination(
  events: Events,
  input: EventsInput<'DescribeApiDestination'>,
  call: Call,
): EventsOutput<'DescribeApiDestination'> {
  authorizeKept(call, 'destination', input.Name);
  const destination = requireDestination(events, call, input.Name);
  return { ...summaryOf(events, destination), Description: destination.value.description };
}

export function listApiDestinations(
  events: Events,
  input: EventsInput<'ListApiDestinations'>,
  call: Call,
): EventsOutput<'ListApiDestinations'> {
  const { ConnectionArn: arn } = input;
  const { items, NextToken } = listKept<DestinationValue>(events, call, {
    type: 'destination',
    input,
    isShown: ({ value }) => arn === undefined || value.connectionArn === arn,
  });
  return { ApiDestinations: items.map((destination) => summaryOf(events, destination)), NextToken };
}

function requireDestination(events: Events, call: Call, name: string): Destination {
  const { catalog } = events.broker;
  const kept = findKept<DestinationValue>(catalog, callerPlace(call), 'destination', name);
  if (kept === undefined) {
    throw resourceNotFound(
      `Failed to describe the api-destination(s). An api-destination '${name}' does not exist.`,
    );
  }
  return kept;
}

function changedOf(events: Events, { definition, value, name, ...place }: Destination) {
  return {
    ApiDestinationArn: `${keptArn(place, 'destination', name)}/${value.id}`,
    ApiDestinationState: destinationState(events.broker.catalog, value) as string,
    CreationTime: definition.createdAtMs,
    LastModifiedTime: definition.modifiedAtMs,
  };
}

function summaryOf(events: Events, destination: Destination) {
  const { name, value } = destination;
  return {
    ...changedOf(events, destination),
    Name: name,
    ConnectionArn: value.connectionArn,
    InvocationEndpoint: value.endpoint,
    HttpMethod: value.method,
    InvocationRateLimitPerSecond: value.ratePerSecond,
  };
}
