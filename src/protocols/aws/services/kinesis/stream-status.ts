// The states of streams and consumers, as they follow from the times in their definitions. Pure.
//
//   CREATING --> ACTIVE <--> UPDATING
//                  \--> DELETING --> gone (the catalog forgets it)
import type { StreamConsumer, StreamDefinition } from '../../../../broker/index.ts';
import { annotation } from './annotations.ts';

export type StreamStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';

/**
 * How long the creation shows stands in the definition, because `readyAtMs` moves with later changes. Without
 * a delay a stream is there at once, even when the core dates its creation a second ahead.
 */
export function streamStatus(definition: StreamDefinition, nowMs: number): StreamStatus {
  if (definition.deletesAtMs !== undefined) return 'DELETING';
  const { createdAtMs, readyAtMs } = definition;
  if (nowMs >= readyAtMs) return 'ACTIVE';
  const creationMs = creationMsOf(definition);
  if (nowMs < createdAtMs + creationMs) return creationMs > 0 ? 'CREATING' : 'ACTIVE';
  return readyAtMs > createdAtMs + creationMs ? 'UPDATING' : 'ACTIVE';
}

/** Also of a stream that is deleted before it was made: neither shows shards (recorded). */
export function isBeingMade(definition: StreamDefinition, nowMs: number): boolean {
  const creationMs = creationMsOf(definition);
  return creationMs > 0 && nowMs < definition.createdAtMs + creationMs;
}

function creationMsOf({ annotations }: StreamDefinition): number {
  return Number(annotations[annotation.creationMs] ?? 0);
}

export function consumerStatus(consumer: StreamConsumer, nowMs: number): 'CREATING' | 'ACTIVE' {
  return nowMs < consumer.readyAtMs ? 'CREATING' : 'ACTIVE';
}
