// Where a reader begins: the five types of iterators and starting positions, which GetShardIterator and
// SubscribeToShard have in common. First the core's position is asked for, then what came is held against the
// shard that answered, in the service's order.
import type { PositionReply, StreamPosition } from '../../../../broker/index.ts';
import type { Stream } from './stream-ref.ts';
import { foreignSequence, futureTimestamp, noTimestamp, sequenceOfOtherShard, wrongStart } from './errors.ts';
import { type ParsedSequence, parseSequenceNumber, secondsOf } from './sequence-number.ts';
import { shardIdOf } from './shard-id.ts';

export interface Start {
  readonly type: 'AFTER_SEQUENCE_NUMBER' | 'LATEST' | 'AT_TIMESTAMP' | 'AT_SEQUENCE_NUMBER' | 'TRIM_HORIZON';
  readonly sequenceNumber: string | undefined;
  readonly timestampMs: number | undefined;
}

/** To be asked of the core. What is wrong with it is only said by `checkStart`, once the shard is found. */
export function positionOf({ type, sequenceNumber, timestampMs }: Start): StreamPosition {
  switch (type) {
    case 'LATEST':
      return { at: 'latest' };
    case 'AT_TIMESTAMP':
      return { at: 'time', timeMs: timestampMs ?? 0 };
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER': {
      const counter = parsed(sequenceNumber)?.counter ?? 0;
      return { at: 'sequence', sequence: type === 'AT_SEQUENCE_NUMBER' ? counter : counter + 1 };
    }
    default:
      return { at: 'horizon' };
  }
}

function parsed(sequenceNumber: string | undefined): ParsedSequence | undefined {
  return sequenceNumber === undefined ? undefined : parseSequenceNumber(sequenceNumber);
}

/** Throws what is wrong with the start for this shard. */
export function checkStart(start: Start, stream: Stream, { shard }: PositionReply, nowMs: number): void {
  const { type, sequenceNumber, timestampMs } = start;
  const needsSequence = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER';
  if (needsSequence !== (sequenceNumber !== undefined)) throw wrongStart(type, !needsSequence);
  if (sequenceNumber !== undefined) {
    const sequence = parseSequenceNumber(sequenceNumber);
    const shardId = shardIdOf(shard.index);
    if (sequence === undefined) throw foreignSequence(sequenceNumber, shardId, stream, false);
    if (sequence.shardIndex !== shard.index) {
      throw sequenceOfOtherShard(signedShardId(sequence.shardIndex), shardId);
    }
    const isOurs = sequence.isCurrent && sequence.createdAtSeconds === secondsOf(shard.createdAtMs);
    if (!isOurs) throw foreignSequence(sequenceNumber, shardId, stream, true);
  }
  if (type !== 'AT_TIMESTAMP') return;
  if (timestampMs === undefined) throw noTimestamp();
  if (timestampMs > nowMs) throw futureTimestamp(timestampMs, nowMs);
}

/** As the service prints an index beyond 31 bits. */
function signedShardId(index: number): string {
  return index < 0 ? `shardId--${String(-index).padStart(11, '0')}` : shardIdOf(index);
}
