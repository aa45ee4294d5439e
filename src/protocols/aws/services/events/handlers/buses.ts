// Event buses as such: made, shown, listed, changed, deleted. Each is a topic of the core.
import type { TopicDefinition } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { annotated, busAnnotation } from '../annotations.ts';
import {
  type Bus,
  busOf,
  callerAddress,
  createBusTopic,
  ensureDefaultBus,
  findBus,
  openBus,
  requireBus,
} from '../bus-ref.ts';
import { changeTopic } from '../change.ts';
import { busExists, notBuilt, validationError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { busArn, busPrefix, defaultBus, namespaceOf, ruleOfBinding } from '../names.ts';
import { pageOf } from '../paging.ts';
import { admitBus } from '../quotas.ts';
import { expectReply } from '../reply.ts';
import { queueOfArn } from '../target-address.ts';
import { tagsOf } from '../tags.ts';

type Given = Pick<
  EventsInput<'CreateEventBus'>,
  'Description' | 'KmsKeyIdentifier' | 'DeadLetterConfig' | 'LogConfig'
>;

export async function createEventBus(
  events: Events,
  input: EventsInput<'CreateEventBus'>,
  call: Call,
): Promise<EventsOutput<'CreateEventBus'>> {
  const { Name: name } = input;
  const address = callerAddress(call, name);
  const { account } = address;
  call.authorize('events:CreateEventBus', { arn: busArn(address, name), account });
  if (input.EventSourceName !== undefined) throw notBuilt('Partner event sources');
  if (name.includes('/')) throw validationError("Event bus name must not contain '/'.");
  if (name === defaultBus) throw busExists(name);
  const annotations = annotated({}, annotationsOf(input));
  const tags = tagsOf(input.Tags);
  if (findBus(events, address) === undefined) admitBus(events, namespaceOf(address), name);
  const { bus, isCreated } = await createBusTopic(call, address, { annotations, tags });
  if (!isCreated) throw busExists(name);
  return { EventBusArn: bus.arn, ...shownOf(bus) };
}

function annotationsOf(input: Given) {
  const deadLetter = input.DeadLetterConfig?.Arn;
  if (deadLetter !== undefined && queueOfArn(deadLetter) === undefined) {
    throw validationError('Parameter DeadLetterConfig.Arn is not valid.');
  }
  return {
    [busAnnotation.description]: input.Description,
    [busAnnotation.keyIdentifier]: input.KmsKeyIdentifier,
    [busAnnotation.deadLetterArn]: deadLetter,
    [busAnnotation.logConfig]: input.LogConfig === undefined ? undefined : JSON.stringify(input.LogConfig),
  };
}

function shownOf({ definition: { annotations } }: Bus) {
  const deadLetter = annotations[busAnnotation.deadLetterArn];
  const log = annotations[busAnnotation.logConfig];
  return {
    Description: annotations[busAnnotation.description],
    KmsKeyIdentifier: annotations[busAnnotation.keyIdentifier],
    DeadLetterConfig: deadLetter === undefined ? undefined : { Arn: deadLetter },
    LogConfig: log === undefined ? undefined : (JSON.parse(log) as Given['LogConfig']),
  };
}

/** What is not given stays. */
export async function updateEventBus(
  events: Events,
  input: EventsInput<'UpdateEventBus'>,
  call: Call,
): Promise<EventsOutput<'UpdateEventBus'>> {
  const { bus: name, ...place } = await openBus(events, call, input.Name);
  const changes = Object.entries(annotationsOf(input)).filter(([, value]) => value !== undefined);
  const changed = await changeTopic(
    call,
    () => requireBus(events, { ...place, bus: name }).definition,
    ({ annotations }) => ({ annotations: annotated(annotations, Object.fromEntries(changes)) }),
  );
  const bus = busOf(changed);
  return { Arn: bus.arn, Name: name, ...shownOf(bus) };
}

/** One that is not there counts as deleted. */
export async function deleteEventBus(
  events: Events,
  input: EventsInput<'DeleteEventBus'>,
  call: Call,
): Promise<object> {
  const address = callerAddress(call, input.Name);
  call.authorize('events:DeleteEventBus', {
    arn: busArn(address, address.bus),
    account: address.account,
  });
  if (address.bus === defaultBus) throw validationError('Cannot delete event bus default.');
  const bus = findBus(events, address);
  if (bus === undefined) return {};
  const bindings = events.broker.catalog.bindings.ofTopic(bus.definition.entity);
  if (bindings.some(({ name }) => ruleOfBinding(name) !== undefined)) {
    throw validationError(`Event bus ${bus.bus} can't be deleted since it has rules.`);
  }
  const reply = await call.run({ kind: 'deleteTopic', entity: bus.definition.entity });
  if (reply.kind !== 'error' || reply.error.code !== 'topic_not_found') expectReply(reply, 'topic');
  return {};
}

export async function describeEventBus(
  events: Events,
  input: EventsInput<'DescribeEventBus'>,
  call: Call,
): Promise<EventsOutput<'DescribeEventBus'>> {
  const bus = await openBus(events, call, input.Name);
  return { ...summaryOf(bus), ...shownOf(bus) };
}

function summaryOf(bus: Bus) {
  const { annotations, createdAtMs, modifiedAtMs } = bus.definition;
  return {
    Name: bus.bus,
    Arn: bus.arn,
    Description: annotations[busAnnotation.description],
    Policy: annotations[busAnnotation.policy],
    CreationTime: createdAtMs,
    LastModifiedTime: modifiedAtMs,
  };
}

export async function listEventBuses(
  events: Events,
  input: EventsInput<'ListEventBuses'>,
  call: Call,
): Promise<EventsOutput<'ListEventBuses'>> {
  const address = callerAddress(call, undefined);
  const { account } = address;
  call.authorize('events:ListEventBuses', { arn: busArn(address, '*'), account });
  await ensureDefaultBus(events, call, address);
  const namespace = namespaceOf(address);
  const prefix = `${busPrefix}${input.NamePrefix ?? ''}`;
  const { items, NextToken } = pageOf<TopicDefinition>(events, call, input, {
    scope: prefix,
    position: ({ name }) => name.name,
    read: (after, limit) =>
      events.broker.catalog.topics.list({
        namespace,
        prefix,
        limit,
        ...(after === undefined ? {} : { after }),
      }),
  });
  return { EventBuses: items.map((definition) => summaryOf(busOf(definition))), NextToken };
}
