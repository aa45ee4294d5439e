// What the sources of the delivery pump are made with, and how long an attempt may take. Shared by the
// sources of subscriptions and of rules.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Rng } from '../base/rng.ts';
import type { BindingDefinition, Broker, PushTarget } from '../broker/index.ts';
import type { FailedDelivery } from '../connectors/driver.ts';
import { failure } from '../connectors/driver.ts';
import type { ConnectionSecrets } from './connection-secrets.ts';
import type { NamedFunction, Outbound } from './outbound.ts';
import type { SnsSigning } from './sns-signing.ts';

export interface DeliveriesDeps {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
  readonly outbound: Outbound;
  readonly signing: SnsSigning;
  /** Opens secrets of connections. */
  readonly secrets: ConnectionSecrets;
}

export interface PushedBinding {
  readonly binding: BindingDefinition;
  readonly target: PushTarget;
  readonly queueEntity: number;
}

/** An attempt has failed after this, whatever its driver does. */
export const attemptTimeoutMs = 60_000;
/** Of what endpoints answer, only the status is looked at. */
export const answerBytesMax = 64 * 1024;

/** By its name, which is the last part of its ARN; a failure when the configuration has none. */
export function functionOf(
  { outbound }: DeliveriesDeps,
  arn: string,
): { name: string } & (NamedFunction | FailedDelivery) {
  const name = /:function:([^:]+)/.exec(arn)?.[1] ?? arn;
  const found = outbound.functionNamed(name);
  return { name, ...(found ?? failure('function_not_found', `there is no function ${name}`, true)) };
}
