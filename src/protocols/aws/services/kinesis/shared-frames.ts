// Events that several consumers of one shard get: at the tip all are pushed the same records, so the frame is
// encoded for the first and its bytes are written to the others. Filled and asked by subscription.ts; only a
// saving, whatever is not here is encoded again.
import { limits } from '../../../../base/limits.ts';

export interface FrameKey {
  readonly entity: number;
  readonly shardIndex: number;
  readonly first: number;
  readonly next: number;
  readonly behindMs: number;
}

export class SharedFrames {
  readonly #frames = new Map<string, Buffer>();
  #bytes = 0;

  find(key: FrameKey): Buffer | undefined {
    return this.#frames.get(textOf(key));
  }

  add(key: FrameKey, frame: Buffer): void {
    if (frame.length > limits.kinesisFramesBytesMax) return;
    this.#frames.set(textOf(key), frame);
    this.#bytes += frame.length;
    for (const [oldest, { length }] of this.#frames) {
      const hasRoom =
        this.#bytes <= limits.kinesisFramesBytesMax && this.#frames.size <= limits.kinesisFramesMax;
      if (hasRoom) return;
      this.#frames.delete(oldest);
      this.#bytes -= length;
    }
  }

  /** Nobody subscribes any more. */
  clear(): void {
    this.#frames.clear();
    this.#bytes = 0;
  }
}

function textOf({ entity, shardIndex, first, next, behindMs }: FrameKey): string {
  return `${entity} ${shardIndex} ${first} ${next} ${behindMs}`;
}
