// What the delivery pump and everybody who delivers agree on: a driver takes one message of an internal queue
// to where it belongs and says how that went. Plain data; it knows neither a transport nor a front.
import type { Delivery, OutgoingMessage, ResourceName } from '../broker/index.ts';
import type { RetryPolicy } from './retry-policy.ts';

export interface Delivered {
  readonly kind: 'delivered';
}

export interface FailedDelivery {
  readonly kind: 'failed';
  /** No later attempt can succeed: the message goes to the dead letters at once. */
  readonly isPermanent: boolean;
  /** A short word for metrics and dead letters, such as `http_503`, `timeout`. */
  readonly code: string;
  readonly message: string;
  /** The target asks not to be called again before. */
  readonly retryAfterMs?: number | undefined;
}

export type Outcome = Delivered | FailedDelivery;

export const delivered: Delivered = { kind: 'delivered' };

export function failure(code: string, message: string, isPermanent = false): FailedDelivery {
  return { kind: 'failed', isPermanent, code, message };
}

export interface Driver {
  /** Ends within the source's timeout, and soon after the signal; what it throws counts as a failure. */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<Outcome>;
}

/** A way out of the daemon that takes requests of its own kind. */
export interface Transport<Request> {
  send(request: Request, signal: AbortSignal): Promise<Outcome>;
}

/** A front's part: what is sent for this message; or a failure, when the message cannot be sent so. */
export type Prepare<Request> = (
  delivery: Delivery,
) => Request | FailedDelivery | Promise<Request | FailedDelivery>;

/** A transport and a front's preparation make a driver. */
export function driverOf<Request extends object>(
  transport: Transport<Request>,
  prepare: Prepare<Request>,
): Driver {
  return {
    async deliver(delivery, signal) {
      const prepared = await prepare(delivery);
      return isFailure(prepared) ? prepared : transport.send(prepared, signal);
    },
  };
}

function isFailure(prepared: object): prepared is FailedDelivery {
  return 'kind' in prepared && prepared.kind === 'failed';
}

/** Why a message is not tried again. */
export interface GivenUp {
  /** `permanent`: the failure was; `attempts`, `age`: the retry policy is exhausted. */
  readonly condition: 'permanent' | 'attempts' | 'age';
  readonly attempts: number;
  /** Of the last attempt; absent when none was made since the daemon's start. */
  readonly failure: FailedDelivery | undefined;
}

export interface DeadLetterRoute {
  readonly queue: ResourceName;
  /** The dead letter, with the attributes that the front's protocol promises. */
  message(delivery: Delivery, givenUp: GivenUp): OutgoingMessage | Promise<OutgoingMessage>;
}

/** One pushed target of a binding: an internal queue, and what is to be done with its messages. */
export interface PushSource {
  /** Names the target among all sources; label of its metrics. */
  readonly key: string;
  readonly queueEntity: number;
  readonly driver: Driver;
  readonly retry: RetryPolicy;
  /** After this an attempt has failed, whatever its driver does. */
  readonly timeoutMs: number;
  /** Absent: what cannot be delivered is dropped, and counted. */
  readonly deadLetter?: DeadLetterRoute | undefined;
  /** Default and most: limits.pushConcurrencyMax. */
  readonly concurrency?: number | undefined;
  /** Attempts a second, retries included. They are delayed, never dropped. */
  readonly ratePerSecond?: number | undefined;
}
