// Connects bindings with the delivery pump: each pushed target of a binding becomes a source of the pump,
// with the front's requests, retries and dead letters, and with a way out for them. Called by outward.ts.
import type { BindingDefinition, PushTarget } from '../broker/index.ts';
import { DeliveryPump } from '../connectors/delivery-pump.ts';
import type { PushSource } from '../connectors/driver.ts';
import { pushedTarget, scheduledFunction } from '../protocols/aws/index.ts';
import type { DeliveriesDeps } from './delivery-source.ts';
import { notificationSource } from './notification-source.ts';
import { ruleSource } from './rule-source.ts';
import { scheduledFunctionSource } from './scheduled-function-source.ts';

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
      target.queueEntity === undefined ? [] : [this.#sourceOf(binding, target, target.queueEntity)],
    );
  }

  #sourceOf(binding: BindingDefinition, target: PushTarget, queueEntity: number): PushSource {
    const pushed = pushedTarget(binding, target);
    if (pushed !== undefined) return ruleSource(this.#deps, { binding, target, pushed, queueEntity });
    const scheduled = scheduledFunction(binding);
    if (scheduled !== undefined)
      return scheduledFunctionSource(this.#deps, { binding, target, scheduled, queueEntity });
    return notificationSource(this.#deps, { binding, target, queueEntity });
  }
}
