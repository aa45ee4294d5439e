// GetRecords: opens the iterator, reads on from it, and gives the next one, whether there was anything or
// not. Hot path: no promise, no closure; only a request that asks to wait takes another way.
import type { Broker, ReadStream, Reply } from '../../../../../broker/index.ts';
import { recordOverheadBytes } from '../../../../../broker/index.ts';
import { limits } from '../../../../../base/limits.ts';
import { AwsError } from '../../../engine/errors.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import type { IteratorPosition } from '../iterator-token.ts';
import type { KinesisInput } from '../model.ts';
import type { Reading } from '../reading.ts';
import type { Stream } from '../stream-ref.ts';
import { dryRunSucceeded, idsDisagree, shardDoesNotExist } from '../errors.ts';
import { GetRecordsAnswer } from '../records-answer.ts';
import { expectReply } from '../reply.ts';
import { shardIdOf } from '../shard-id.ts';
import { streamOf } from '../stream-ref.ts';

const action = 'kinesis:GetRecords';
const recordsMax = 10_000;
const answerBytesMax = 10 * 1024 * 1024;
/** Kinesis has no long poll; this header of ours takes the place of a pause between two polls. */
const waitHeader = 'x-caudal-wait-ms';
const waitMsMax = 5000;

interface ReadContext {
  readonly reading: Reading;
  readonly stream: Stream;
  readonly shardIndex: number;
}

export function getRecords(
  reading: Reading,
  input: KinesisInput<'GetRecords'>,
  call: Call,
): Pending | Promise<Pending> {
  const { kinesis, iterators, gate } = reading;
  const at = iterators.open(input.ShardIterator, kinesis.clock.nowMs());
  if (at instanceof AwsError) throw at;
  const stream = openStream(reading, at, call);
  if (input.StreamARN !== undefined && input.StreamARN !== stream.arn) {
    throw idsDisagree(stream.name, input.StreamARN);
  }
  gate.admit(stream, at.shardIndex, action);
  if (input.DryRun === true) throw dryRunSucceeded();
  const { entity, shardIndex, position: from } = at;
  const query: ReadStream = {
    kind: 'readStream',
    entity,
    shardIndex,
    from,
    recordsMax: input.Limit ?? recordsMax,
    bytesMax: answerBytesMax,
  };
  const context: ReadContext = { reading, stream, shardIndex };
  const waitMs = waitOf(call);
  if (waitMs > 0) return readWhenThere(query, context, call, waitMs);
  return call.query(query, respondRecords, context);
}

function respondRecords(reply: Reply, _call: Call, context: ReadContext): GetRecordsAnswer {
  const { reading, stream, shardIndex } = context;
  if (reply.kind === 'error' && reply.error.code === 'shard_not_found') {
    throw shardDoesNotExist(shardIdOf(shardIndex), stream);
  }
  const read = expectReply(reply, 'records', stream);
  const { count, starts, ends } = read.records;
  const bytes = count === 0 ? 0 : ends[count - 1]! - starts[0]! - count * recordOverheadBytes;
  reading.gate.count(stream, shardIndex, action, bytes);
  // The last records of a closed shard still have an iterator; the end follows in an empty answer (recorded).
  const isEnd = read.isEnd && count === 0;
  const next = isEnd ? undefined : nextIterator(read.nextSequence, context);
  return new GetRecordsAnswer(read, stream.isEncrypted, next);
}

function nextIterator(position: number, { reading, stream, shardIndex }: ReadContext): string {
  const { entity, name: streamName } = stream;
  return reading.iterators.seal({ entity, shardIndex, position, streamName }, reading.kinesis.clock.nowMs());
}

/** The stream that the iterator was made for; a later one of its name is another. */
function openStream({ kinesis }: Reading, at: IteratorPosition, call: Call): Stream {
  const definition = kinesis.broker.catalog.streams.byEntity(at.entity);
  if (definition === undefined) {
    const place = { name: at.streamName, account: call.principal.account };
    throw shardDoesNotExist(shardIdOf(at.shardIndex), place);
  }
  const stream = streamOf(definition);
  call.authorize(action, stream.resource);
  return stream;
}

// --- waiting ---

let waitingCount = 0;

function waitOf(call: Call): number {
  const text = call.header(waitHeader);
  if (text === undefined || !/^\d{1,9}$/.test(text)) return 0;
  return waitingCount < limits.kinesisReadersWaitingMax ? Math.min(Number(text), waitMsMax) : 0;
}

/** Waits until the shard has anything to read, or the time is over; reads then. */
async function readWhenThere(
  query: ReadStream,
  context: ReadContext,
  call: Call,
  waitMs: number,
): Promise<Pending> {
  waitingCount++;
  await somethingToRead(context.reading.kinesis.broker, query, waitMs);
  waitingCount--;
  return call.query(query, respondRecords, context);
}

/** What the follower is pushed is not looked at: it is read again, inside the responder. */
function somethingToRead(broker: Broker, query: ReadStream, waitMs: number): Promise<void> {
  const { entity, shardIndex, from } = query;
  return new Promise((resolve) => {
    const sink = { reveal: () => finish(), isOpen: () => true };
    const timer = setTimeout(finish, waitMs);
    const subscription = broker.follow({ entity, shardIndex, from, recordsMax: 1, bytesMax: 1 }, sink);
    subscription.grant(1);
    function finish(): void {
      clearTimeout(timer);
      // A stream that is gone says so before there is a subscription.
      setImmediate(() => subscription.cancel());
      resolve();
    }
  });
}
