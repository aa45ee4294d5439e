// What the daemon needs from every protocol front, and what it gives to it.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Broker } from '../broker/index.ts';

export interface ProtocolDeps {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 32 bytes of the data directory: key material for receipts and paging tokens. */
  readonly secret: Uint8Array;
}
