// What the crash suite knows for certain: which messages were acknowledged, which were deleted, which calls
// ended without an answer. Every delivery is held against it. Called by the loads; it talks to nobody.

interface Entry {
  isAcknowledged: boolean;
  isDelivered: boolean;
  /** A delete is, or may be, under way: the message may be gone, and may still come. */
  isDeleting: boolean;
  /** Stamp of the answer to its delete; Infinity before. */
  deletedAt: number;
}

interface Group {
  readonly bodies: string[];
  /** Everything before it was deleted, for certain. */
  head: number;
}

export class Ledger {
  readonly violations: string[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #groups = new Map<string, Group>();
  #stamp = 0;
  deliveryCount = 0;

  /** Taken before a receive is sent: what was deleted by then must not be in its answer. */
  now(): number {
    return this.#stamp;
  }

  /** A send is about to leave: from now on its message may turn up. Sent again under one id it stays one. */
  sending(body: string, group?: string): void {
    if (this.#entries.has(body)) return;
    const entry = { isAcknowledged: false, isDelivered: false, isDeleting: false, deletedAt: Infinity };
    this.#entries.set(body, entry);
    if (group === undefined) return;
    const known = this.#groups.get(group);
    if (known === undefined) this.#groups.set(group, { bodies: [body], head: 0 });
    else known.bodies.push(body);
  }

  sent(body: string): void {
    this.#entry(body).isAcknowledged = true;
  }

  deleting(body: string): void {
    this.#entry(body).isDeleting = true;
  }

  deleted(body: string): void {
    const entry = this.#entry(body);
    if (entry.deletedAt === Infinity) entry.deletedAt = ++this.#stamp;
  }

  /** `askedAt`: the stamp when the receive was sent. */
  delivered(queue: string, bodies: readonly string[], askedAt: number): void {
    for (const body of bodies) {
      this.deliveryCount++;
      const entry = this.#entries.get(body);
      if (entry === undefined) {
        this.violations.push(`${queue}: ${body} was never sent`);
        continue;
      }
      entry.isDelivered = true;
      if (entry.deletedAt <= askedAt) this.violations.push(`${queue}: ${body} was deleted and came back`);
    }
  }

  /** Nobody comes while an earlier one of the group is still there, unless right before it in one answer. */
  deliveredInOrder(name: string, bodies: readonly string[]): void {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    while (this.#entries.get(group.bodies[group.head] as string)?.deletedAt !== Infinity) {
      if (++group.head >= group.bodies.length) break;
    }
    bodies.forEach((body, index) => {
      const ahead = new Set(bodies.slice(0, index));
      for (let at = group.head; at < group.bodies.length && group.bodies[at] !== body; at++) {
        const earlier = group.bodies[at] as string;
        if (!this.#entry(earlier).isDeleting && !ahead.has(earlier)) {
          this.violations.push(`${name}: ${body} came before ${earlier}`);
        }
      }
    });
  }

  /** Acknowledged and, as far as anybody knows, still there. */
  open(prefix: string): string[] {
    return this.#select(prefix, (entry) => entry.isAcknowledged && !entry.isDeleting);
  }

  acknowledgedCount(prefix: string): number {
    return this.#select(prefix, (entry) => entry.isAcknowledged).length;
  }

  lost(prefix: string): string[] {
    return this.#select(prefix, (entry) => entry.isAcknowledged && !entry.isDelivered);
  }

  #select(prefix: string, wanted: (entry: Entry) => boolean): string[] {
    const found: string[] = [];
    for (const [body, entry] of this.#entries) if (body.startsWith(prefix) && wanted(entry)) found.push(body);
    return found;
  }

  #entry(body: string): Entry {
    const entry = this.#entries.get(body);
    if (entry === undefined) throw new Error(`${body} is unknown to the ledger`);
    return entry;
  }
}
