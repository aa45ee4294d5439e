// Connections: what each kind adds to a request, tokens that are kept, refused and fetched once, and secrets
// that open only where they belong.
import { expect, it } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { AccessTokens } from '../access-tokens.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http-client.ts';
import { AuthorizedClient } from './authorized-client.ts';
import type { Connection, OauthClient } from './connection.ts';
import { noParameters } from './connection.ts';
import { openSecret, sealSecret, secretKey } from './sealed-secret.ts';

const tokenUrl = 'https://login.test/token';
const oauth: OauthClient = {
  kind: 'oauth',
  tokenUrl,
  method: 'POST',
  clientId: 'id',
  clientSecret: 'se:cret',
  parameters: noParameters,
};
const basic = { kind: 'basic', username: 'u', password: 'p' } as const;

function answer(status: number, body = ''): HttpAnswer {
  return { kind: 'answered', status, headers: {}, body: Buffer.from(body), isTruncated: false };
}

interface World {
  readonly clock: ManualClock;
  readonly seen: HttpRequest[];
  send(request?: Partial<HttpRequest>): ReturnType<HttpClient['send']>;
}

function world(connection: Connection | undefined, api: (request: HttpRequest) => HttpAnswer): World {
  const clock = new ManualClock();
  const seen: HttpRequest[] = [];
  const client: HttpClient = {
    send: (request) => {
      seen.push(request);
      return Promise.resolve(api(request));
    },
  };
  const tokens = new AccessTokens(clock);
  const authorized = new AuthorizedClient({ client, tokens, clock, connection: () => connection });
  const base = { method: 'POST', url: 'https://api.test/x', headers: {}, body: '{"a":1}', timeoutMs: 5_000 };
  return { clock, seen, send: (more = {}) => authorized.send({ ...base, ...more }) };
}

const connectionOf = (auth: Connection['auth']): Connection => ({
  key: 'c/1',
  auth,
  parameters: noParameters,
});

/** Gives out t1, t2 ... for a minute each, and lets in only those that are valid. */
function tokenServer(isValid: (token: string) => boolean): (request: HttpRequest) => HttpAnswer {
  let count = 0;
  return ({ url, headers }) => {
    if (url.startsWith(tokenUrl)) return answer(200, `{"access_token":"t${++count}","expires_in":600}`);
    return answer(isValid((headers['Authorization'] ?? '').replace('Bearer ', '')) ? 200 : 401);
  };
}

it('adds basic authorization or a key, in place of what is there', async () => {
  const one = world(connectionOf(basic), () => answer(200));
  await one.send({ headers: { AUTHORIZATION: 'other' } });
  expect(one.seen[0]?.headers).toEqual({ Authorization: 'Basic dTpw' });
  const two = world(connectionOf({ kind: 'apiKey', name: 'X-Key', value: 'k' }), () => answer(200));
  await two.send();
  expect(two.seen[0]?.headers).toEqual({ 'X-Key': 'k' });
});

it('adds parameters to headers, query and a JSON object', async () => {
  const parameters = { headers: [['h', '1']], query: [['q', 'ä b']], body: [['b', '2']] } as const;
  const one = world({ key: 'c', auth: basic, parameters }, () => answer(200));
  await one.send({ url: 'https://api.test/x?y=1' });
  await one.send({ body: '[1]' });
  await one.send({ body: 'no json' });
  expect(one.seen[0]).toMatchObject({ url: 'https://api.test/x?y=1&q=%C3%A4+b', headers: { h: '1' } });
  expect(one.seen.map(({ body }) => body)).toEqual(['{"a":1,"b":"2"}', '[1]', 'no json']);
});

it('gets a token once, keeps it, and another before it expires', async () => {
  const one = world(
    connectionOf(oauth),
    tokenServer(() => true),
  );
  await Promise.all([one.send(), one.send(), one.send()]);
  const [first, ...calls] = one.seen;
  expect(first).toMatchObject({
    url: tokenUrl,
    body: 'grant_type=client_credentials',
    headers: {
      authorization: `Basic ${Buffer.from('id:se%3Acret').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
  });
  expect(calls.map(({ headers }) => headers['Authorization'])).toEqual([
    'Bearer t1',
    'Bearer t1',
    'Bearer t1',
  ]);
  one.clock.advance(539_999);
  await one.send();
  expect(one.seen.at(-1)?.headers['Authorization']).toBe('Bearer t1');
  one.clock.advance(1);
  await one.send();
  expect(one.seen.at(-1)?.headers['Authorization']).toBe('Bearer t2');
});

it('gets another token when one is refused, once', async () => {
  const one = world(
    connectionOf(oauth),
    tokenServer((token) => token !== 't1'),
  );
  expect(await one.send()).toMatchObject({ status: 200 });
  expect(one.seen.length).toBe(4);
  const never = world(
    connectionOf(oauth),
    tokenServer(() => false),
  );
  expect(await never.send()).toMatchObject({ status: 401 });
  expect(never.seen.length).toBe(4);
});

it('asks for the token as the connection says', async () => {
  const parameters = {
    headers: [['Authorization', 'own']],
    query: [['x', '1']],
    body: [['scope', 's']],
  } as const;
  const auth = { ...oauth, method: 'GET', parameters } as const;
  const one = world(
    connectionOf(auth),
    tokenServer(() => true),
  );
  await one.send();
  expect(one.seen[0]).toMatchObject({
    url: `${tokenUrl}?x=1&grant_type=client_credentials&scope=s`,
    headers: { authorization: 'own' },
  });
  expect(one.seen[0]?.body).toBeUndefined();
});

it.each([
  [answer(400, '{"error":"invalid_client"}'), 'the token endpoint answered 400: invalid_client'],
  [answer(200, 'no json'), 'the token endpoint answered without an access_token'],
  [answer(200, '{"access_token":"a\\r\\nb"}'), 'the token endpoint answered without an access_token'],
])('fails without a token', async (given, message) => {
  const one = world(connectionOf(oauth), () => given);
  expect(await one.send()).toEqual({ kind: 'failed', reason: 'not_authorized', message, isPermanent: false });
  expect(one.seen.length).toBe(1);
});

it('fails when the connection is gone', async () => {
  const one = world(undefined, () => answer(200));
  expect(await one.send()).toMatchObject({ kind: 'failed', reason: 'not_authorized' });
  expect(one.seen).toEqual([]);
});

it('seals a secret, and opens it only with its key, for its owner, undamaged', () => {
  const key = secretKey(Buffer.from('the secret of a directory'));
  const sealed = sealSecret(key, 'connection/7', 'geheim ✓');
  expect(openSecret(key, 'connection/7', sealed)).toEqual({ ok: true, value: 'geheim ✓' });
  expect(sealed).not.toContain('geheim');
  expect(sealSecret(key, 'connection/7', 'geheim ✓')).not.toBe(sealed);
  expect(openSecret(key, 'connection/8', sealed).ok).toBe(false);
  expect(openSecret(secretKey(Buffer.from('another')), 'connection/7', sealed).ok).toBe(false);
  const bytes = Buffer.from(sealed, 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] as number) ^ 1;
    expect(openSecret(key, 'connection/7', damaged.toString('base64url')).ok).toBe(false);
  }
  expect(openSecret(key, 'connection/7', '').ok).toBe(false);
});
