// Signs what SNS sends, as its clients verify it (SNS developer guide, "Verifying the signatures of Amazon
// SNS messages"): RSA PKCS#1 v1.5 over the message's own members, SHA-1 in version 1 and SHA-256 in
// version 2. Nothing of a subscription is signed, so one signature serves all copies of a publication: it
// is prepared off the event loop (0.3 ms of a core each) and kept. Keys are given, never made or read
// here.
import { createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { limits } from '../../../../base/limits.ts';
import { BoundedCache } from '../../engine/bounded-cache.ts';
import { confirmationMessage } from './envelope.ts';
import type { ConfirmationFacts, NotificationFacts } from './envelope.ts';

export type SignatureVersion = '1' | '2';

export interface SignerOptions {
  readonly privateKeyPem: string;
  /** Where clients fetch the certificate; ends in `.pem`. */
  readonly certificateUrl: string;
}

export class SnsSigner {
  readonly certificateUrl: string;
  readonly #key: KeyObject;
  readonly #kept = new BoundedCache<string>(limits.snsSignaturesMax);
  readonly #pending = new Map<string, Promise<string>>();
  constructor(options: SignerOptions) {
    this.certificateUrl = options.certificateUrl;
    this.#key = createPrivateKey(options.privateKeyPem);
  }

  /** Base64, made on libuv's pool. */
  async sign(text: string, version: SignatureVersion): Promise<string> {
    return new Promise((resolve, reject) => {
      sign(digests[version], Buffer.from(text), this.#key, (error, signature) => {
        if (error === null) resolve(signature.toString('base64'));
        else reject(error);
      });
    });
  }

  signSync(text: string, version: SignatureVersion): string {
    return sign(digests[version], Buffer.from(text), this.#key).toString('base64');
  }

  /**
   * Makes `kept(id, ...)` free. `id` names one text: a message's id and, where the texts of a publication
   * differ by channel, the channel. Asked twice meanwhile, it signs once.
   */
  async prepare(id: string, text: string, version: SignatureVersion): Promise<void> {
    const key = keyOf(id, version);
    if (this.#kept.get(key) !== undefined) return;
    const pending = this.#pending.get(key) ?? this.sign(text, version);
    this.#pending.set(key, pending);
    try {
      this.#kept.set(key, await pending);
    } finally {
      this.#pending.delete(key);
    }
  }

  /** The prepared signature; it is made here and now when it was not, or is no longer kept. */
  kept(id: string, text: string, version: SignatureVersion): string {
    const key = keyOf(id, version);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const made = this.signSync(text, version);
    this.#kept.set(key, made);
    return made;
  }
}

export function notificationToSign(facts: NotificationFacts): string {
  const subject = facts.subject === undefined ? '' : `Subject\n${facts.subject}\n`;
  return (
    `Message\n${facts.message}\nMessageId\n${facts.messageId}\n${subject}` +
    `Timestamp\n${facts.timestamp}\nTopicArn\n${facts.topicArn}\nType\nNotification\n`
  );
}

export function confirmationToSign(facts: ConfirmationFacts): string {
  return (
    `Message\n${confirmationMessage(facts)}\nMessageId\n${facts.messageId}\nSubscribeURL\n` +
    `${facts.subscribeUrl}\nTimestamp\n${facts.timestamp}\nToken\n${facts.token}\n` +
    `TopicArn\n${facts.topicArn}\nType\n${facts.kind}\n`
  );
}

const digests = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' } as const;

function keyOf(id: string, version: SignatureVersion): string {
  return `${version} ${id}`;
}
