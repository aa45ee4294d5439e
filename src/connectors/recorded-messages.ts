// What was sent to places that this daemon has no way out to: e-mails, texts and push messages, kept in
// memory to be looked at (by tests of applications, by people). The default of those transports; the admin
// API reads it. It delivers nothing, and a restart forgets it.
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Logger } from '../base/log.ts';
import type { Outcome, Transport } from './driver.ts';
import { delivered } from './driver.ts';

export interface RecordedMessage {
  /** Counts up from 1. */
  readonly id: number;
  readonly atMs: number;
  readonly kind: 'email' | 'sms' | 'push';
  readonly to: readonly string[];
  /** What it was sent as: at most limits.recordedTextCharsMax characters of JSON. */
  readonly text: string;
}

export class RecordedMessages {
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** A ring: the message of id n lies at n modulo its length. */
  readonly #ring: RecordedMessage[] = [];
  #lastId = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  record(kind: RecordedMessage['kind'], to: readonly string[], content: object): RecordedMessage {
    const id = ++this.#lastId;
    const text = JSON.stringify(content).slice(0, limits.recordedTextCharsMax);
    const message = { id, atMs: this.#clock.nowMs(), kind, to, text };
    this.#ring[id % limits.recordedMessagesMax] = message;
    this.#logger.info('message recorded', { kind, id, recipients: to.length });
    return message;
  }

  /** Oldest first; those after `after`. */
  list(query: { readonly after?: number; readonly limit: number }): readonly RecordedMessage[] {
    const oldest = Math.max(1, this.#lastId - limits.recordedMessagesMax + 1);
    const first = Math.max(oldest, (query.after ?? 0) + 1);
    const found: RecordedMessage[] = [];
    for (let id = first; id <= this.#lastId && found.length < query.limit; id++)
      found.push(this.#ring[id % limits.recordedMessagesMax] as RecordedMessage);
    return found;
  }

  clear(): void {
    this.#ring.length = 0;
    this.#lastId = 0;
  }
}

/** A transport that records instead of sending. */
export class RecordingTransport<
  Request extends { readonly to: readonly string[] },
> implements Transport<Request> {
  readonly #messages: RecordedMessages;
  readonly #kind: RecordedMessage['kind'];

  constructor(messages: RecordedMessages, kind: RecordedMessage['kind']) {
    this.#messages = messages;
    this.#kind = kind;
  }

  send({ to, ...content }: Request): Promise<Outcome> {
    this.#messages.record(this.#kind, to, content);
    return Promise.resolve(delivered);
  }
}
