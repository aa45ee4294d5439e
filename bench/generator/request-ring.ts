// Requests signed ahead of the measured window, in one preallocated arena: what the window then pays per
// request is a view and a write. A request that is taken when none is left is signed on the spot and counted.
// Owned by one workload; it never sends.
import { assert } from '../../src/base/assert.ts';

/** Makes the next request; the number identifies its first message and is given back by `takenTag`. */
export interface RequestSource {
  /** ASCII text, or bytes that are valid until the next call. */
  make(): string | Buffer;
  tag(): number;
}

export interface RingLimits {
  /** Bytes of prepared requests; a window that needs more signs the rest on the spot. */
  readonly arenaBytes: number;
  /** Prepared requests older than this are signed again: services refuse signatures older than 5 minutes. */
  readonly ageMsMax: number;
}

const defaultLimits: RingLimits = { arenaBytes: 128 * 1024 * 1024, ageMsMax: 120_000 };

export class RequestRing {
  readonly #source: RequestSource;
  readonly #limits: RingLimits;
  #arena: Buffer | null = null;
  #ends: number[] = [];
  #tags: number[] = [];
  #next = 0;
  #preparedAtMs = 0;
  /** Tag of the request that was taken last. */
  takenTag = 0;
  signedInlineCount = 0;

  constructor(source: RequestSource, limits: RingLimits = defaultLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** Makes `count` requests (or what the arena holds) ready; what is left of earlier ones is dropped. */
  prepare(count: number, nowMs: number): number {
    this.#arena ??= Buffer.allocUnsafeSlow(this.#limits.arenaBytes);
    this.#ends = [];
    this.#tags = [];
    this.#next = 0;
    this.#preparedAtMs = nowMs;
    let used = 0;
    while (this.#ends.length < count) {
      const request = this.#source.make();
      if (used + request.length > this.#arena.length) break;
      if (typeof request === 'string') used += this.#arena.write(request, used, 'latin1');
      else used += request.copy(this.#arena, used);
      this.#ends.push(used);
      this.#tags.push(this.#source.tag());
    }
    return this.#ends.length;
  }

  take(nowMs: number): Buffer {
    const index = this.#next;
    if (index >= this.#ends.length || nowMs - this.#preparedAtMs > this.#limits.ageMsMax) {
      this.signedInlineCount += 1;
      const request = this.#source.make();
      this.takenTag = this.#source.tag();
      return typeof request === 'string' ? Buffer.from(request, 'latin1') : Buffer.from(request);
    }
    assert(this.#arena !== null, 'a prepared request has an arena');
    this.#next = index + 1;
    this.takenTag = this.#tags[index] as number;
    return this.#arena.subarray(index === 0 ? 0 : this.#ends[index - 1], this.#ends[index]);
  }
}
