// Streams as such: CreateStream, DeleteStream, ListStreams. What a stream is made of is in
// ../new-stream.ts, what an account may have in ../quotas.ts.
import type { Call } from '../../../engine/service.ts';
import { annotated, annotation } from '../annotations.ts';
import { notActive, resourceInUse, placeText, streamExists } from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { streamArnOf, streamName } from '../names.ts';
import { draftNewStream } from '../new-stream.ts';
import { openPosition, sealPosition } from '../paging.ts';
import { admitStream } from '../quotas.ts';
import { expectReply } from '../reply.ts';
import { openStream, placeOf, type Stream, statusOf, streamOf } from '../stream-ref.ts';

const listDefault = 100;

export async function createStream(
  kinesis: Kinesis,
  input: KinesisInput<'CreateStream'>,
  call: Call,
): Promise<object> {
  const name = streamName(call.principal.account, call.region, input.StreamName);
  const place = placeOf(name);
  const resource = { arn: streamArnOf(name), account: place.account };
  call.authorize('kinesis:CreateStream', resource);
  if (input.Tags !== undefined) call.authorize('kinesis:AddTagsToStream', resource);
  const draft = draftNewStream(place, input, kinesis.defaultRetentionHours);
  if (kinesis.broker.catalog.streams.find(name) !== undefined) throw streamExists(place);
  if (kinesis.isStrict(name.name)) {
    const isOnDemand = draft.settings.sharding === 'automatic';
    await admitStream(kinesis, call, { shardCount: draft.initialShardCount, isOnDemand });
  }
  const readyAfterMs = kinesis.stateDelayMs(name.name);
  const creationMs = readyAfterMs > 0 ? String(readyAfterMs) : undefined;
  const annotations = annotated(draft.annotations, { [annotation.creationMs]: creationMs });
  const reply = await call.run({ kind: 'createStream', name, ...draft, annotations, readyAfterMs });
  if (!expectReply(reply, 'stream', place).isCreated) throw streamExists(place);
  return {};
}

/** A stream may also be deleted while it is being made (recorded). */
export async function deleteStream(
  kinesis: Kinesis,
  input: KinesisInput<'DeleteStream'>,
  call: Call,
): Promise<object> {
  const stream = openStream(kinesis, call, input, 'kinesis:DeleteStream');
  const status = statusOf(kinesis, stream);
  if (status === 'UPDATING' || status === 'DELETING') throw notActive(stream, status);
  if (input.EnforceConsumerDeletion !== true && stream.definition.consumers.length > 0) {
    throw resourceInUse(
      `The ${placeText(stream)} has registered consumers; deregister them or set EnforceConsumerDeletion.`,
    );
  }
  const afterMs = kinesis.stateDelayMs(stream.name);
  const reply = await call.run({ kind: 'deleteStream', entity: stream.entity, afterMs });
  // The catalog answers with the definition that was, or with nothing to say.
  if (reply.kind !== 'done') expectReply(reply, 'stream', stream);
  return {};
}

export function listStreams(
  kinesis: Kinesis,
  input: KinesisInput<'ListStreams'>,
  call: Call,
): KinesisOutput<'ListStreams'> {
  const { account } = call.principal;
  call.authorize('kinesis:ListStreams', { arn: `arn:aws:kinesis:${call.region}:${account}:*`, account });
  const limit = input.Limit ?? listDefault;
  const { NextToken: token, ExclusiveStartStreamName: start } = input;
  // Clients that page send their first parameters again: the token goes first.
  const after = token === undefined ? start : openPosition(kinesis, call, '', token);
  const found = kinesis.broker.catalog.streams.list({
    namespace: `${account}/${call.region}`,
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
  });
  const shown = found.slice(0, limit).map(streamOf);
  const hasMore = found.length > limit;
  return {
    StreamNames: shown.map(({ name }) => name),
    HasMoreStreams: hasMore,
    NextToken: hasMore ? sealPosition(kinesis, call, '', shown.at(-1)!.name) : undefined,
    StreamSummaries: shown.map((stream) => summaryOf(kinesis, stream)),
  };
}

function summaryOf(kinesis: Kinesis, stream: Stream) {
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    StreamStatus: statusOf(kinesis, stream),
    StreamModeDetails: { StreamMode: stream.mode },
    StreamCreationTimestamp: createdAtMs(stream),
  };
}

/** Whole seconds, as clients compare it: part of the names of leases, and sent back in listings. */
export function createdAtMs(stream: Stream): number {
  return Math.floor(stream.definition.createdAtMs / 1000) * 1000;
}
