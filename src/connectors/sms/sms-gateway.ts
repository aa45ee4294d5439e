// Sends text messages through an HTTP gateway that the configuration describes: which URL, JSON or a form,
// and what its fields are called. Called through drivers; the gateway's meaning of its answers is its
// status.
import type { Clock } from '../../base/clock.ts';
import type { Outcome, Transport } from '../driver.ts';
import type { HttpClient, HttpRequest } from '../http-client.ts';
import { notificationRules, outcomeOf } from '../http-client.ts';

export interface Sms {
  /** One number in international form. */
  readonly to: readonly string[];
  readonly text: string;
  readonly sender?: string | undefined;
  /** What a gateway may want to know beside it. */
  readonly isTransactional: boolean;
}

export interface SmsGatewayOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: 'json' | 'form';
  /** Names of the gateway's fields; what has none is not sent. */
  readonly fields: {
    readonly to: string;
    readonly text: string;
    readonly sender?: string | undefined;
  };
  /** Sent with each message, such as an account. */
  readonly constants?: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs: number;
}

export class SmsGateway implements Transport<Sms> {
  readonly #options: SmsGatewayOptions;

  constructor(options: SmsGatewayOptions) {
    this.#options = options;
  }

  async send(sms: Sms, signal: AbortSignal): Promise<Outcome> {
    const { client, clock } = this.#options;
    return outcomeOf(await client.send(this.#request(sms), signal), notificationRules, clock.nowMs());
  }

  #request(sms: Sms): HttpRequest {
    const { url, headers, format, fields, constants, timeoutMs } = this.#options;
    const values: Record<string, string> = { ...constants };
    values[fields.to] = sms.to.join(',');
    values[fields.text] = sms.text;
    if (fields.sender !== undefined && sms.sender !== undefined) values[fields.sender] = sms.sender;
    const isJson = format === 'json';
    return {
      method: 'POST',
      url,
      headers: {
        'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: isJson ? JSON.stringify(values) : new URLSearchParams(values).toString(),
      timeoutMs,
    };
  }
}
