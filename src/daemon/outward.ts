// Everything by which messages leave the daemon towards others: signatures, ways out, and the deliveries that
// use them. Made by compose.ts before the listeners open, started when it is known under which address they
// are.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { SystemRng } from '../base/rng.ts';
import type { Broker } from '../broker/index.ts';
import { LaterCalls } from '../connectors/function/later-calls.ts';
import type { PollerSet } from '../connectors/poller/poller-set.ts';
import { notificationRendering } from '../protocols/aws/index.ts';
import type { Config } from './config.ts';
import { connectionSecrets } from './connection-secrets.ts';
import { Deliveries } from './deliveries.ts';
import { FunctionCalls } from './function-calls.ts';
import { mappingPollers } from './mapping-pollers.ts';
import { openOutbound, type Outbound } from './outbound.ts';
import { SnsSigning } from './sns-signing.ts';

export interface OutwardDeps {
  readonly config: Config;
  readonly broker: Broker;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Of the data directory. */
  readonly secret: Uint8Array;
}

export class Outward {
  readonly signing: SnsSigning;
  readonly outbound: Outbound;
  readonly functions: FunctionCalls;
  readonly #deps: OutwardDeps;
  #deliveries: Deliveries | undefined;
  #mappings: PollerSet | undefined;

  constructor(deps: OutwardDeps) {
    this.#deps = deps;
    const { config, broker, logger, clock } = deps;
    this.signing = new SnsSigning({ directory: config.settings.data, clock, logger, catalog: broker });
    broker.renderers.set(notificationRendering, this.signing);
    this.outbound = openOutbound(config, clock, logger.child({ layer: 'outbound' }));
    const later = new LaterCalls(this.outbound.invoker, logger.child({ layer: 'functions' }));
    this.functions = new FunctionCalls(this.outbound, later);
  }

  /** Of event source mappings; undefined until the start. */
  get mappings(): PollerSet | undefined {
    return this.#mappings;
  }

  /** `baseUrl`: where links in notifications lead when a subscription does not know better. */
  start(baseUrl: string): void {
    const { broker, clock, logger, secret } = this.#deps;
    const { signing, outbound } = this;
    signing.notification.baseUrl = baseUrl;
    const deps = {
      broker,
      clock,
      rng: new SystemRng(),
      outbound,
      signing,
      secrets: connectionSecrets(secret),
    };
    this.#deliveries = new Deliveries({ ...deps, logger: logger.child({ layer: 'deliveries' }) });
    const pollers = { broker, clock, secret, outbound, functions: this.functions };
    this.#mappings = mappingPollers({ ...pollers, logger: logger.child({ layer: 'pollers' }) });
  }

  async close(drainMs: number): Promise<void> {
    await Promise.all([this.#deliveries?.close(drainMs), this.#mappings?.close(drainMs)]);
    await this.functions.close();
    this.outbound.client.close();
  }
}
