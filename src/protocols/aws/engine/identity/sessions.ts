// Session tokens of STS: everything that a session is, sealed with the daemon's secret, so that tokens
// outlive a restart and nothing has to be stored. Who a token stands for is looked up when it is used.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { limits } from '../../../../base/limits.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { parseIdentityPolicy, type Policy } from '../iam/policy.ts';
import type { Credentials } from './credentials.ts';
import { roleIdentity, rootIdentity, userArn, type Identity } from './identity.ts';

export interface Session {
  readonly accessKeyId: string;
  readonly expiresAtMs: number;
  readonly subject: 'root' | 'user' | 'role';
  readonly account: string;
  /** Of the user or role. */
  readonly name: string;
  readonly sessionName: string;
  /** Session policies, JSON text. */
  readonly policies: readonly string[];
  /** Issued to the built-in key: as bound to loopback as that is. */
  readonly isLoopbackOnly: boolean;
}

export interface IssuedSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
}

const nonceBytes = 12;
const tagBytes = 16;
/** First byte of every token; raise it when the sealed fields change, old tokens are then refused. */
const tokenVersion = 1;

export class Sessions {
  readonly #sealKey: Buffer;
  readonly #secretKey: Buffer;
  readonly #opened = new BoundedCache<Session>(limits.openSessionsMax);

  constructor(secret: Uint8Array) {
    this.#sealKey = Buffer.from(hkdfSync('sha256', secret, '', 'caudal sts token', 32));
    this.#secretKey = Buffer.from(hkdfSync('sha256', secret, '', 'caudal sts secret key', 32));
  }

  issue(session: Omit<Session, 'accessKeyId'>): IssuedSession {
    const accessKeyId = `ASIA${randomKeyId()}`;
    const sessionToken = this.#seal({ ...session, accessKeyId });
    return {
      accessKeyId,
      secretAccessKey: this.secretOf(accessKeyId),
      sessionToken,
      expiresAtMs: session.expiresAtMs,
    };
  }

  /** The secret follows from the key id, so that the token need not carry it. */
  secretOf(accessKeyId: string): string {
    return createHmac('sha256', this.#secretKey).update(accessKeyId).digest('base64').slice(0, 40);
  }

  /** Undefined for what was not sealed here. An expired session opens: the caller tells the client. */
  open(token: string): Session | undefined {
    const known = this.#opened.get(token);
    if (known !== undefined) return known;
    const session = this.#unseal(token);
    if (session !== undefined) this.#opened.set(token, session);
    return session;
  }

  /** Undefined once the user or role is gone from the configuration. */
  identityOf(session: Session, credentials: Credentials): Identity | undefined {
    const sessionPolicies = session.policies.map(readSealedPolicy);
    if (session.subject === 'root') return { ...rootIdentity(session.account), sessionPolicies };
    if (session.subject === 'user') {
      const user = credentials.userByArn(userArn(session.account, session.name));
      return user === undefined ? undefined : { ...user, sessionPolicies };
    }
    const role = credentials.role(session.account, session.name);
    return role === undefined ? undefined : roleIdentity(role, session.sessionName, sessionPolicies);
  }

  #seal(session: Session): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonce);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(session), 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([tokenVersion]), nonce, cipher.getAuthTag(), sealed]).toString(
      'base64',
    );
  }

  #unseal(token: string): Session | undefined {
    const bytes = Buffer.from(token, 'base64');
    const sealedAt = 1 + nonceBytes + tagBytes;
    if (bytes.length <= sealedAt || bytes[0] !== tokenVersion) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#sealKey, bytes.subarray(1, 1 + nonceBytes));
      decipher.setAuthTag(bytes.subarray(1 + nonceBytes, sealedAt));
      const text = decipher.update(bytes.subarray(sealedAt), undefined, 'utf8') + decipher.final('utf8');
      return JSON.parse(text) as Session;
    } catch {
      return undefined;
    }
  }
}

/** Read when it was sealed, so it can be read now; should it not be, it allows nothing. */
function readSealedPolicy(text: string): Policy {
  const policy = parseIdentityPolicy(text);
  return policy.ok ? policy.value : { statements: [] };
}

function randomKeyId(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let id = '';
  for (const byte of randomBytes(16)) id += alphabet[byte % 32];
  return id;
}
