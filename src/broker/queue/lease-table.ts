// All leases of one cell in packed arrays: found by (queue, sequence), ordered by deadline in a hashed timing
// wheel. Holds no objects, so that two million leases cost what they take: 56 bytes each. A lease ends by
// deadline, or with its session: then its `until` is the session's number, negated, and no wheel knows it.
/** Resolution of the wheel. A lease ends at most one tick late, never early. */
const TICK_MS = 50;
const WHEEL_SLOTS = 8192;
const INITIAL_CAPACITY = 1024;

export class LeaseTable {
  count = 0;
  #capacity = INITIAL_CAPACITY;
  #entities = new Uint32Array(INITIAL_CAPACITY);
  #sequences = new Float64Array(INITIAL_CAPACITY);
  #generations = new Float64Array(INITIAL_CAPACITY);
  #untils = new Float64Array(INITIAL_CAPACITY);
  #wheelNext = new Int32Array(INITIAL_CAPACITY);
  #wheelPrevious = new Int32Array(INITIAL_CAPACITY);
  #hashNext = new Int32Array(INITIAL_CAPACITY);
  #buckets = new Int32Array(INITIAL_CAPACITY * 2).fill(-1);
  #wheel = new Int32Array(WHEEL_SLOTS).fill(-1);
  #freeHead = -1;
  #used = 0;
  /** Ticks up to and including this one were swept. -1: none yet. */
  #sweptTick = -1;

  /** Index of the lease of a message, or -1. Valid until the next add or remove. */
  find(entity: number, sequence: number): number {
    let at = this.#buckets[this.#bucketOf(entity, sequence)] as number;
    while (at >= 0) {
      if (this.#sequences[at] === sequence && this.#entities[at] === entity) return at;
      at = this.#hashNext[at] as number;
    }
    return -1;
  }
  generationAt(index: number): number {
    return this.#generations[index] as number;
  }
  untilAt(index: number): number {
    return this.#untils[index] as number;
  }
  sequenceAt(index: number): number {
    return this.#sequences[index] as number;
  }
  entityAt(index: number): number {
    return this.#entities[index] as number;
  }

  /** Adds or replaces the lease of a message. */
  set(lease: { entity: number; sequence: number; generation: number; untilMs: number }): void {
    let at = this.find(lease.entity, lease.sequence);
    if (at < 0) {
      at = this.#allocate();
      this.#entities[at] = lease.entity;
      this.#sequences[at] = lease.sequence;
      const bucket = this.#bucketOf(lease.entity, lease.sequence);
      this.#hashNext[at] = this.#buckets[bucket] as number;
      this.#buckets[bucket] = at;
      this.count++;
    } else {
      this.#unlinkWheel(at);
    }
    this.#generations[at] = lease.generation;
    this.#untils[at] = lease.untilMs;
    if (lease.untilMs >= 0) this.#linkWheel(at);
    else this.#wheelPrevious[at] = -1;
  }

  remove(entity: number, sequence: number): boolean {
    const at = this.find(entity, sequence);
    if (at < 0) return false;
    this.#unlinkWheel(at);
    const bucket = this.#bucketOf(entity, sequence);
    let previous = -1;
    for (let i = this.#buckets[bucket] as number; i !== at; i = this.#hashNext[i] as number) previous = i;
    if (previous < 0) this.#buckets[bucket] = this.#hashNext[at] as number;
    else this.#hashNext[previous] = this.#hashNext[at] as number;
    this.#hashNext[at] = this.#freeHead;
    this.#freeHead = at;
    this.#entities[at] = 0;
    this.count--;
    // A burst of leases is over: give its memory back, with room for the next one of half the size.
    if (this.count < this.#capacity / 8 && this.#capacity > INITIAL_CAPACITY)
      this.#resize(this.#capacity / 4);
    return true;
  }

  /** Leases that end with `session`; of all sessions when it is 0. */
  ofSession(session: number): { entity: number; sequence: number }[] {
    const found: { entity: number; sequence: number }[] = [];
    for (const at of this.indexes()) {
      const until = this.#untils[at] as number;
      if (until < 0 && (session === 0 || until === -session)) {
        found.push({ entity: this.#entities[at] as number, sequence: this.#sequences[at] as number });
      }
    }
    return found;
  }

  /** Every lease, in no order. Do not change the table meanwhile: collect first. */
  *indexes(): Iterable<number> {
    for (let at = 0; at < this.#used; at++) if (this.#entities[at] !== 0) yield at;
  }

  /** Collects up to `max` leases whose deadline is at or before `nowMs`; answers true when more are due. */
  due(nowMs: number, max: number, found: { entity: number; sequence: number }[]): boolean {
    const nowTick = Math.floor(nowMs / TICK_MS);
    if (this.count === 0) {
      this.#sweptTick = nowTick - 1;
      return false;
    }
    // After a pause longer than one turn of the wheel each slot needs one look, not one per turn.
    let tick = Math.max(this.#sweptTick + 1, nowTick - WHEEL_SLOTS + 1);
    for (; tick <= nowTick; tick++) {
      let at = this.#wheel[tick % WHEEL_SLOTS] as number;
      for (; at >= 0; at = this.#wheelNext[at] as number) {
        if ((this.#untils[at] as number) > nowMs) continue;
        if (found.length >= max) return true;
        found.push({ entity: this.#entities[at] as number, sequence: this.#sequences[at] as number });
      }
      // The slot of the running tick may get further leases that end within it: sweep it again next time.
      if (tick < nowTick) this.#sweptTick = tick;
    }
    return false;
  }

  #allocate(): number {
    if (this.#freeHead >= 0) {
      const at = this.#freeHead;
      this.#freeHead = this.#hashNext[at] as number;
      return at;
    }
    if (this.#used === this.#capacity) this.#resize(this.#capacity * 2);
    return this.#used++;
  }

  /** Moves every lease into arrays of another size; indexes change. */
  #resize(capacity: number): void {
    const leases = { entities: this.#entities, sequences: this.#sequences, generations: this.#generations };
    const untils = this.#untils;
    const used = this.#used;
    this.#capacity = capacity;
    this.#entities = new Uint32Array(capacity);
    this.#sequences = new Float64Array(capacity);
    this.#generations = new Float64Array(capacity);
    this.#untils = new Float64Array(capacity);
    this.#wheelNext = new Int32Array(capacity);
    this.#wheelPrevious = new Int32Array(capacity);
    this.#hashNext = new Int32Array(capacity);
    this.#buckets = new Int32Array(capacity * 2).fill(-1);
    this.#wheel.fill(-1);
    this.#freeHead = -1;
    this.#used = 0;
    this.count = 0;
    for (let at = 0; at < used; at++) {
      const entity = leases.entities[at] as number;
      if (entity === 0) continue;
      const sequence = leases.sequences[at] as number;
      const generation = leases.generations[at] as number;
      this.set({ entity, sequence, generation, untilMs: untils[at] as number });
    }
  }

  #bucketOf(entity: number, sequence: number): number {
    let hash = Math.imul(entity, 0x9e3779b1) ^ Math.imul(sequence | 0, 0x85ebca6b) ^ (sequence / 4294967296);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return ((hash ^ (hash >>> 13)) >>> 0) % this.#buckets.length;
  }

  #slotOf(at: number): number {
    const tick = Math.floor((this.#untils[at] as number) / TICK_MS);
    // A deadline in a tick that was swept already (a clock that went back) is found at the next sweep.
    return Math.max(tick, this.#sweptTick + 1) % WHEEL_SLOTS;
  }
  #linkWheel(at: number): void {
    const slot = this.#slotOf(at);
    const head = this.#wheel[slot] as number;
    this.#wheelNext[at] = head;
    // The head's predecessor is its slot, written as -(slot + 2).
    this.#wheelPrevious[at] = -(slot + 2);
    if (head >= 0) this.#wheelPrevious[head] = at;
    this.#wheel[slot] = at;
  }
  #unlinkWheel(at: number): void {
    const next = this.#wheelNext[at] as number;
    const previous = this.#wheelPrevious[at] as number;
    if (previous === -1) return;
    if (previous < 0) this.#wheel[-previous - 2] = next;
    else this.#wheelNext[previous] = next;
    if (next >= 0) this.#wheelPrevious[next] = previous;
  }
}
