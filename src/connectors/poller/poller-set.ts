// Runs one poller for each document of a kind: started with the daemon, begun anew with every change, ended
// with the document. The front that changes documents says so; a removal by others is noticed by looking.
import { limits } from '../../base/limits.ts';
import type { Logger } from '../../base/log.ts';
import type { Broker, DocumentDefinition } from '../../broker/index.ts';
import type { Poller, PollerResult } from './poller.ts';

export interface PollerSetOptions {
  readonly broker: Broker;
  readonly logger: Logger;
  /** Of the names of the documents. */
  readonly prefix: string;
  /** Undefined: nothing is to run for it (it is switched off, or cannot be read). */
  build(definition: DocumentDefinition): Poller | undefined;
}

interface Running {
  readonly revision: number;
  readonly poller: Poller | undefined;
  isEnded: boolean;
}

export class PollerSet {
  readonly #options: PollerSetOptions;
  readonly #running = new Map<number, Running>();
  readonly #stopping = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: PollerSetOptions) {
    this.#options = options;
    for (const { entity, name } of options.broker.catalog.documents.all())
      if (name.name.startsWith(options.prefix)) this.follow(entity);
    this.#timer = setInterval(() => this.#look(), limits.pollerFollowMs);
  }

  /** The document was made, changed or deleted. */
  follow(entity: number): void {
    const definition = this.#options.broker.catalog.documents.byEntity(entity);
    const known = this.#running.get(entity);
    if (known?.revision === definition?.revision) return;
    const before = known === undefined ? undefined : this.#end(known, limits.drainMs);
    if (definition === undefined) {
      this.#running.delete(entity);
      return;
    }
    if (known === undefined && this.#running.size >= limits.pollersMax) {
      this.#options.logger.error('poller refused', { name: definition.name.name, most: limits.pollersMax });
      return;
    }
    const { revision } = definition;
    const running: Running = { revision, poller: this.#options.build(definition), isEnded: false };
    this.#running.set(entity, running);
    if (before === undefined) running.poller?.start();
    else void this.#startAfter(before, running);
  }

  resultOf(entity: number): PollerResult | undefined {
    return this.#running.get(entity)?.poller?.result;
  }

  async close(drainMs: number): Promise<void> {
    clearInterval(this.#timer);
    for (const running of this.#running.values()) void this.#end(running, drainMs);
    this.#running.clear();
    await Promise.all(this.#stopping);
  }

  /** What the old one has taken is done or given back before the new one begins: order is kept. */
  async #startAfter(before: Promise<void>, running: Running): Promise<void> {
    await before;
    if (!running.isEnded) running.poller?.start();
  }

  #end(running: Running, drainMs: number): Promise<void> {
    running.isEnded = true;
    const stopping = running.poller?.stop(drainMs) ?? Promise.resolve();
    this.#stopping.add(stopping);
    void stopping.finally(() => this.#stopping.delete(stopping));
    return stopping;
  }

  #look(): void {
    for (const entity of this.#running.keys()) this.follow(entity);
  }
}
