// A stream as the handlers see it, and the way from a request's StreamName and StreamARN to it: resolved from
// the committed catalog and authorised. What follows from a definition is worked out once.
import type { ResourceName, StreamConsumer, StreamDefinition } from '../../../../broker/index.ts';
import type { Call, Resource } from '../../engine/service.ts';
import type { Kinesis } from './kinesis.ts';
import { annotation } from './annotations.ts';
import {
  consumerNotFound,
  idsDisagree,
  invalidArn,
  noStreamGiven,
  notActive,
  type StreamPlace,
  streamNotFound,
} from './errors.ts';
import { accountOf, consumerArnOf, parseArn, type ParsedArn, streamArnOf, streamName } from './names.ts';
import { streamStatus } from './stream-status.ts';

export interface Stream extends StreamPlace {
  readonly definition: StreamDefinition;
  readonly entity: number;
  readonly arn: string;
  readonly mode: 'PROVISIONED' | 'ON_DEMAND';
  readonly isEncrypted: boolean;
  /** Records are spread evenly, whatever their keys. */
  readonly isAutoDistributed: boolean;
  readonly maxRecordBytes: number;
  /** For authorisation. */
  readonly resource: Resource;
}

export interface StreamIds {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
}

/** Definitions are frozen and replaced on change, so what follows from one holds as long as it is there. */
const streams = new WeakMap<StreamDefinition, Stream>();

export function streamOf(definition: StreamDefinition): Stream {
  let stream = streams.get(definition);
  if (stream === undefined) {
    stream = describe(definition);
    streams.set(definition, stream);
  }
  return stream;
}

function describe(definition: StreamDefinition): Stream {
  const { name, settings, annotations } = definition;
  const account = accountOf(name);
  const arn = streamArnOf(name);
  return {
    name: name.name,
    account,
    definition,
    entity: definition.entity,
    arn,
    mode: settings.sharding === 'automatic' ? 'ON_DEMAND' : 'PROVISIONED',
    isEncrypted: annotations[annotation.keyId] !== undefined,
    isAutoDistributed: annotations[annotation.distribution] === 'AUTO',
    maxRecordBytes: settings.maxRecordBytes,
    resource: { arn, account, policy: annotations[annotation.policy] },
  };
}

/** The stream's name; throws InvalidArgumentException unless the two ids name one stream. */
export function resolveIds(call: Call, { StreamName: name, StreamARN: arn }: StreamIds): ResourceName {
  if (arn === undefined) {
    if (name === undefined) throw noStreamGiven();
    return streamName(call.principal.account, call.region, name);
  }
  const parsed = parseArn(arn);
  if (parsed === undefined || parsed.consumer !== undefined) throw invalidArn(arn);
  if (name !== undefined && name !== parsed.stream) throw idsDisagree(name, arn);
  return streamName(parsed.account, parsed.region, parsed.stream);
}

export function placeOf(name: ResourceName): StreamPlace {
  return { name: name.name, account: accountOf(name) };
}

/**
 * The stream that a request names, whatever its state; the caller may do this to it. Who may not is told so
 * before being told whether it exists.
 */
export function openStream(kinesis: Kinesis, call: Call, ids: StreamIds, action: string): Stream {
  const stream = findStream(kinesis, call, ids, action);
  if (stream === undefined) throw streamNotFound(placeOf(resolveIds(call, ids)));
  return stream;
}

/** The same, undefined when there is none: for operations with other words for that. */
export function findStream(kinesis: Kinesis, call: Call, ids: StreamIds, action: string): Stream | undefined {
  return authorized(kinesis, call, resolveIds(call, ids), action);
}

function authorized(kinesis: Kinesis, call: Call, name: ResourceName, action: string): Stream | undefined {
  const definition = kinesis.broker.catalog.streams.find(name);
  const stream = definition === undefined ? undefined : streamOf(definition);
  call.authorize(action, stream?.resource ?? { arn: streamArnOf(name), account: accountOf(name) });
  return stream;
}

/** Streams that are being made take no records yet, and are not found (recorded). */
export function openWritable(kinesis: Kinesis, call: Call, ids: StreamIds, action: string): Stream {
  const stream = openStream(kinesis, call, ids, action);
  if (statusOf(kinesis, stream) === 'CREATING') throw streamNotFound(stream);
  return stream;
}

/** For changes: one at a time, on what is neither being made nor deleted. */
export function openActive(kinesis: Kinesis, call: Call, ids: StreamIds, action: string): Stream {
  const stream = openStream(kinesis, call, ids, action);
  requireActive(kinesis, stream);
  return stream;
}

export function requireActive(kinesis: Kinesis, stream: Stream): void {
  const status = statusOf(kinesis, stream);
  if (status !== 'ACTIVE') throw notActive(stream, status);
}

export function statusOf(kinesis: Kinesis, stream: Stream): ReturnType<typeof streamStatus> {
  return streamStatus(stream.definition, kinesis.clock.nowMs());
}

// --- consumers ---

export interface Consumer {
  readonly stream: Stream;
  readonly consumer: StreamConsumer;
  readonly arn: string;
  readonly resource: Resource;
}

export function consumerOf(stream: Stream, consumer: StreamConsumer): Consumer {
  const arn = consumerArnOf(stream.arn, consumer);
  const policy = consumer.annotations[annotation.policy];
  return { stream, consumer, arn, resource: { arn, account: stream.account, policy } };
}

/** The consumer that an ARN names; one that was registered again under its name is another. */
export function openConsumer(kinesis: Kinesis, call: Call, arn: string, action: string): Consumer {
  const parsed = parseArn(arn);
  if (parsed?.consumer === undefined) throw invalidArn(arn);
  const found = findConsumer(kinesis, parsed);
  call.authorize(action, found?.resource ?? { arn, account: parsed.account });
  if (found === undefined) throw consumerNotFound(parsed.consumer.name, parsed.account);
  return found;
}

function findConsumer(
  kinesis: Kinesis,
  { account, region, stream, consumer }: ParsedArn,
): Consumer | undefined {
  const definition = kinesis.broker.catalog.streams.find(streamName(account, region, stream));
  const found = definition?.consumers.find(
    ({ name, createdAtMs }) =>
      name === consumer!.name && Math.floor(createdAtMs / 1000) === consumer!.createdAtSeconds,
  );
  return found === undefined ? undefined : consumerOf(streamOf(definition!), found);
}
