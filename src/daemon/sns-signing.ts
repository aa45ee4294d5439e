// The key and certificate that notifications are signed with: made when the first notification is rendered,
// kept in the data directory, and the certificate served on the API port. Called by compose.ts and
// deliveries.ts.
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../base/log.ts';
import type { Clock } from '../base/clock.ts';
import type { Renderer, StoredMessage } from '../broker/index.ts';
import type { RequestHandler } from '../net/index.ts';
import {
  certificateFileName,
  createSigningIdentity,
  type NotificationDeps,
  NotificationRenderer,
  type SigningIdentity,
  SnsSigner,
} from '../protocols/aws/index.ts';

const fileName = 'sns-signing.json';

export interface SigningDeps {
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly catalog: NotificationDeps['broker'];
}

/** Also a renderer: of copies that are read from queues without raw delivery. */
export class SnsSigning implements Renderer {
  readonly notification: {
    readonly broker: NotificationDeps['broker'];
    signer?: SnsSigner | undefined;
    baseUrl: string;
  };
  readonly #deps: SigningDeps;
  readonly #renderer: NotificationRenderer;
  #certificate: { readonly path: string; readonly pem: string } | undefined;
  #ready: Promise<void> | undefined;

  constructor(deps: SigningDeps) {
    this.#deps = deps;
    this.notification = { broker: deps.catalog, baseUrl: '' };
    this.#renderer = new NotificationRenderer(this.notification);
  }

  /**
   * There is a signer from then on; without one (no disk, say) notifications go unsigned, and it is logged.
   */
  ready(): Promise<void> {
    this.#ready ??= this.#load().catch((error: unknown) => {
      this.#deps.logger.error('notifications are not signed', { error });
    });
    return this.#ready;
  }

  prepare(message: StoredMessage): Promise<void> | undefined {
    if (this.notification.signer !== undefined) return this.#renderer.prepare(message);
    return this.ready().then(() => this.#renderer.prepare(message));
  }
  render(message: StoredMessage): StoredMessage {
    return this.#renderer.render(message);
  }

  /** Answers requests for the certificate, and hands on all others. */
  withCertificate(handler: RequestHandler): RequestHandler {
    return (request, reply) => {
      const certificate = this.#certificate;
      if (request.method !== 'GET' || certificate === undefined || request.path !== certificate.path)
        return handler(request, reply);
      reply.send(200, ['content-type', 'application/x-pem-file'], certificate.pem);
    };
  }

  async #load(): Promise<void> {
    const file = path.join(this.#deps.directory, fileName);
    const identity = existsSync(file)
      ? (JSON.parse(await readFile(file, 'utf8')) as SigningIdentity)
      : await this.#make(file);
    const { privateKeyPem, certificatePem, caCertificatePem } = identity;
    const name = certificateFileName(certificatePem);
    this.#certificate = { path: `/${name}`, pem: `${certificatePem}${caCertificatePem}` };
    const certificateUrl = `${this.notification.baseUrl}/${name}`;
    this.notification.signer = new SnsSigner({ privateKeyPem, certificateUrl });
  }

  async #make(file: string): Promise<SigningIdentity> {
    const identity = await createSigningIdentity(this.#deps.clock.nowMs());
    await writeFile(`${file}.new`, JSON.stringify(identity), { mode: 0o600 });
    await rename(`${file}.new`, file);
    return identity;
  }
}
