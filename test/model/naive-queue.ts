// The naive model of one queue: a plain array, searched anew for every question. It is right by being dull.
// Called by the model suite, which compares every answer of the real broker with it. It knows no log, no
// commit and no page, and it never guesses: where the broker may choose, it judges the choice.
import { limits } from '../../src/base/limits.ts';
import type { Delivery, LeaseRef, QueueSettings, SentMessage } from '../../src/broker/index.ts';

import type { QueueName } from './scenario.ts';

export interface NaiveMessage {
  /** Unique in a run: what identifies a message through moves. */
  readonly body: string;
  readonly group: string | undefined;
  readonly dedupId: string | undefined;
  readonly sequence: number;
  /** Queue that gave up on it. */
  readonly origin: QueueName | undefined;
  readonly sentAtMs: number;
  readonly dueAtMs: number;
  receiveCount: number;
  firstReceivedAtMs: number;
  leasedUntilMs: number;
  generation: number;
}

export type NaiveState = 'ready' | 'leased' | 'delayed';

export class NaiveQueue {
  messages: NaiveMessage[] = [];
  /** Dedup key -> when it was first accepted, and as what (undefined: it came from another queue). */
  readonly accepted = new Map<string, { readonly atMs: number; readonly sent: SentMessage | undefined }>();
  lastSequence = 0;
  lastGeneration = 0;
  readonly entity: number;
  readonly cell: number;
  readonly settings: QueueSettings;

  readonly #hasTarget: () => boolean;

  constructor(place: { entity: number; cell: number }, settings: QueueSettings, hasTarget: () => boolean) {
    this.#hasTarget = hasTarget;
    this.entity = place.entity;
    this.cell = place.cell;
    this.settings = settings;
  }

  state(message: NaiveMessage, nowMs: number): NaiveState {
    if (message.leasedUntilMs > nowMs) return 'leased';
    return message.dueAtMs > nowMs ? 'delayed' : 'ready';
  }

  count(state: NaiveState, nowMs: number): number {
    return this.messages.filter((message) => this.state(message, nowMs) === state).length;
  }

  /**
   * What a receive may hand out: every ready message; in an ordered queue nothing behind one that is not
   * ready.
   */
  available(nowMs: number): NaiveMessage[] {
    const blocked = new Set<string | undefined>();
    return this.messages.filter((message) => {
      if (this.settings.ordering === 'group' && blocked.has(message.group)) return false;
      if (this.state(message, nowMs) === 'ready') return true;
      blocked.add(message.group);
      return false;
    });
  }

  /** Received as often as the policy allows. Without its target the queue keeps what it has. */
  isSpent(message: NaiveMessage): boolean {
    const policy = this.settings.deadLetter;
    return policy !== undefined && message.receiveCount >= policy.maxReceives && this.#hasTarget();
  }

  dedupKey(group: string | undefined, dedupId: string | undefined): string | undefined {
    if (dedupId === undefined || this.settings.dedup === 'none') return undefined;
    return this.settings.dedup === 'group' ? JSON.stringify([group, dedupId]) : dedupId;
  }

  /** What took this id first, within the window. */
  firstOf(key: string | undefined, nowMs: number) {
    const first = key === undefined ? undefined : this.accepted.get(key);
    return first !== undefined && nowMs - first.atMs < limits.dedupWindowMs ? first : undefined;
  }

  append(message: NaiveMessage): void {
    this.messages.push(message);
    this.messages.sort((a, b) => a.sequence - b.sequence);
  }

  /** Judges what a receive handed out and takes it over; answers what is wrong with it. */
  receive(deliveries: readonly Delivery[], messagesMax: number, leaseMs: number, nowMs: number): string[] {
    const open = this.available(nowMs).filter((message) => !this.isSpent(message));
    const wrong: string[] = [];
    const expectedCount = Math.min(messagesMax, open.length);
    if (deliveries.length !== expectedCount) {
      wrong.push(`${deliveries.length} messages were handed out where ${expectedCount} were to be`);
    }
    for (const delivery of deliveries) {
      const message = open.find((one) => one.sequence === delivery.sequence);
      if (message === undefined) {
        wrong.push(
          `${delivery.sequence} was handed out: it is settled, held by someone, delayed, blocked or spent`,
        );
        continue;
      }
      const isFirst = open.find((one) => one.group === message.group) === message;
      if (this.settings.ordering === 'group' && !isFirst)
        wrong.push(`${message.sequence} overtook its group`);
      open.splice(open.indexOf(message), 1);
      wrong.push(...this.#deliver(message, delivery, leaseMs, nowMs));
    }
    return wrong;
  }

  #deliver(message: NaiveMessage, delivery: Delivery, leaseMs: number, nowMs: number): string[] {
    const wrong: string[] = [];
    const expect = (what: string, actual: unknown, expected: unknown): void => {
      if (actual !== expected) wrong.push(`${message.sequence}: ${what} is ${actual}, not ${expected}`);
    };
    expect('body', delivery.message.bodyText(), message.body);
    expect('group', delivery.message.group, message.group);
    expect('send time', delivery.message.sentAtMs, message.sentAtMs);
    expect('receive count', delivery.receiveCount, message.receiveCount + 1);
    expect('first receive', delivery.firstReceivedAtMs, message.firstReceivedAtMs || nowMs);
    expect('lease deadline', delivery.leaseUntilMs, nowMs + leaseMs);
    expect('generation above the last', delivery.generation > this.lastGeneration, true);
    message.receiveCount = delivery.receiveCount;
    message.firstReceivedAtMs = delivery.firstReceivedAtMs;
    message.leasedUntilMs = nowMs + leaseMs;
    message.generation = delivery.generation;
    this.lastGeneration = delivery.generation;
    return wrong;
  }

  find(lease: LeaseRef): NaiveMessage | undefined {
    return this.messages.find((message) => message.sequence === lease.sequence);
  }

  remove(message: NaiveMessage): void {
    this.messages = this.messages.filter((one) => one !== message);
  }
}
