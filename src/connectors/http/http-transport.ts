// Delivers by one HTTP request: webhooks and API destinations. Prepared by fronts, called through a driver.
import type { Clock } from '../../base/clock.ts';
import type { Outcome, Transport } from '../driver.ts';
import type { HttpClient, HttpRequest, StatusRules } from '../http-client.ts';
import { outcomeOf } from '../http-client.ts';

export interface HttpTransportOptions {
  /** The outbound client, or one that authorizes (connections/authorized-client.ts). */
  readonly client: HttpClient;
  readonly rules: StatusRules;
  readonly clock: Clock;
}

export class HttpTransport implements Transport<HttpRequest> {
  readonly #options: HttpTransportOptions;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<Outcome> {
    const { client, rules, clock } = this.#options;
    return outcomeOf(await client.send(request, signal), rules, clock.nowMs());
  }
}
