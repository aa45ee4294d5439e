// How readers of a queue see what a topic sent there without raw delivery: as an envelope, without
// attributes. The core calls it when messages are handed over; the signature is prepared off the event loop
// before.
import type { Renderer, StoredMessage } from '../../../../broker/index.ts';
import { confirmationEnvelope, notificationEnvelope } from './envelope.ts';
import {
  confirmationKindOf,
  confirmationOf,
  type Copy,
  type NotificationDeps,
  notificationOf,
  prepareSignature,
  signatureOf,
} from './notification.ts';

export class NotificationRenderer implements Renderer {
  readonly #deps: NotificationDeps;

  constructor(deps: NotificationDeps) {
    this.#deps = deps;
  }

  prepare(message: StoredMessage): Promise<void> | undefined {
    if (!isCopy(message)) return undefined;
    return prepareSignature(this.#deps, message);
  }

  render(message: StoredMessage): StoredMessage {
    return isCopy(message) ? new EnvelopeMessage(message, envelopeOf(this.#deps, message)) : message;
  }
}

/** Of a notification or a confirmation, signed. */
export function envelopeOf(deps: NotificationDeps, message: Copy): string {
  const signature = signatureOf(deps, message);
  const kind = confirmationKindOf(message);
  return kind === undefined
    ? notificationEnvelope({ ...notificationOf(deps, message), signature })
    : confirmationEnvelope({ ...confirmationOf(deps, message, kind), signature });
}

export function isCopy(message: StoredMessage): message is Copy {
  return message.copy !== undefined;
}

/** A copy with the envelope as its body. */
class EnvelopeMessage implements StoredMessage {
  readonly attributes: StoredMessage['attributes'] = [];
  readonly subject = undefined;
  readonly isText = true;
  readonly #message: StoredMessage;
  readonly #text: string;
  #bytes: Buffer | undefined;

  constructor(message: StoredMessage, text: string) {
    this.#message = message;
    this.#text = text;
  }
  get id(): string {
    return this.#message.id;
  }
  get sentAtMs(): number {
    return this.#message.sentAtMs;
  }
  get sender(): string {
    return this.#message.sender;
  }
  get group(): string | undefined {
    return this.#message.group;
  }
  get dedupId(): string | undefined {
    return this.#message.dedupId;
  }
  get trace(): string | undefined {
    return this.#message.trace;
  }
  get origin(): StoredMessage['origin'] {
    return this.#message.origin;
  }
  get copy(): StoredMessage['copy'] {
    return this.#message.copy;
  }
  get bodyBytes(): number {
    return this.body().byteLength;
  }
  body(): Buffer {
    return (this.#bytes ??= Buffer.from(this.#text));
  }
  bodyText(): string {
    return this.#text;
  }
}
