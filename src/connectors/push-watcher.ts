// One source of the delivery pump: keeps credit with the queue, runs its deliveries, and decides what each
// outcome means for the message: settled, tried again later (its lease is the delay), or given up. Made by
// the pump, which bounds all of them together. It keeps no message that is not being delivered.
import { limits } from '../base/limits.ts';
import type { BrokerError, Command, Delivery } from '../broker/index.ts';
import { ask, sendDeadLetter } from './dead-letter.ts';
import { newCounters } from './delivery-counters.ts';
import type { FailedDelivery, GivenUp, Outcome, PushSource } from './driver.ts';
import { failure } from './driver.ts';
import type { PumpDeps, PumpSlots } from './pump-slots.ts';
import type { IntakeOwner } from './push-intake.ts';
import { PushIntake } from './push-intake.ts';
import { RateGate } from './rate-gate.ts';
import { exhaustion, nextAttempt } from './retry-policy.ts';

export class PushWatcher implements IntakeOwner {
  readonly counters = newCounters();
  readonly #deps: PumpDeps;
  readonly #slots: PumpSlots<PushWatcher>;
  #source: PushSource;
  #gate: RateGate | undefined;
  #intake: PushIntake | undefined;
  /** After an error of the core: when to register again. */
  #againAtMs: number | undefined;

  constructor(deps: PumpDeps, slots: PumpSlots<PushWatcher>, source: PushSource) {
    this.#deps = deps;
    this.#slots = slots;
    this.#source = source;
  }

  get source(): PushSource {
    return this.#source;
  }

  start(): void {
    const { ratePerSecond } = this.#source;
    this.#gate = ratePerSecond === undefined ? undefined : new RateGate(ratePerSecond, this.#deps.clock);
    this.#register();
  }

  /** From now on by another definition; what runs ends by the old one. */
  change(source: PushSource): void {
    const { ratePerSecond } = this.#source;
    this.#source = source;
    if (source.ratePerSecond === ratePerSecond) this.#register();
    else this.start();
  }

  stop(): void {
    this.#intake?.cancel();
    this.#intake = undefined;
    this.#againAtMs = undefined;
    this.#slots.forget(this);
  }

  /** Asks for as many messages as may be delivered now. */
  refill(): void {
    const intake = this.#intake;
    if (intake === undefined) return;
    const most = Math.min(this.#source.concurrency ?? Infinity, limits.pushConcurrencyMax);
    let wanted = most - this.counters.runningCount - intake.credit;
    if (this.#gate !== undefined) {
      const allowed = this.#gate.available() - intake.credit;
      // The next token comes with time: the pump's tick asks again.
      if (allowed < wanted) this.#slots.waitForTick(this);
      wanted = Math.min(wanted, allowed);
    }
    if (wanted > 0) intake.grant(wanted);
  }

  tick(nowMs: number): void {
    if (this.#againAtMs === undefined) this.refill();
    else if (nowMs >= this.#againAtMs) this.#register();
    else this.#slots.waitForTick(this);
  }

  // --- from the intake ---

  hasRoom(): boolean {
    return this.#slots.hasRoom();
  }
  wasFull(): void {
    this.#slots.waitForRoom(this);
  }
  ended(error: BrokerError): void {
    this.#intake = undefined;
    if (error.code === 'shutting_down') return;
    const { clock, logger } = this.#deps;
    logger.debug('push consumer ended', { target: this.#source.key, code: error.code });
    this.#againAtMs = clock.nowMs() + limits.pushAgainMs;
    this.#slots.waitForTick(this);
  }
  arrived(delivery: Delivery): void {
    this.#gate?.take();
    void this.#run(this.#source, delivery);
    this.refill();
  }

  #register(): void {
    this.#intake?.cancel();
    this.#againAtMs = undefined;
    const { queueEntity, timeoutMs } = this.#source;
    const intake = new PushIntake(this);
    this.#intake = intake;
    intake.start(this.#deps.broker, { entity: queueEntity, leaseMs: timeoutMs + limits.pushLeaseSlackMs });
    this.refill();
  }

  // --- one delivery ---

  async #run(source: PushSource, delivery: Delivery): Promise<void> {
    const { bodyBytes } = delivery.message;
    this.counters.runningCount++;
    this.#slots.enter(bodyBytes);
    try {
      await this.#deliver(source, delivery);
    } catch (error) {
      // Of a front's dead letter: the message stays and its lease ends.
      this.#deps.logger.error('delivery failed unexpectedly', { target: source.key, error });
    } finally {
      this.counters.runningCount--;
      this.#slots.leave(bodyBytes);
      this.refill();
    }
  }

  async #deliver(source: PushSource, delivery: Delivery): Promise<void> {
    const facts = this.#facts(delivery);
    const spent = exhaustion(source.retry, facts);
    if (spent !== undefined) {
      const attempts = delivery.receiveCount - 1;
      return this.#giveUp(source, delivery, { condition: spent, attempts, failure: undefined });
    }
    const outcome = await this.#attempt(source, delivery);
    if (outcome.kind === 'delivered') return this.#settle(source, delivery);
    // Ended by the daemon's stop, not by its target: nothing is concluded from it.
    if (this.#slots.isAborted) return this.#change(source, delivery, 0);
    await this.#failed(source, delivery, outcome);
  }

  async #attempt(source: PushSource, delivery: Delivery): Promise<Outcome> {
    const { clock } = this.#deps;
    const startedAtMs = clock.nowMs();
    const outcome = await this.#slots.bounded(source.timeoutMs, async (signal) => {
      try {
        return await source.driver.deliver(delivery, signal);
      } catch (error) {
        this.#deps.logger.warn('driver failed', { target: source.key, error });
        return failure('driver_failed', error instanceof Error ? error.message : String(error));
      }
    });
    const latencyMs = Math.max(0, clock.nowMs() - startedAtMs);
    this.counters.attemptCount++;
    this.counters.latencyMs += latencyMs;
    this.counters.latencyMsMax = Math.max(this.counters.latencyMsMax, latencyMs);
    if (outcome.kind === 'delivered') this.counters.deliveredCount++;
    else this.counters.failedCount++;
    return outcome;
  }

  async #failed(source: PushSource, delivery: Delivery, failed: FailedDelivery): Promise<void> {
    const attempts = delivery.receiveCount;
    if (failed.isPermanent)
      return this.#giveUp(source, delivery, { condition: 'permanent', attempts, failure: failed });
    const facts = { ...this.#facts(delivery), retryAfterMs: failed.retryAfterMs };
    const next = nextAttempt(source.retry, facts, this.#deps.rng);
    if (next.kind === 'exhausted')
      return this.#giveUp(source, delivery, { condition: next.condition, attempts, failure: failed });
    const leaseMs = Math.min(next.delayMs, limits.pushDelayMsMax);
    await this.#change(source, delivery, leaseMs);
  }

  async #giveUp(source: PushSource, delivery: Delivery, givenUp: GivenUp): Promise<void> {
    const { broker, logger } = this.#deps;
    const { key, deadLetter } = source;
    const result =
      deadLetter === undefined ? 'gone' : await sendDeadLetter(broker, deadLetter, delivery, givenUp);
    if (result === 'kept') return this.#change(source, delivery, limits.pushAgainMs);
    if (result === 'sent') this.counters.deadLetteredCount++;
    else this.counters.droppedCount++;
    const { condition, attempts, failure: last } = givenUp;
    const { code, message } = last ?? { code: undefined, message: undefined };
    logger.warn('delivery given up', { target: key, condition, attempts, code, message, deadLetter: result });
    await this.#settle(source, delivery);
  }

  /** When it is not done, the lease ends and the message is delivered again. */
  async #settle({ key, queueEntity }: PushSource, { sequence, generation }: Delivery): Promise<void> {
    const leases = [{ sequence, generation }];
    await this.#submit(key, { kind: 'settle', entity: queueEntity, leases });
  }

  async #change(
    { key, queueEntity }: PushSource,
    { sequence, generation }: Delivery,
    leaseMs: number,
  ): Promise<void> {
    const leases = [{ sequence, generation, leaseMs }];
    await this.#submit(key, { kind: 'changeLease', entity: queueEntity, leases });
  }

  async #submit(key: string, command: Command): Promise<void> {
    const reply = await ask(this.#deps.broker, command);
    if (reply.kind === 'error' && reply.error.code !== 'queue_not_found')
      this.#deps.logger.warn('outcome not kept', { target: key, command: command.kind, ...reply.error });
  }

  #facts(delivery: Delivery): { attempts: number; sinceMs: number; nowMs: number } {
    return {
      attempts: delivery.receiveCount,
      // Not since it was sent: what is published again keeps the time of its first publication.
      sinceMs: delivery.firstReceivedAtMs,
      nowMs: this.#deps.clock.nowMs(),
    };
  }
}
