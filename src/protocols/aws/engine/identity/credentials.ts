// Who an access key belongs to: configured users, the built-in default key and the sealed sessions of STS.
// Asked by sigv4/verify.ts for a secret, by the engine for the identity behind it. Knows no signatures.
import type { Identity } from './identity.ts';
import { accessKeyOfRoot, rootIdentity, userIdentity, type AwsRole, type AwsUser } from './identity.ts';
import type { Sessions } from './sessions.ts';

/** What signs requests: the secret, and what it stands for. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly identity: Identity;
  /** The built-in key, which everybody knows, must not open the daemon to a network. */
  readonly isLoopbackOnly: boolean;
  readonly sessionToken: string | undefined;
  /** Infinity for keys of users. */
  readonly expiresAtMs: number;
}

export interface CredentialsOptions {
  readonly users: readonly AwsUser[];
  readonly roles: readonly AwsRole[];
  readonly sessions: Sessions;
  readonly defaultAccount: string;
  /** Whether the built-in key `test`/`test` works, from loopback. */
  readonly hasDefaultKey: boolean;
}

export class Credentials {
  /** Changes whenever users do, so that nobody goes on with what he learned before. */
  version = 0;
  readonly #options: CredentialsOptions;
  #byKey = new Map<string, Credential>();
  #users = new Map<string, Identity>();
  #roles = new Map<string, AwsRole>();

  constructor(options: CredentialsOptions) {
    this.#options = options;
    this.replace(options.users, options.roles);
  }

  /** Takes over a new configuration; sessions of users and roles that are gone end with it. */
  replace(users: readonly AwsUser[], roles: readonly AwsRole[]): void {
    this.version++;
    this.#byKey = new Map();
    this.#users = new Map();
    this.#roles = new Map(roles.map((role) => [`${role.account}/${role.name}`, role]));
    if (this.#options.hasDefaultKey) {
      const root = rootIdentity(this.#options.defaultAccount);
      this.#addKey({ id: accessKeyOfRoot, secret: 'test' }, root, true);
    }
    for (const user of users) {
      const identity = userIdentity(user);
      this.#users.set(identity.arn, identity);
      for (const key of user.accessKeys) this.#addKey(key, identity, false);
    }
  }

  role(account: string, name: string): AwsRole | undefined {
    return this.#roles.get(`${account}/${name}`);
  }

  find(accessKeyId: string, sessionToken: string | undefined): Credential | undefined {
    const own = this.#byKey.get(accessKeyId);
    if (sessionToken === undefined) return own;
    // Where keys are made up, so are tokens: AWS_SESSION_TOKEN=test beside the built-in key means nothing.
    if (own?.isLoopbackOnly === true) return { ...own, sessionToken };
    const session = this.#options.sessions.open(sessionToken);
    if (session === undefined || session.accessKeyId !== accessKeyId) return undefined;
    const identity = this.#options.sessions.identityOf(session, this);
    if (identity === undefined) return undefined;
    return {
      accessKeyId,
      secret: this.#options.sessions.secretOf(accessKeyId),
      identity,
      isLoopbackOnly: session.isLoopbackOnly,
      sessionToken,
      expiresAtMs: session.expiresAtMs,
    };
  }

  userByArn(arn: string): Identity | undefined {
    return this.#users.get(arn);
  }

  #addKey(
    key: { readonly id: string; readonly secret: string },
    identity: Identity,
    isLoopbackOnly: boolean,
  ): void {
    this.#byKey.set(key.id, {
      accessKeyId: key.id,
      secret: key.secret,
      identity,
      isLoopbackOnly,
      sessionToken: undefined,
      expiresAtMs: Number.POSITIVE_INFINITY,
    });
  }
}
