// What a request claims about its signer: parsed from the Authorization header or from the query string of a
// presigned URL. Parsing only; nothing in here is believed until verify.ts has seen the signature.
import { formValue, parseForm } from '../form.ts';
import type { HttpRequest } from '../../../../net/http.ts';
import { incompleteSignature, invalidSignature } from './errors.ts';
import type { SigningScope } from './signer.ts';

export interface Claim extends SigningScope {
  readonly accessKeyId: string;
  readonly signedHeaders: string;
  readonly headerNames: readonly string[];
}

/** A presigned URL's own claim, with what a header-signed request says elsewhere. */
export interface PresignedClaim extends Claim {
  readonly signature: string;
  readonly amzDate: string;
  readonly expiresSeconds: number;
  readonly sessionToken: string | undefined;
}

const scheme = 'AWS4-HMAC-SHA256';
const label = 'Signature=';
const signatureHexBytes = 64;
/** What a header's date is good for too; not every presigner writes X-Amz-Expires. */
const expiresDefaultSeconds = 900;

/**
 * The Authorization header is `prefix` + `Signature=...`; the prefix is the same for all requests of a client
 * and day, so verify.ts looks it up instead of parsing it again.
 */
export function signatureStart(authorization: string): number {
  // All SDKs put the signature last, so one comparison finds it; searching costs a third of a microsecond.
  const usual = authorization.length - label.length - signatureHexBytes;
  if (usual > 0 && authorization.startsWith(label, usual)) return usual;
  const start = authorization.lastIndexOf(label);
  return start < 0 ? authorization.length : start;
}

export function parseAuthorization(authorization: string, hasDate: boolean): Claim {
  const [algorithm, ...parts] = authorization.split(/[\s,]+/);
  const fields = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    if (equals > 0) fields.set(part.slice(0, equals), part.slice(equals + 1));
  }
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !fields.get(name));
  let problem = missing.map((name) => `Authorization header requires '${name}' parameter. `).join('');
  if (!hasDate) {
    problem += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  // What is missing is said first, whatever the scheme: a bearer token gets all sentences (recorded).
  if (problem !== '') throw incompleteSignature(`${problem}Authorization=${authorization}`);
  if (algorithm !== scheme) throw incompleteSignature(`Unsupported AWS 'algorithm': '${algorithm}'.`);
  return parseCredential(fields.get('Credential')!, fields.get('SignedHeaders')!);
}

/** The access key id may hold slashes in theory; the scope is the last four parts. */
function parseCredential(credential: string, signedHeaders: string): Claim {
  const parts = credential.split('/');
  const [date, region, service, terminator] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  if (!date || !region || !service || terminator !== 'aws4_request' || accessKeyId === '') {
    throw incompleteSignature(
      'Credential must have at least 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
        `got '${credential}'`,
    );
  }
  if (!isRegion(region)) throw invalidSignature('Credential should be scoped to a valid region. ');
  const headerNames = signedHeaders.split(';').map(interned);
  if (!headerNames.includes('host') && !headerNames.includes(':authority')) {
    throw invalidSignature("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (headerNames.some((name, i) => i > 0 && name <= headerNames[i - 1]!)) headerNames.sort();
  return { accessKeyId, date, region, service, signedHeaders: headerNames.join(';'), headerNames };
}

/**
 * As the names that requests are asked by: V8 compares those by address, and pieces of a text by character.
 */
function interned(name: string): string {
  return Object.keys({ [name]: true })[0] as string;
}

/** The region becomes part of every resource's name. */
export function isRegion(text: string): boolean {
  return text.length <= 64 && /^[A-Za-z0-9-]+$/.test(text);
}

export function isPresigned(request: HttpRequest): boolean {
  return request.query !== '' && /(?:^|&)X-Amz-Algorithm(?:[=&]|$)/.test(request.query);
}

export function parsePresigned(request: HttpRequest): PresignedClaim {
  const form = parseForm(request.query);
  const names = ['Algorithm', 'Credential', 'Signature', 'SignedHeaders', 'Date'];
  const missing = names.filter((name) => !formValue(form, `X-Amz-${name}`));
  if (missing.length > 0) {
    const list = missing.map((name) => `AWS query-string parameters must include 'X-Amz-${name}'. `).join('');
    throw incompleteSignature(`${list}Re-examine the query-string parameters.`);
  }
  if (formValue(form, 'X-Amz-Algorithm') !== scheme)
    throw incompleteSignature('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const expiresSeconds = Number(formValue(form, 'X-Amz-Expires') ?? expiresDefaultSeconds);
  const week = 604_800;
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 0 || expiresSeconds > week) {
    throw incompleteSignature(`X-Amz-Expires must be a number of seconds from 0 to ${week}.`);
  }
  return {
    ...parseCredential(formValue(form, 'X-Amz-Credential')!, formValue(form, 'X-Amz-SignedHeaders')!),
    signature: formValue(form, 'X-Amz-Signature')!,
    amzDate: formValue(form, 'X-Amz-Date')!,
    expiresSeconds,
    sessionToken: formValue(form, 'X-Amz-Security-Token'),
  };
}
