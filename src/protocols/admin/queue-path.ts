// From `/v1/queues/{account}/{region}/{name}` and NAME or ACCOUNT/REGION/NAME to the core's names and back.
import type { Broker, QueueDefinition, ResourceName } from '../../broker/index.ts';
import { AdminProblem, badRequest } from './problem.ts';

export interface QueueAddress {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export function addressOf(name: ResourceName): QueueAddress {
  const [account = '', region = ''] = name.namespace.split('/');
  return { account, region, name: name.name };
}

export function resourceName({ account, region, name }: QueueAddress): ResourceName {
  return { namespace: `${account}/${region}`, kind: 'queue', name };
}

/** `account/region/name` on one line. */
export function addressText(name: ResourceName): string {
  return `${name.namespace}/${name.name}`;
}

/** A bare name lies in the room of `home`. */
export function parseAddress(text: string, home: QueueAddress): QueueAddress {
  const parts = text.split('/');
  const [account = '', region = '', name = ''] = parts;
  if (parts.length === 1) return { ...home, name: text };
  if (parts.length !== 3 || parts.includes(''))
    throw badRequest(`'${text}' is neither NAME nor ACCOUNT/REGION/NAME`);
  return { account, region, name };
}

export function pathAddress(path: Readonly<Record<string, string>>): QueueAddress {
  return { account: path['account'] ?? '', region: path['region'] ?? '', name: path['name'] ?? '' };
}

export function findQueue(broker: Broker, address: QueueAddress): QueueDefinition {
  const found = broker.catalog.find(resourceName(address));
  if (found !== undefined) return found;
  const { account, region, name } = address;
  throw new AdminProblem(
    404,
    'queue_not_found',
    `there is no queue ${name} in account ${account}, region ${region}`,
  );
}
