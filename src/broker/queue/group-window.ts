// Which groups of an ordered queue can be served: the first messages of the backlog, listed per group, and a
// ring of the groups whose first message is visible, oldest availability first. Knows sequences and group
// hashes only, never bodies. Volatile: rebuilt from pages whenever it is missing.
//
//   group:   idle --first message visible--> available (in the ring) --received--> locked --all settled,
//            or the first one visible again--> available ...      no messages left --> forgotten

interface Group {
  readonly hash: number;
  head: number;
  tail: number;
  isQueued: boolean;
  /** Its place in the list of touched groups; -1: it is not in it. */
  dirtyPlace: number;
}

/** Answers what a message is right now; pages are the truth, the window only a list of places to look. */
export type MessageProbe = (sequence: number) => 'gone' | 'hidden' | 'ready';

export class GroupWindow {
  /** Every message up to this sequence that was live is listed. */
  loadedThrough = 0;
  /** Messages listed, dead ones that were not passed yet included. */
  size = 0;
  readonly #groups = new Map<number, Group>();
  #ring: Group[] = [];
  #ringAt = 0;
  #dirty: Group[] = [];
  #dirtyAt = 0;
  #sequences = new Float64Array(64);
  #next = new Int32Array(64);
  #used = 0;
  #free = -1;

  /** Lists a message behind those of its group; sequences must rise. */
  add(sequence: number, hash: number): void {
    let group = this.#groups.get(hash);
    if (group === undefined) {
      group = { hash, head: -1, tail: -1, isQueued: false, dirtyPlace: -1 };
      this.#groups.set(hash, group);
    }
    const node = this.#allocate(sequence);
    if (group.head < 0) group.head = node;
    else this.#next[group.tail] = node;
    group.tail = node;
    this.loadedThrough = sequence;
    if (group.head === node) this.#markDirty(group);
  }

  /**
   * Something about a message of this group changed: its availability is looked at before the next receive.
   */
  touch(hash: number): void {
    const group = this.#groups.get(hash);
    if (group !== undefined) this.#markDirty(group);
  }

  /**
   * Looks at all touched groups again. May throw what the probe throws (a page is missing): call again then.
   */
  settleDirty(probe: MessageProbe): void {
    for (; this.#dirtyAt < this.#dirty.length; this.#dirtyAt++) {
      const group = this.#dirty[this.#dirtyAt] as Group;
      if (group.dirtyPlace !== this.#dirtyAt) continue;
      const state = this.#headState(group, probe);
      group.dirtyPlace = -1;
      if (state === 'ready' && !group.isQueued) {
        group.isQueued = true;
        this.#ring.push(group);
      }
    }
    this.#dirty.length = 0;
    this.#dirtyAt = 0;
  }

  /** Hash of the group that has been available longest and was not passed over, or undefined. */
  firstAvailable(): number | undefined {
    return this.#ring[this.#ringAt]?.hash;
  }

  /** Up to `max` deliverable messages of a group, in order: up to the first one that is not visible. */
  deliverable(hash: number, max: number, probe: MessageProbe): number[] {
    const group = this.#groups.get(hash);
    const found: number[] = [];
    if (group === undefined || this.#headState(group, probe) !== 'ready') return found;
    for (let node = group.head; node >= 0 && found.length < max; node = this.#next[node] as number) {
      const sequence = this.#sequences[node] as number;
      const state = probe(sequence);
      if (state === 'hidden') break;
      if (state === 'ready') found.push(sequence);
    }
    return found;
  }

  /** Takes the first available group out of the ring; it comes back when `touch` finds it available. */
  passFirst(): void {
    const group = this.#ring[this.#ringAt];
    if (group === undefined) return;
    group.isQueued = false;
    this.#ringAt++;
    if (this.#ringAt > 1024 && this.#ringAt * 2 > this.#ring.length) {
      this.#ring = this.#ring.slice(this.#ringAt);
      this.#ringAt = 0;
    }
  }

  /** Touched again it goes to the end: groups are served in the order in which they became available. */
  #markDirty(group: Group): void {
    if (this.#dirty.length > 1024 && this.#dirty.length > 4 * this.#groups.size) this.#compactDirty();
    group.dirtyPlace = this.#dirty.length;
    this.#dirty.push(group);
  }

  #compactDirty(): void {
    const kept = this.#dirty.filter((group, place) => place >= this.#dirtyAt && group.dirtyPlace === place);
    kept.forEach((group, place) => (group.dirtyPlace = place));
    this.#dirty = kept;
    this.#dirtyAt = 0;
  }

  /** Drops dead messages from the front of a group and says what its first live one is. */
  #headState(group: Group, probe: MessageProbe): 'hidden' | 'ready' | 'empty' {
    while (group.head >= 0) {
      const state = probe(this.#sequences[group.head] as number);
      if (state !== 'gone') return state;
      const node = group.head;
      group.head = this.#next[node] as number;
      this.#release(node);
    }
    group.tail = -1;
    this.#groups.delete(group.hash);
    return 'empty';
  }

  #allocate(sequence: number): number {
    let node = this.#free;
    if (node >= 0) this.#free = this.#next[node] as number;
    else {
      if (this.#used === this.#sequences.length) this.#grow();
      node = this.#used++;
    }
    this.#sequences[node] = sequence;
    this.#next[node] = -1;
    this.size++;
    return node;
  }
  #release(node: number): void {
    this.#next[node] = this.#free;
    this.#free = node;
    this.size--;
  }
  #grow(): void {
    const sequences = new Float64Array(this.#sequences.length * 2);
    sequences.set(this.#sequences);
    const next = new Int32Array(sequences.length);
    next.set(this.#next);
    this.#sequences = sequences;
    this.#next = next;
  }
}
