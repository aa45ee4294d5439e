// How often and how much one shard is read: what AWS allows per shard and second, for streams under
// `limits: aws` alone. Volatile; asked by the handlers that read.
import { limits } from '../../../../base/limits.ts';
import type { Kinesis } from './kinesis.ts';
import type { Stream } from './stream-ref.ts';
import { rateExceeded } from './errors.ts';
import { readBytesPerSecond, readsPerSecond } from './record-rates.ts';
import { shardIdOf } from './shard-id.ts';

const windowMs = 1000;

interface Window {
  startMs: number;
  callCount: number;
  bytes: number;
  /** An answer of more than a second's bytes is paid off first: 10 MiB take five seconds. */
  blockedUntilMs: number;
}

export class ReadGate {
  readonly #kinesis: Kinesis;
  readonly #windows = new Map<string, Window>();

  constructor(kinesis: Kinesis) {
    this.#kinesis = kinesis;
  }

  /** One call of an action on a shard; throws when it is one too many. */
  admit(stream: Stream, shardIndex: number, action: string): void {
    if (!this.#kinesis.isStrict(stream.name)) return;
    const window = this.#window(`${stream.entity} ${shardIndex} ${action}`);
    const isFull = window.callCount >= readsPerSecond || window.bytes >= readBytesPerSecond;
    if (isFull || this.#kinesis.clock.nowMs() < window.blockedUntilMs) {
      throw rateExceeded(shardIdOf(shardIndex), stream);
    }
    window.callCount++;
  }

  /** What the call was answered with. */
  count(stream: Stream, shardIndex: number, action: string, bytes: number): void {
    if (!this.#kinesis.isStrict(stream.name)) return;
    const window = this.#window(`${stream.entity} ${shardIndex} ${action}`);
    window.bytes += bytes;
    if (bytes > readBytesPerSecond) {
      window.blockedUntilMs = this.#kinesis.clock.nowMs() + (bytes / readBytesPerSecond) * 1000;
    }
  }

  #window(key: string): Window {
    const nowMs = this.#kinesis.clock.nowMs();
    let window = this.#windows.get(key);
    if (window === undefined) {
      if (this.#windows.size >= limits.kinesisReadWindowsMax) this.#forget(nowMs);
      window = { startMs: nowMs, callCount: 0, bytes: 0, blockedUntilMs: 0 };
      this.#windows.set(key, window);
    } else if (nowMs - window.startMs >= windowMs) {
      window.startMs = nowMs;
      window.callCount = 0;
      window.bytes = 0;
    }
    return window;
  }

  /** Drops what is over; everything, when that makes no room. */
  #forget(nowMs: number): void {
    const before = this.#windows.size;
    for (const [key, { startMs, blockedUntilMs }] of this.#windows) {
      if (nowMs - startMs >= windowMs && nowMs >= blockedUntilMs) this.#windows.delete(key);
    }
    if (this.#windows.size === before) this.#windows.clear();
  }
}
