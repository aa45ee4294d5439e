// Sends e-mails through one configured SMTP server. The home of the mail library, which is loaded with the
// first e-mail. Its server is the operator's choice, so the address guard is not asked.
import type { Transporter } from 'nodemailer';
import { limits } from '../../base/limits.ts';
import type { Outcome, Transport } from '../driver.ts';
import { delivered, failure } from '../driver.ts';
import type { Email } from './email.ts';

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (port 465); otherwise STARTTLS where the server offers it. */
  readonly isTls: boolean;
  /** Refuse to send without TLS. */
  readonly isTlsRequired?: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly timeoutMs: number;
}

export class SmtpTransport implements Transport<Email> {
  readonly #options: SmtpOptions;
  #transporter: Promise<Transporter> | undefined;

  constructor(options: SmtpOptions) {
    this.#options = options;
  }

  async send(email: Email): Promise<Outcome> {
    this.#transporter ??= connect(this.#options);
    const transporter = await this.#transporter;
    try {
      await transporter.sendMail({
        // As objects: text would be parsed as a list of addresses.
        from: asAddress(email.from),
        to: email.to.map(asAddress),
        subject: email.subject,
        text: email.text,
        headers: { ...email.headers },
        // Nothing in an e-mail makes the library read files or URLs.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return delivered;
    } catch (error) {
      return failureOf(error);
    }
  }

  async close(): Promise<void> {
    const transporter = await this.#transporter;
    transporter?.close();
  }
}

async function connect(options: SmtpOptions): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const { host, port, isTls, isTlsRequired = false, user, password, timeoutMs } = options;
  return createTransport({
    pool: true,
    maxConnections: limits.smtpConnectionsMax,
    host,
    port,
    secure: isTls,
    requireTLS: isTlsRequired,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
  });
}

function asAddress(address: string): { name: string; address: string } {
  return { name: '', address };
}

/** 5yz is permanent, 4yz is not (RFC 5321, 4.2.1); a refused login is the configuration's fault. */
function failureOf(error: unknown): Outcome {
  const { responseCode, code, message } = error as { responseCode?: number; code?: string; message?: string };
  const text = message ?? String(error);
  if (code === 'EAUTH') return failure('smtp_not_authorized', text);
  if (responseCode !== undefined) return failure(`smtp_${responseCode}`, text, responseCode >= 500);
  // No recipient that could be one.
  return failure('smtp_failed', text, code === 'EENVELOPE');
}
