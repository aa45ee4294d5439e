// From `/v1/streams/{account}/{region}/{name}` to the core's definitions, and the numbers of shards in paths.
// Called by the routes of streams; the forms of addresses are those of queues (queue-path.ts).
import type { Broker, ResourceName, StreamDefinition } from '../../broker/index.ts';
import { AdminProblem, badRequest } from './problem.ts';
import { pathAddress, type QueueAddress } from './queue-path.ts';

export const streamPath = '/v1/streams/{account}/{region}/{name}';

export type PathParameters = Readonly<Record<string, string>>;

export function streamName({ account, region, name }: QueueAddress): ResourceName {
  return { namespace: `${account}/${region}`, kind: 'stream', name };
}

export function findStream(broker: Broker, path: PathParameters): StreamDefinition {
  const address = pathAddress(path);
  const found = broker.catalog.streams.find(streamName(address));
  if (found !== undefined) return found;
  const { account, region, name } = address;
  throw new AdminProblem(
    404,
    'stream_not_found',
    `there is no stream ${name} in account ${account}, region ${region}`,
  );
}

export function shardIndexOf(path: PathParameters): number {
  const text = path['shard'] ?? '';
  if (!/^[0-9]{1,9}$/.test(text)) throw badRequest('a shard is named by its number: 0, 1, 2 ...');
  return Number(text);
}
