// Verifies Signature Version 4 of one request, in its header or in a presigned URL, and says who signed.
// What follows from the constant part of a client's Authorization header is kept, so that the ordinary
// request costs a lookup and three hashes. Decides nothing about permissions.
import { hash } from 'node:crypto';
import { limits } from '../../../../base/limits.ts';
import type { Clock } from '../../../../base/clock.ts';
import type { HttpRequest } from '../../../../net/http.ts';
import { BoundedCache } from '../bounded-cache.ts';
import type { Credential, Credentials } from '../identity/credentials.ts';
import { timestampFromBasicIso, timestampToBasicIso } from '../timestamp.ts';
import { canonicalBytes, canonicalQuery, canonicalRequest, type CanonicalParts } from './canonical.ts';
import { decodeSignedChunks } from './chunked.ts';
import { isPresigned, parseAuthorization, parsePresigned, signatureStart, type Claim } from './claim.ts';
import { isSameSignature } from './compare.ts';
import * as errors from './errors.ts';
import { Signer } from './signer.ts';

export interface Verified {
  readonly credential: Credential;
  readonly region: string;
  /** The body without its chunk signatures, where it had some. */
  readonly body: Buffer | undefined;
}

/** A claim that was proven once: the next request with the same prefix only needs its signature checked. */
interface Scope {
  readonly claim: Claim;
  readonly signer: Signer;
  readonly credential: Credential;
  readonly credentialsVersion: number;
  readonly verified: Verified;
}

const skewMsMax = 15 * 60_000;
const signatureLabel = 'Signature=';
const signatureHexBytes = 64;
const unsignedPayload = 'UNSIGNED-PAYLOAD';
export const streamingPayload = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';

export class SignatureVerifier {
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #scopes = new BoundedCache<Scope>(limits.signingScopesMax);
  #latestPrefix = '';
  #latestScope: Scope | undefined;
  #latestDate = '';
  #latestDay = '';
  #latestMs = 0;

  constructor(credentials: Credentials, clock: Clock) {
    this.#credentials = credentials;
    this.#clock = clock;
  }

  /** `service` is the SigV4 name that the credential must be scoped to. Throws the error to answer with. */
  verify(request: HttpRequest, service: string, isQuery: boolean): Verified {
    const authorization = request.headers.get('authorization');
    const isInQuery = request.query !== '' && isPresigned(request);
    if (authorization === undefined) {
      if (!isInQuery) throw errors.missingAuthentication(isQuery);
      return this.#verifyPresigned(request, service);
    }
    if (isInQuery) {
      throw errors.invalidSignature(
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
      );
    }
    return this.#verifyHeader(request, service, authorization);
  }

  #verifyHeader(request: HttpRequest, service: string, authorization: string): Verified {
    const { headers } = request;
    const amzDate = headers.get('x-amz-date') ?? basicDate(headers.get('date'));
    const signatureAt = signatureStart(authorization);
    const prefix = authorization.slice(0, signatureAt);
    const token = headers.get('x-amz-security-token');
    let scope = this.#scopeOf(prefix);
    const isKnown = scope !== undefined && this.#isCurrent(scope, token);
    if (!isKnown) scope = this.#openScope(parseAuthorization(authorization, amzDate !== undefined), token);
    if (scope === undefined || amzDate === undefined) throw errors.incompleteSignature('');
    const nowMs = this.#clock.nowMs();
    checkUse(scope, { request, service, nowMs });
    this.#checkDate(amzDate, scope.claim, nowMs);
    const signature = signatureOf(authorization, signatureAt);
    const payloadHash = payloadHashOf(request);
    const { headerNames, signedHeaders } = scope.claim;
    const query = canonicalQuery(request.query);
    checkSignature(scope.signer, amzDate, signature, {
      request,
      headerNames,
      signedHeaders,
      query,
      payloadHash,
    });
    // Only what is proven is kept: junk would otherwise push real clients out of the cache.
    if (!isKnown && signatureAt + signatureLabel.length + signatureHexBytes === authorization.length) {
      this.#scopes.set(prefix, scope);
      this.#latestScope = undefined;
    }
    if (payloadHash !== streamingPayload) return scope.verified;
    const body = decodeSignedChunks(request.body, { signer: scope.signer, amzDate, signature });
    return { ...scope.verified, body };
  }

  #verifyPresigned(request: HttpRequest, service: string): Verified {
    const claim = parsePresigned(request);
    const scope = this.#openScope(claim, claim.sessionToken);
    const nowMs = this.#clock.nowMs();
    checkUse(scope, { request, service, nowMs });
    const signedAtMs = signedAt(claim.amzDate, claim);
    if (signedAtMs - skewMsMax > nowMs) throw notYetCurrent(claim.amzDate, nowMs);
    if (signedAtMs + claim.expiresSeconds * 1000 < nowMs) throw errors.requestExpired('Request has expired.');
    const query = canonicalQuery(request.query, 'X-Amz-Signature');
    const payloadHash = request.query.includes(`X-Amz-Content-Sha256=${unsignedPayload}`)
      ? unsignedPayload
      : payloadHashOf(request);
    const { headerNames, signedHeaders, amzDate, signature } = claim;
    checkSignature(scope.signer, amzDate, signature, {
      request,
      headerNames,
      signedHeaders,
      query,
      payloadHash,
    });
    return scope.verified;
  }

  /** Clients take turns slowly: to compare the whole prefix costs a tenth of hashing it. */
  #scopeOf(prefix: string): Scope | undefined {
    if (this.#latestScope !== undefined && prefix === this.#latestPrefix) return this.#latestScope;
    const scope = this.#scopes.get(prefix);
    if (scope !== undefined) {
      this.#latestPrefix = prefix;
      this.#latestScope = scope;
    }
    return scope;
  }

  #isCurrent(scope: Scope, token: string | undefined): boolean {
    return scope.credential.sessionToken === token && scope.credentialsVersion === this.#credentials.version;
  }

  #openScope(claim: Claim, token: string | undefined): Scope {
    const credential = this.#credentials.find(claim.accessKeyId, token);
    if (credential === undefined) throw errors.unknownKey();
    return {
      claim,
      signer: new Signer(credential.secret, claim),
      credential,
      credentialsVersion: this.#credentials.version,
      verified: { credential, region: claim.region, body: undefined },
    };
  }

  #checkDate(amzDate: string, claim: Claim, nowMs: number): void {
    const signedAtMs = this.#signedAt(amzDate, claim);
    if (signedAtMs < nowMs - skewMsMax) {
      const [now, limit] = [timestampToBasicIso(nowMs), timestampToBasicIso(nowMs - skewMsMax)];
      throw errors.invalidSignature(
        `Signature expired: ${amzDate} is now earlier than ${limit} (${now} - 15 min.)`,
      );
    }
    if (signedAtMs > nowMs + skewMsMax) throw notYetCurrent(amzDate, nowMs);
  }

  /** Requests of one second say the same. */
  #signedAt(amzDate: string, claim: Claim): number {
    if (amzDate !== this.#latestDate || claim.date !== this.#latestDay) {
      this.#latestMs = signedAt(amzDate, claim);
      this.#latestDate = amzDate;
      this.#latestDay = claim.date;
    }
    return this.#latestMs;
  }
}

interface Use {
  readonly request: HttpRequest;
  readonly service: string;
  readonly nowMs: number;
}

function checkUse(scope: Scope, use: Use): void {
  const { credential, claim } = scope;
  if (credential.isLoopbackOnly && !use.request.isLoopback) throw errors.unknownKey();
  if (credential.expiresAtMs <= use.nowMs) throw errors.expiredToken();
  if (claim.service !== use.service) {
    throw errors.invalidSignature(`Credential should be scoped to correct service: '${use.service}'. `);
  }
}

function notYetCurrent(amzDate: string, nowMs: number): Error {
  const [now, limit] = [timestampToBasicIso(nowMs), timestampToBasicIso(nowMs + skewMsMax)];
  return errors.invalidSignature(
    `Signature not yet current: ${amzDate} is still later than ${limit} (${now} + 15 min.)`,
  );
}

function signedAt(amzDate: string, claim: Claim): number {
  const ms = timestampFromBasicIso(amzDate);
  if (ms === undefined) {
    throw errors.incompleteSignature(
      `Date must be in ISO-8601 'basic format'. Got '${amzDate}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  if (amzDate.slice(0, 8) !== claim.date) {
    const quoted = `'${amzDate}'`;
    throw errors.invalidSignature(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${claim.date}' != '${amzDate.slice(0, 8)}', from ${quoted}.`,
    );
  }
  return ms;
}

/** The Date header counts when there is no X-Amz-Date; signers then sign its basic form. */
function basicDate(date: string | undefined): string | undefined {
  if (date === undefined) return undefined;
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? date : timestampToBasicIso(ms);
}

function signatureOf(authorization: string, signatureAt: number): string {
  const start = signatureAt + signatureLabel.length;
  if (start + signatureHexBytes === authorization.length) return authorization.slice(start);
  const comma = authorization.indexOf(',', start);
  return authorization.slice(start, comma < 0 ? undefined : comma).trim();
}

function payloadHashOf(request: HttpRequest): string {
  const declared = request.headers.get('x-amz-content-sha256');
  if (declared === unsignedPayload || declared === streamingPayload) return declared;
  const actual = hash('sha256', request.body, 'hex');
  if (declared !== undefined && declared !== actual) {
    throw errors.invalidSignature(
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return actual;
}

function checkSignature(signer: Signer, amzDate: string, signature: string, parts: CanonicalParts): void {
  const bytes = canonicalBytes(parts);
  if (bytes !== undefined && isSameSignature(signer.sign(amzDate, hash('sha256', bytes, 'hex')), signature))
    return;
  const canonical = canonicalRequest(parts);
  const requestHash = hash('sha256', canonical, 'hex');
  if (isSameSignature(signer.sign(amzDate, requestHash), signature)) return;
  for (const form of otherForms(canonical, parts)) {
    if (isSameSignature(signer.sign(amzDate, hash('sha256', form, 'hex')), signature)) return;
  }
  throw errors.signatureMismatch(canonical, `AWS4-HMAC-SHA256\n${amzDate}\n${signer.scope}\n${requestHash}`);
}

/** Forms that some signers use; each says the very same request, so accepting them gives nothing away. */
function otherForms(canonical: string, parts: CanonicalParts): Buffer[] {
  const forms: Buffer[] = [];
  // Header bytes above ASCII reach us as latin1 text; values of several lines were joined by the listener.
  const joined = canonical.replaceAll(', ', ',');
  if (joined !== canonical || !isAscii(canonical)) forms.push(Buffer.from(joined, 'latin1'));
  // curl (--aws-sigv4) signs the query as it stands.
  const { query } = parts.request;
  const isRaw = query !== '' && query !== parts.query && !isPresigned(parts.request);
  if (isRaw) forms.push(Buffer.from(canonicalRequest({ ...parts, query }), 'latin1'));
  return forms;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
