// Who sends this request? With `--auth sigv4` the signature says it; with `none` whatever is there is taken
// as a hint: an access key of twelve digits is the account, the scope's region the region.
import type { HttpRequest } from '../../../net/http.ts';
import type { OperationPlan } from './plan.ts';
import type { Credential, Credentials } from './identity/credentials.ts';
import { anonymousIdentity, rootIdentity } from './identity/identity.ts';
import { hintOfHost } from './route-host.ts';
import { credentialOf } from './router.ts';
import { decodeSignedChunks } from './sigv4/chunked.ts';
import { isPresigned, isRegion } from './sigv4/claim.ts';
import { SignatureVerifier, streamingPayload, type Verified } from './sigv4/verify.ts';
import { formValue } from './form.ts';
import type { Clock } from '../../../base/clock.ts';
import type { FormNode } from './wire.ts';
import { BoundedCache } from './bounded-cache.ts';
import { limits } from '../../../base/limits.ts';

export interface AuthenticatorOptions {
  readonly mode: 'sigv4' | 'none';
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly homeRegion: string;
  readonly defaultAccount: string;
}

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #verifier: SignatureVerifier;
  readonly #trusted = new BoundedCache<Credential>(limits.signingScopesMax);

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#verifier = new SignatureVerifier(options.credentials, options.clock);
  }

  authenticate(request: HttpRequest, operation: OperationPlan, form: FormNode | undefined): Verified {
    if (this.#options.mode === 'none') return this.#trust(request, form);
    if (operation.operation.isOpen === true && isUnsigned(request)) return this.#anonymous(request);
    return this.#verifier.verify(request, operation.service.service.id, form !== undefined);
  }

  #trust(request: HttpRequest, form: FormNode | undefined): Verified {
    const claimed = credentialOf(request.headers.get('authorization')) ?? formValue(form, 'X-Amz-Credential');
    const parts = claimed?.split('/') ?? [];
    const key = parts[0] ?? formValue(form, 'AWSAccessKeyId') ?? '';
    const token = request.headers.get('x-amz-security-token');
    // A session's role is taken over, so that assuming a role shows in who you are.
    const session = token === undefined ? undefined : this.#options.credentials.find(key, token);
    const region = parts.length >= 5 && isRegion(parts.at(-3)!) ? parts.at(-3)! : this.#regionOf(request);
    const isChunked = request.headers.get('x-amz-content-sha256') === streamingPayload;
    return {
      credential: session === undefined ? this.#trustedRoot(key) : withTrust(session),
      region,
      body: isChunked ? decodeSignedChunks(request.body, undefined) : undefined,
    };
  }

  #trustedRoot(accessKeyId: string): Credential {
    const account = isAccount(accessKeyId) ? accessKeyId : this.#options.defaultAccount;
    const known = this.#trusted.get(account);
    if (known !== undefined) return known;
    const credential = credentialFor(rootIdentity(account, true), accessKeyId);
    this.#trusted.set(account, credential);
    return credential;
  }

  #anonymous(request: HttpRequest): Verified {
    const credential = credentialFor(anonymousIdentity(this.#options.defaultAccount), '');
    return { credential, region: this.#regionOf(request), body: undefined };
  }

  #regionOf(request: HttpRequest): string {
    return hintOfHost(request.headers.get('host')).region ?? this.#options.homeRegion;
  }
}

function credentialFor(identity: Credential['identity'], accessKeyId: string): Credential {
  return {
    accessKeyId,
    secret: '',
    identity,
    isLoopbackOnly: true,
    sessionToken: undefined,
    expiresAtMs: Number.POSITIVE_INFINITY,
  };
}

function withTrust(credential: Credential): Credential {
  return { ...credential, identity: { ...credential.identity, isTrusted: true } };
}

function isUnsigned(request: HttpRequest): boolean {
  return !request.headers.has('authorization') && !isPresigned(request);
}

export function isAccount(text: string): boolean {
  return /^[0-9]{12}$/.test(text);
}
