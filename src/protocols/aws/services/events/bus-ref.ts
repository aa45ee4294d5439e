// A bus as the handlers see it, and the way from a request's name or ARN to it: resolved from the committed
// catalog and authorised. The default bus of an account and region is made when it is first used.
import type { TopicDefinition } from '../../../../broker/index.ts';
import type { Call, Resource } from '../../engine/service.ts';
import { busAnnotation } from './annotations.ts';
import { busNotFound } from './errors.ts';
import type { Events } from './events.ts';
import {
  type BusAddress,
  busAddress,
  busArn,
  busNameOf,
  busTopicName,
  defaultBus,
  placeOf,
} from './names.ts';
import { expectReply } from './reply.ts';

export interface Bus extends BusAddress {
  readonly definition: TopicDefinition;
  readonly arn: string;
  /** For authorisation. */
  readonly resource: Resource;
}

/** Definitions are frozen and replaced on change, so what follows from one holds as long as it is there. */
const buses = new WeakMap<TopicDefinition, Bus>();

export function busOf(definition: TopicDefinition): Bus {
  let bus = buses.get(definition);
  if (bus === undefined) {
    const place = placeOf(definition.name);
    const name = busNameOf(definition.name);
    const arn = busArn(place, name);
    const policy = definition.annotations[busAnnotation.policy];
    bus = { ...place, bus: name, definition, arn, resource: { arn, account: place.account, policy } };
    buses.set(definition, bus);
  }
  return bus;
}

export function callerAddress(call: Call, nameOrArn: string | undefined): BusAddress {
  return busAddress({ account: call.principal.account, region: call.region }, nameOrArn);
}

export function findBus(events: Events, address: BusAddress): Bus | undefined {
  const definition = events.broker.catalog.topics.find(busTopicName(address, address.bus));
  return definition === undefined ? undefined : busOf(definition);
}

export function requireBus(events: Events, address: BusAddress): Bus {
  const bus = findBus(events, address);
  if (bus === undefined) throw busNotFound(address.bus);
  return bus;
}

/** Who may not is told so before being told whether it exists. */
export function authorizeBus(events: Events, call: Call, address: BusAddress, action: string): void {
  const { account } = address;
  const resource = findBus(events, address)?.resource ?? { arn: busArn(address, address.bus), account };
  call.authorize(action, resource);
}

/** The bus that a request names, for which the caller may do this. */
export async function openBus(
  events: Events,
  call: Call,
  nameOrArn: string | undefined,
  action = `events:${call.operationName}`,
): Promise<Bus> {
  const address = callerAddress(call, nameOrArn);
  authorizeBus(events, call, address, action);
  await ensureDefaultBus(events, call, address);
  return requireBus(events, address);
}

export async function ensureDefaultBus(events: Events, call: Call, address: BusAddress): Promise<void> {
  const isOwn = address.account === call.principal.account && address.region === call.region;
  if (address.bus !== defaultBus || !isOwn || findBus(events, address) !== undefined) return;
  await createBusTopic(call, address, { annotations: {}, tags: {} });
}

/** What exists already when there is one of that name. */
export async function createBusTopic(
  call: Call,
  address: BusAddress,
  own: Pick<TopicDefinition, 'annotations' | 'tags'>,
): Promise<{ readonly bus: Bus; readonly isCreated: boolean }> {
  const reply = await call.run({
    kind: 'createTopic',
    name: busTopicName(address, address.bus),
    settings: { ordering: 'none', dedup: 'none' },
    ...own,
  });
  const { definition, isCreated } = expectReply(reply, 'topic');
  return { bus: busOf(definition), isCreated };
}
