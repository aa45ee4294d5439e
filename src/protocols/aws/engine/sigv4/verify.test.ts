// Signatures of an independent signer (test/support/aws-signer.ts) against the verifier: what passes, and
// every way to be refused. Nothing here opens a socket or waits.
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { ManualClock } from '../../../../base/clock.ts';
import type { HttpRequest } from '../../../../net/http.ts';
import {
  chunkedRequest,
  plainRequest,
  presignedRequest,
  signedRequest,
  type Signing,
} from '../../../../../test/support/aws-signer.ts';
import { AwsError } from '../errors.ts';
import { Credentials } from '../identity/credentials.ts';
import { Sessions } from '../identity/sessions.ts';
import { SignatureVerifier } from './verify.ts';

const nowMs = Date.UTC(2026, 10, 25, 12, 0, 0);
const minute = 60_000;
const ann = { name: 'ann', account: '111111111111', accessKeys: [{ id: 'AKIAANN', secret: 's3cret/+' }] };
const signing: Signing = {
  key: 'AKIAANN',
  secret: 's3cret/+',
  region: 'eu-west-1',
  service: 'sqs',
  atMs: nowMs,
};
const parts = {
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
  body: '{"a":1}',
};

/** What verifying gives; an AwsError counts as an answer, any other error fails the test. */
function outcome<T>(verify: () => T): T | AwsError {
  try {
    return verify();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

function setUp() {
  const clock = new ManualClock(nowMs);
  const sessions = new Sessions(new Uint8Array(32));
  const credentials = new Credentials({
    users: [ann],
    roles: [],
    sessions,
    defaultAccount: '000000000000',
    hasDefaultKey: true,
  });
  const verifier = new SignatureVerifier(credentials, clock);
  const verify = (request: HttpRequest) => verifier.verify(request, 'sqs', false);
  const refusal = (request: HttpRequest): AwsError => {
    const result = outcome(() => verify(request));
    if (result instanceof AwsError) return result;
    throw new Error('was accepted');
  };
  return { clock, sessions, credentials, verify, refusal };
}

const changed = (request: HttpRequest, headers: Readonly<Record<string, string>>): HttpRequest => ({
  ...request,
  headers: new Map([...request.headers, ...Object.entries(headers)]),
});

describe('a signature in the header', () => {
  test('says who signs and for which region, the second time from what was kept', () => {
    const { verify } = setUp();
    for (let i = 0; i < 2; i++) {
      const verified = verify(signedRequest(signing, { ...parts, body: `{"n":${i}}` }));
      expect(verified.credential.identity.arn).toBe('arn:aws:iam::111111111111:user/ann');
      expect(verified.region).toBe('eu-west-1');
      expect(verified.body).toBeUndefined();
    }
  });

  test.each([
    ['the body', (request: HttpRequest) => ({ ...request, body: Buffer.from('{"a":2}') })],
    [
      'a signed header',
      (request: HttpRequest) => changed(request, { 'x-amz-target': 'AmazonSQS.DeleteQueue' }),
    ],
    ['the path', (request: HttpRequest) => ({ ...request, path: '/000000000000/other' })],
    ['the query', (request: HttpRequest) => ({ ...request, query: 'Action=DeleteQueue' })],
    ['the method', (request: HttpRequest) => ({ ...request, method: 'PUT' })],
  ])('does not cover another value of %s, also when its scope is kept', (_what, change) => {
    const { verify, refusal } = setUp();
    expect(refusal(change(signedRequest(signing, parts))).code).toBe('SignatureDoesNotMatch');
    verify(signedRequest(signing, parts));
    const error = refusal(change(signedRequest(signing, parts)));
    expect(error).toMatchObject({
      type: 'InvalidSignatureException',
      code: 'SignatureDoesNotMatch',
      status: 403,
    });
    expect(error.message).toContain('The Canonical String for this request should have been');
  });

  test('of clients that take turns says who each is', () => {
    const { verify } = setUp();
    const other: Signing = { ...signing, key: 'test', secret: 'test', region: 'eu-north-1' };
    for (let i = 0; i < 2; i++) {
      expect(verify(signedRequest(signing, parts)).region).toBe('eu-west-1');
      expect(verify(signedRequest(other, parts)).region).toBe('eu-north-1');
    }
  });

  test('alone says too little, whoever signed before', () => {
    const { verify, refusal } = setUp();
    const request = signedRequest(signing, parts);
    const authorization = request.headers.get('authorization')!;
    const bare = authorization.slice(authorization.indexOf('Signature='));
    for (let i = 0; i < 2; i++) {
      expect(verify(request).region).toBe('eu-west-1');
      expect(refusal(changed(request, { authorization: bare })).code).toBe('IncompleteSignature');
    }
  });

  test('over more headers than fit into what is kept for it', () => {
    const { verify, refusal } = setUp();
    const long = signedRequest(signing, {
      ...parts,
      headers: { ...parts.headers, 'x-long': 'a'.repeat(9000) },
    });
    expect(verify(long).region).toBe('eu-west-1');
    expect(refusal(changed(long, { 'x-long': 'b'.repeat(9000) })).code).toBe('SignatureDoesNotMatch');
  });

  test('is refused when it was made with another secret', () => {
    const { verify, refusal } = setUp();
    verify(signedRequest(signing, parts));
    expect(refusal(signedRequest({ ...signing, secret: 'guess' }, parts)).code).toBe('SignatureDoesNotMatch');
  });

  test('covers any path and query in the form that signers give them', () => {
    const { verify } = setUp();
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 4 }), text, (pairs, segment) => {
        const query = pairs.map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).join('&');
        fc.pre(segment !== '.' && segment !== '..');
        const path = `/1/${encodeURIComponent(segment)}`;
        expect(verify(signedRequest(signing, { ...parts, path, query })).region).toBe('eu-west-1');
      }),
      { numRuns: 200 },
    );
  });

  test('covers header values with runs of spaces, several values and bytes above ASCII', () => {
    const { verify } = setUp();
    const passes = (request: HttpRequest) => expect(verify(request).region).toBe('eu-west-1');
    passes(signedRequest(signing, { ...parts, headers: { ...parts.headers, 'x-note': 'a   b  c' } }));
    const joined = signedRequest(signing, { ...parts, headers: { ...parts.headers, 'x-note': 'a,b' } });
    passes(changed(joined, { 'x-note': 'a, b' }));
    const accented = signedRequest(signing, { ...parts, headers: { ...parts.headers, 'x-note': 'é' } });
    passes(changed(accented, { 'x-note': Buffer.from('é').toString('latin1') }));
  });

  test('covers a query that is signed as it stands, as curl does', () => {
    const { verify, refusal } = setUp();
    const query = 'b=x+y&a=(1)';
    const request = signedRequest(signing, { ...parts, query, isQueryRaw: true });
    expect(verify(request).region).toBe('eu-west-1');
    expect(refusal({ ...request, query: 'a=(1)&b=x+y' }).code).toBe('SignatureDoesNotMatch');
  });

  test('works with a Date header in place of X-Amz-Date', () => {
    const { verify } = setUp();
    const date = new Date(nowMs).toUTCString();
    expect(verify(signedRequest(signing, { ...parts, headers: { ...parts.headers, date } })).region).toBe(
      'eu-west-1',
    );
  });

  test('of an unknown key is UnrecognizedClient, InvalidClientTokenId for Query clients', () => {
    const error = setUp().refusal(signedRequest({ ...signing, key: 'AKIANOBODY' }, parts));
    expect(error).toMatchObject({
      type: 'UnrecognizedClientException',
      code: 'InvalidClientTokenId',
      status: 403,
    });
  });

  test('must be scoped to the service and to a date that is its own', () => {
    const { refusal } = setUp();
    expect(refusal(signedRequest({ ...signing, service: 'sns' }, parts)).message).toBe(
      "Credential should be scoped to correct service: 'sqs'. ",
    );
    const request = signedRequest(signing, parts);
    const other = request.headers.get('authorization')!.replace('/20261125/', '/20261124/');
    expect(refusal(changed(request, { authorization: other })).message).toBe(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        "'20261124' != '20261125', from '20261125T120000Z'.",
    );
    const nowhere = request.headers.get('authorization')!.replace('eu-west-1', 'eu_west$');
    expect(refusal(changed(request, { authorization: nowhere })).message).toContain('valid region');
  });

  test.each([-14, 0, 14])('made %i minutes from now passes', (minutes) => {
    const { verify } = setUp();
    const request = signedRequest({ ...signing, atMs: nowMs + minutes * minute }, parts);
    expect(verify(request).region).toBe('eu-west-1');
  });

  test('made more than 15 minutes from now does not', () => {
    const { refusal } = setUp();
    expect(refusal(signedRequest({ ...signing, atMs: nowMs - 16 * minute }, parts)).message).toBe(
      'Signature expired: 20261125T114400Z is now earlier than 20261125T114500Z (20261125T120000Z - 15 min.)',
    );
    expect(refusal(signedRequest({ ...signing, atMs: nowMs + 16 * minute }, parts)).message).toBe(
      'Signature not yet current: 20261125T121600Z is still later than 20261125T121500Z ' +
        '(20261125T120000Z + 15 min.)',
    );
  });

  test('grows old although its scope is kept', () => {
    const { verify, refusal, clock } = setUp();
    const request = signedRequest(signing, parts);
    verify(request);
    clock.advance(16 * minute);
    expect(refusal(request).message).toContain('Signature expired');
  });

  test('that is no signature says what it lacks', () => {
    const { refusal } = setUp();
    expect(refusal(plainRequest(parts)).type).toBe('MissingAuthenticationTokenException');
    const bare = 'AWS4-HMAC-SHA256 SignedHeaders=host';
    const error = refusal(plainRequest({ ...parts, headers: { authorization: bare } }));
    expect(error).toMatchObject({ type: 'IncompleteSignatureException', status: 400 });
    expect(error.message).toBe(
      "Authorization header requires 'Credential' parameter. " +
        "Authorization header requires 'Signature' parameter. " +
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " +
        `Authorization=${bare}`,
    );
    const bearer = refusal(plainRequest({ ...parts, headers: { authorization: 'Bearer abc' } }));
    expect(bearer.code).toBe('IncompleteSignature');
    expect(bearer.message).toMatch(/^(Authorization header requires [^.]+\. ){4}Authorization=Bearer abc$/);
    const spaced = { authorization: 'AWS4- Signature=b Credential=a', 'x-amz-date': 'a' };
    expect(refusal(plainRequest({ ...parts, headers: spaced })).message).toBe(
      "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4- Signature=b Credential=a",
    );
    const other = signedRequest(signing, parts).headers.get('authorization')!.replace('HMAC-SHA256', 'X');
    expect(refusal(changed(signedRequest(signing, parts), { authorization: other })).message).toBe(
      "Unsupported AWS 'algorithm': 'AWS4-X'.",
    );
    const noHost = signedRequest(signing, parts);
    const authorization = noHost.headers.get('authorization')!.replace('host;', '');
    expect(refusal(changed(noHost, { authorization })).message).toContain("must be a 'SignedHeader'");
    const badDate = refusal(changed(signedRequest(signing, parts), { 'x-amz-date': 'yesterday' }));
    expect(badDate.message).toContain("Date must be in ISO-8601 'basic format'. Got 'yesterday'.");
  });

  test('never makes anything but an AwsError out of junk', () => {
    const { verify } = setUp();
    const good = signedRequest(signing, parts).headers.get('authorization')!;
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(30), fc.string(), (at, count, junk) => {
        const authorization = good.slice(0, at) + junk + good.slice(at + count);
        fc.pre(authorization !== good);
        const request = changed(signedRequest(signing, parts), { authorization });
        // Only what still says the same may pass: a space, another order of the same fields.
        expect(outcome(() => verify(request))).toSatisfy(
          (result: unknown) => result instanceof AwsError || authorization.includes(good.slice(-64)),
        );
      }),
    );
  });
});

describe('the payload', () => {
  test('may be left unsigned', () => {
    const { verify } = setUp();
    const headers = { ...parts.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const request = signedRequest(signing, { ...parts, headers }, 'UNSIGNED-PAYLOAD');
    expect(verify({ ...request, body: Buffer.from('anything') }).region).toBe('eu-west-1');
  });

  test('must have the hash that is declared', () => {
    const { refusal } = setUp();
    const headers = { ...parts.headers, 'x-amz-content-sha256': 'a'.repeat(64) };
    expect(refusal(signedRequest(signing, { ...parts, headers }, 'a'.repeat(64))).message).toBe(
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  });

  test('comes out of signed chunks whole', () => {
    const { verify } = setUp();
    const verified = verify(chunkedRequest(signing, parts, ['{"a":', 'x'.repeat(70_000), '}']));
    expect(verified.body?.toString()).toBe(`{"a":${'x'.repeat(70_000)}}`);
    expect(verify(chunkedRequest(signing, parts, [])).body?.length).toBe(0);
  });

  test.each([
    ['a changed byte', (body: string) => body.replace('hello', 'hellO')],
    ['a changed signature', (body: string) => body.replace(/signature=./, 'signature=g')],
    [
      'chunks in another order',
      (body: string) =>
        body
          .split(/(?=6;)/)
          .toReversed()
          .join(''),
    ],
    ['a missing end', (body: string) => body.slice(0, body.indexOf('0;chunk'))],
    ['a size that is none', (body: string) => `zz${body}`],
    ['a size beyond the body', (body: string) => body.replace('6;', 'ffffffff;')],
    ['nothing', () => ''],
  ])('is refused with %s in its chunks', (_what, change) => {
    const { refusal } = setUp();
    const request = chunkedRequest(signing, parts, ['hello ', 'world!']);
    const body = change(request.body.toString());
    expect(body).not.toBe(request.body.toString());
    expect(refusal({ ...request, body: Buffer.from(body) }).code).toBe('SignatureDoesNotMatch');
  });
});

describe('a presigned URL', () => {
  const query = 'Action=SendMessage&MessageBody=a%20b%2Bc';

  test('passes until it expires', () => {
    const { verify, refusal, clock } = setUp();
    const request = presignedRequest(signing, { path: '/111111111111/orders', query }, 3600);
    expect(verify(request).credential.accessKeyId).toBe('AKIAANN');
    clock.advance(59 * minute);
    verify(request);
    clock.advance(2 * minute);
    expect(refusal(request)).toMatchObject({ code: 'RequestExpired', status: 400 });
  });

  test('covers its query, its body and its time', () => {
    const { refusal, verify } = setUp();
    const request = presignedRequest(signing, { query }, 60);
    expect(refusal({ ...request, query: request.query.replace('a%20b', 'x') }).code).toBe(
      'SignatureDoesNotMatch',
    );
    expect(refusal({ ...request, body: Buffer.from('x') }).code).toBe('SignatureDoesNotMatch');
    const early = presignedRequest({ ...signing, atMs: nowMs + 16 * minute }, { query }, 60);
    expect(refusal(early).message).toContain('Signature not yet current');
    verify(presignedRequest(signing, { method: 'POST', query, body: 'x=y' }, 60));
  });

  test('says what it lacks, and may not be signed twice', () => {
    const { refusal } = setUp();
    const request = presignedRequest(signing, { query }, 60);
    const cut = { ...request, query: request.query.replace(/&X-Amz-SignedHeaders=[^&]+/, '') };
    expect(refusal(cut).message).toBe(
      "AWS query-string parameters must include 'X-Amz-SignedHeaders'. " +
        'Re-examine the query-string parameters.',
    );
    const bare = ['Algorithm', 'Credential', 'Signature', 'SignedHeaders', 'Date'];
    expect(refusal({ ...request, query: 'X-Amz-Algorithm' }).message).toBe(
      bare.map((name) => `AWS query-string parameters must include 'X-Amz-${name}'. `).join('') +
        'Re-examine the query-string parameters.',
    );
    const both = changed(request, {
      authorization: signedRequest(signing, parts).headers.get('authorization')!,
    });
    expect(refusal(both).message).toContain("Found both 'X-Amz-Algorithm' as a query-string param");
    expect(
      refusal({ ...request, query: request.query.replace('Expires=60', 'Expires=9999999') }).status,
    ).toBe(400);
  });

  test('is good for fifteen minutes when it does not say', () => {
    const { verify, refusal, clock } = setUp();
    const request = presignedRequest(signing, { query }, undefined);
    clock.advance(15 * minute);
    verify(request);
    clock.advance(1000);
    expect(refusal(request).message).toBe('Request has expired.');
  });
});

describe('keys', () => {
  const root: Signing = { ...signing, key: 'test', secret: 'test' };

  test('the built-in one works from loopback only, also after it worked from there', () => {
    const { verify, refusal } = setUp();
    expect(verify(signedRequest(root, parts)).credential.identity.arn).toBe('arn:aws:iam::000000000000:root');
    const stranger = { ...signedRequest(root, parts), isLoopback: false, remoteAddress: '192.0.2.1' };
    expect(refusal(stranger).code).toBe('InvalidClientTokenId');
    verify({ ...signedRequest(signing, parts), isLoopback: false });
    expect(verify(signedRequest({ ...root, token: 'test' }, parts)).credential.accessKeyId).toBe('test');
  });

  test('of a session need its token, and end with it', () => {
    const { verify, refusal, sessions, clock } = setUp();
    const issued = sessions.issue({
      expiresAtMs: nowMs + 5 * minute,
      subject: 'user',
      account: ann.account,
      name: 'ann',
      sessionName: '',
      policies: [],
      isLoopbackOnly: false,
    });
    const session = { ...signing, key: issued.accessKeyId, secret: issued.secretAccessKey };
    const withToken = { ...session, token: issued.sessionToken };
    expect(verify(signedRequest(withToken, parts)).credential.identity.userName).toBe('ann');
    verify(presignedRequest(withToken, { query: 'Action=ListQueues' }, 60));
    expect(refusal(signedRequest(session, parts)).code).toBe('InvalidClientTokenId');
    expect(refusal(signedRequest({ ...withToken, token: 'junk' }, parts)).code).toBe('InvalidClientTokenId');
    clock.advance(5 * minute);
    expect(refusal(signedRequest(withToken, parts))).toMatchObject({
      type: 'ExpiredTokenException',
      code: 'ExpiredToken',
    });
  });

  test('that were taken away stop at once, kept or not', () => {
    const { verify, refusal, credentials } = setUp();
    verify(signedRequest(signing, parts));
    credentials.replace([], []);
    expect(refusal(signedRequest(signing, parts)).code).toBe('InvalidClientTokenId');
  });
});
