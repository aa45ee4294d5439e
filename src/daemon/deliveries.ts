// Connects bindings with the delivery pump: each pushed target of a binding becomes a source of the pump,
// with the front's requests, retries and dead letters, and with a way out for them. Called by outward.ts.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Rng } from '../base/rng.ts';
import type { BindingDefinition, Broker, Delivery, OutgoingMessage, PushTarget } from '../broker/index.ts';
import { DeliveryPump } from '../connectors/delivery-pump.ts';
import type { GivenUp, Outcome, PushSource } from '../connectors/driver.ts';
import { failure } from '../connectors/driver.ts';
import {
  type SnsDelivery,
  snsDeadLetter,
  snsDelivery,
  snsRatePerSecond,
  snsRetryPolicy,
} from '../protocols/aws/index.ts';
import type { Outbound } from './outbound.ts';
import type { SnsSigning } from './sns-signing.ts';

export interface DeliveriesDeps {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
  readonly outbound: Outbound;
  readonly signing: SnsSigning;
}

/** An attempt has failed after this, whatever its driver does. */
const attemptTimeoutMs = 60_000;

export class Deliveries {
  readonly #deps: DeliveriesDeps;
  readonly #pump: DeliveryPump;
  /** Keys of the pump's sources, by binding. */
  readonly #keys = new Map<number, readonly string[]>();
  readonly #stopListening: () => void;

  constructor(deps: DeliveriesDeps) {
    this.#deps = deps;
    this.#pump = new DeliveryPump(deps);
    this.#stopListening = deps.broker.catalog.onBinding((entity, binding) => this.#follow(entity, binding));
    for (const binding of deps.broker.catalog.bindings.all()) this.#follow(binding.entity, binding);
  }

  async close(drainMs: number): Promise<void> {
    this.#stopListening();
    await this.#pump.close(drainMs);
  }

  #follow(entity: number, binding: BindingDefinition | undefined): void {
    const sources = binding === undefined ? [] : this.#sourcesOf(binding);
    const keys = sources.map(({ key }) => key);
    for (const key of this.#keys.get(entity) ?? []) if (!keys.includes(key)) this.#pump.unwatch(key);
    if (keys.length > 0) this.#keys.set(entity, keys);
    else this.#keys.delete(entity);
    for (const source of sources) this.#pump.watch(source);
  }

  #sourcesOf(binding: BindingDefinition): PushSource[] {
    const pushed = binding.targets.filter((target): target is PushTarget => target.kind === 'push');
    return pushed.flatMap((target) =>
      target.queueEntity === undefined ? [] : [this.#notificationSource(binding, target, target.queueEntity)],
    );
  }

  /** A subscription of a topic. */
  #notificationSource(binding: BindingDefinition, target: PushTarget, queueEntity: number): PushSource {
    const topic = this.#deps.broker.catalog.topics.byEntity(binding.topic);
    const { deadLetter } = target;
    return {
      key: binding.name.name,
      queueEntity,
      driver: { deliver: (delivery, signal) => this.#notify(binding, delivery, signal) },
      retry: snsRetryPolicy(topic, binding),
      timeoutMs: attemptTimeoutMs,
      ratePerSecond: snsRatePerSecond(topic, binding),
      deadLetter:
        deadLetter === undefined
          ? undefined
          : { queue: deadLetter, message: (delivery, why) => this.#deadNotification(binding, delivery, why) },
    };
  }

  async #notify(binding: BindingDefinition, { message }: Delivery, signal: AbortSignal): Promise<Outcome> {
    const { signing } = this.#deps;
    await signing.ready();
    return this.#send(await snsDelivery(signing.notification, binding, message), signal);
  }

  async #deadNotification(
    binding: BindingDefinition,
    { message }: Delivery,
    { failure: last, condition }: GivenUp,
  ): Promise<OutgoingMessage> {
    const { signing } = this.#deps;
    await signing.ready();
    const why = { code: last?.code ?? condition, message: last?.message ?? 'no attempt is left' };
    const dead = snsDeadLetter(signing.notification, binding, message, why);
    return dead ?? { body: message.bodyText(), attributes: [], sender: message.sender };
  }

  #send(request: SnsDelivery, signal: AbortSignal): Promise<Outcome> | Outcome {
    const { outbound } = this.#deps;
    switch (request.kind) {
      case 'http':
        return outbound.http.send({ ...request, answerBytesMax: answerBytesMax }, signal);
      case 'email':
        return outbound.email.send({ ...request, from: outbound.emailFrom }, signal);
      case 'sms':
        return outbound.sms.send(request, signal);
      case 'function':
        return this.#call(request, signal);
      case 'apns':
      case 'fcm':
        outbound.recorded.record('push', request.to, request);
        return { kind: 'delivered' };
      case 'firehose':
        return failure('not_implemented', 'delivery streams are not built', true);
      case 'refused':
        return failure(request.code, request.message, true);
    }
  }

  #call(request: SnsDelivery & { kind: 'function' }, signal: AbortSignal): Promise<Outcome> | Outcome {
    const name = /:function:([^:]+)/.exec(request.functionArn)?.[1] ?? request.functionArn;
    const found = this.#deps.outbound.functionNamed(name);
    if (found === undefined) return failure('function_not_found', `there is no function ${name}`, true);
    const { event, requestId } = request;
    return this.#deps.outbound.functions.send({ name, event, requestId, ...found }, signal);
  }
}

/** Of what endpoints answer, only the status is looked at. */
const answerBytesMax = 64 * 1024;
