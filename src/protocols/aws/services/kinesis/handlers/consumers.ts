// Registered consumers of a stream: RegisterStreamConsumer, DeregisterStreamConsumer, DescribeStreamConsumer,
// ListStreamConsumers. They live in the stream's definition and go with it.
import type { StreamConsumer } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { limits } from '../../../../../base/limits.ts';
import { changeConsumer, changeStream } from '../change.ts';
import {
  consumerExists,
  consumerNotFound,
  invalidArgument,
  limitExceeded,
  notActive,
  placeText,
} from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { consumerArnOf } from '../names.ts';
import { openPosition, sealPosition } from '../paging.ts';
import { admitConsumer } from '../quotas.ts';
import {
  type Consumer,
  consumerOf,
  openConsumer,
  openStream,
  resolveIds,
  statusOf,
  type Stream,
  streamOf,
} from '../stream-ref.ts';
import { consumerStatus } from '../stream-status.ts';
import { mergeTags } from '../tags.ts';
import { requireCreation } from './shards.ts';

const listDefault = 100;

export async function registerConsumer(
  kinesis: Kinesis,
  input: KinesisInput<'RegisterStreamConsumer'>,
  call: Call,
): Promise<KinesisOutput<'RegisterStreamConsumer'>> {
  const { ConsumerName: name } = input;
  let made: StreamConsumer | undefined;
  const find = (): Stream => openStream(kinesis, call, input, 'kinesis:RegisterStreamConsumer');
  const stream = await changeStream(call, find, (found) => {
    made = newConsumer(kinesis, found, name, input.Tags ?? {});
    return { consumers: [...found.definition.consumers, made] };
  });
  // However short it is, a consumer is first told to be in the making, as clients know it.
  return { Consumer: { ...shapeOf(stream, made!, kinesis.clock.nowMs()), ConsumerStatus: 'CREATING' } };
}

function newConsumer(
  kinesis: Kinesis,
  stream: Stream,
  name: string,
  tags: Readonly<Record<string, string>>,
): StreamConsumer {
  const status = statusOf(kinesis, stream);
  if (status === 'CREATING' || status === 'DELETING') throw notActive(stream, status);
  const { consumers } = stream.definition;
  if (consumers.some((consumer) => consumer.name === name)) throw consumerExists(name, stream);
  admitConsumer(kinesis, stream);
  if (consumers.length >= limits.kinesisConsumersPerStreamMax) {
    throw limitExceeded(`The ${placeText(stream)} has ${consumers.length} registered consumers already.`);
  }
  // Not before the stream, whose life the ARN of the consumer has to tell from earlier ones.
  const nowMs = kinesis.clock.nowMs();
  const createdAtMs = Math.max(nowMs, stream.definition.createdAtMs);
  const readyAtMs = nowMs + kinesis.stateDelayMs(stream.name);
  return { name, createdAtMs, readyAtMs, annotations: {}, tags: mergeTags(stream, {}, tags) };
}

export async function deregisterConsumer(
  kinesis: Kinesis,
  input: KinesisInput<'DeregisterStreamConsumer'>,
  call: Call,
): Promise<object> {
  await changeConsumer(
    call,
    () => findConsumer(kinesis, input, call),
    () => undefined,
  );
  return {};
}

export function describeConsumer(
  kinesis: Kinesis,
  input: KinesisInput<'DescribeStreamConsumer'>,
  call: Call,
): KinesisOutput<'DescribeStreamConsumer'> {
  const { stream, consumer } = findConsumer(kinesis, input, call);
  return {
    ConsumerDescription: {
      ...shapeOf(stream, consumer, kinesis.clock.nowMs()),
      StreamARN: stream.arn,
    },
  };
}

export function listConsumers(
  kinesis: Kinesis,
  input: KinesisInput<'ListStreamConsumers'>,
  call: Call,
): KinesisOutput<'ListStreamConsumers'> {
  const { MaxResults: limit = listDefault, NextToken: token } = input;
  const stream = openStream(kinesis, call, input, 'kinesis:ListStreamConsumers');
  requireCreation(stream, input.StreamCreationTimestamp);
  const scope = String(stream.entity);
  const after = token === undefined ? '' : openPosition(kinesis, call, scope, token);
  const found = stream.definition.consumers
    .filter(({ name }) => name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const shown = found.slice(0, limit);
  const nowMs = kinesis.clock.nowMs();
  return {
    Consumers: shown.map((consumer) => shapeOf(stream, consumer, nowMs)),
    NextToken: found.length > limit ? sealPosition(kinesis, call, scope, shown.at(-1)!.name) : undefined,
  };
}

function shapeOf(stream: Stream, consumer: StreamConsumer, nowMs: number) {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumerArnOf(stream.arn, consumer),
    ConsumerStatus: consumerStatus(consumer, nowMs),
    ConsumerCreationTimestamp: Math.floor(consumer.createdAtMs / 1000) * 1000,
  };
}

/** By its ARN, or by its stream and name, or by all three when they agree. */
function findConsumer(kinesis: Kinesis, input: KinesisInput<'DescribeStreamConsumer'>, call: Call): Consumer {
  const { StreamARN: streamArn, ConsumerName: name, ConsumerARN: arn } = input;
  const action = `kinesis:${call.operationName}`;
  if (arn === undefined) {
    if (streamArn === undefined || name === undefined) {
      throw invalidArgument('Either ConsumerARN or both StreamARN and ConsumerName should be provided.');
    }
    return findByName(kinesis, call, streamArn, name);
  }
  const found = openConsumer(kinesis, call, arn, action);
  const agrees =
    (streamArn === undefined || streamArn === found.stream.arn) &&
    (name === undefined || name === found.consumer.name);
  if (!agrees) throw invalidArgument(`StreamARN and ConsumerName do not agree with ConsumerARN ${arn}.`);
  return found;
}

function findByName(kinesis: Kinesis, call: Call, streamArn: string, name: string): Consumer {
  const action = `kinesis:${call.operationName}`;
  const definition = kinesis.broker.catalog.streams.find(resolveIds(call, { StreamARN: streamArn }));
  const consumer = definition?.consumers.find((candidate) => candidate.name === name);
  if (definition !== undefined && consumer !== undefined) {
    const found = consumerOf(streamOf(definition), consumer);
    call.authorize(action, found.resource);
    return found;
  }
  throw consumerNotFound(name, openStream(kinesis, call, { StreamARN: streamArn }, action).account);
}
