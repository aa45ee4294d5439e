// E-mail through an SMTP server, text messages through an HTTP gateway, push messages through gateways that
// speak as Google's and Apple's do; all of them on loopback.
import { generateKeyPairSync, verify } from 'node:crypto';
import type { IncomingHttpHeaders, Http2Server, ServerHttp2Stream } from 'node:http2';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { AccessTokens } from '../../src/connectors/access-tokens.ts';
import { AddressGuard, loopbackRanges } from '../../src/connectors/address-guard.ts';
import type { Outcome } from '../../src/connectors/driver.ts';
import { SmtpTransport } from '../../src/connectors/email/smtp-transport.ts';
import { OutboundClient } from '../../src/connectors/http/outbound.ts';
import type { ApnsMessage } from '../../src/connectors/push/apns-transport.ts';
import { ApnsTransport } from '../../src/connectors/push/apns-transport.ts';
import { FcmTransport } from '../../src/connectors/push/fcm-transport.ts';
import { GatewaySessions } from '../../src/connectors/push/gateway-sessions.ts';
import { SmsGateway } from '../../src/connectors/sms/sms-gateway.ts';
import type { Answer, HttpEndpoint } from '../support/http-endpoint.ts';
import { answering, openEndpoint } from '../support/http-endpoint.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});
const never = new AbortController().signal;

function guard(): AddressGuard {
  const parsed = AddressGuard.parse(loopbackRanges);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function outbound(): OutboundClient {
  const client = new OutboundClient({ guard: guard() });
  open.push(client);
  return client;
}

async function endpoint(answer: Answer): Promise<HttpEndpoint> {
  const opened = await openEndpoint(answer);
  open.push(opened);
  return opened;
}

/** A pair of keys in PEM. */
function keyPair(kind: 'rsa' | 'ec'): { readonly privateKey: string; readonly publicKey: string } {
  const made =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey: made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: made.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

interface Jwt {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  readonly isValid: boolean;
}

function readJwt(token: string, publicKey: string): Jwt {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const parse = (text: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>;
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  const signed = Buffer.from(`${header}.${claims}`);
  const isValid = verify('sha256', signed, key, Buffer.from(signature, 'base64url'));
  return { header: parse(header), claims: parse(claims), isValid };
}

// --- e-mail ---

interface Received {
  readonly from: string;
  readonly to: string[];
  readonly text: string;
}

async function smtpServer(refuse: (address: string) => number | undefined = () => undefined) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      username === 'user' && password === 'right' ? done(null, { user: 'user' }) : done(new Error('no')),
    onRcptTo: ({ address }, _session, done) => {
      const responseCode = refuse(address);
      done(responseCode === undefined ? null : Object.assign(new Error('refused'), { responseCode }));
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const text = Buffer.concat(chunks).toString('utf8');
        received.push({ from, to: envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => new Promise<void>((resolve) => server.close(resolve)) });
  const { port } = server.server.address() as AddressInfo;
  return { port, received };
}

function smtp(port: number, more: { user?: string; password?: string } = {}): SmtpTransport {
  const transport = new SmtpTransport({ host: '127.0.0.1', port, isTls: false, timeoutMs: 5_000, ...more });
  open.push(transport);
  return transport;
}

const email = { from: 'no-reply@caudal.test', to: ['a@b.test'], subject: 'Hällo', text: 'One\nTwo' };

test('an e-mail arrives', async () => {
  const server = await smtpServer();
  const transport = smtp(server.port, { user: 'user', password: 'right' });
  const headers = { 'List-Unsubscribe': '<https://x.test/u>' };
  expect(await transport.send({ ...email, headers })).toEqual({ kind: 'delivered' });
  expect(server.received).toMatchObject([{ from: email.from, to: ['a@b.test'] }]);
  const text = server.received[0]?.text ?? '';
  expect(text).toContain('List-Unsubscribe: <https://x.test/u>');
  expect(text).toMatch(/Subject: =\?UTF-8\?/);
  expect(text).toContain('One\r\nTwo');
});

test('an address is one recipient and one header, whatever it says', async () => {
  const server = await smtpServer();
  const transport = smtp(server.port);
  await transport.send({ ...email, to: ['a@b.test, c@d.test'] });
  await transport.send({ ...email, to: ['a@b.test\r\nRCPT TO:<c@d.test>'], subject: 'x\r\nBcc: c@d.test' });
  const all = server.received.flatMap(({ to }) => to);
  expect(all).not.toContain('c@d.test');
  expect(server.received.map(({ text }) => /^bcc:/im.test(text))).not.toContain(true);
});

test('a refusal of the SMTP server is permanent or not, as it says', async () => {
  const server = await smtpServer((address) => (address.startsWith('gone') ? 550 : 451));
  const transport = smtp(server.port);
  const [gone, later] = [
    await transport.send({ ...email, to: ['gone@b.test'] }),
    await transport.send({ ...email, to: ['full@b.test'] }),
  ];
  expect(gone).toMatchObject({ kind: 'failed', code: 'smtp_550', isPermanent: true });
  expect(later).toMatchObject({ kind: 'failed', code: 'smtp_451', isPermanent: false });
  const wrong = smtp(server.port, { user: 'user', password: 'wrong' });
  expect(await wrong.send(email)).toMatchObject({ code: 'smtp_not_authorized', isPermanent: false });
  const nobody = await openEndpoint(answering(200));
  await nobody.close();
  expect(await smtp(nobody.port).send(email)).toMatchObject({ code: 'smtp_failed', isPermanent: false });
});

// --- text messages ---

test('a text message goes to the gateway in its form', async () => {
  const server = await endpoint(answering(201));
  const options = { client: outbound(), clock: systemClock, url: server.url, timeoutMs: 5_000 };
  const sms = { to: ['+4912'], text: 'häh & so', sender: 'Me', isTransactional: true };
  const form = new SmsGateway({
    ...options,
    headers: { authorization: 'Basic x' },
    format: 'form',
    fields: { to: 'To', text: 'Body', sender: 'From' },
    constants: { Account: '7' },
  });
  expect(await form.send(sms, never)).toEqual({ kind: 'delivered' });
  const json = new SmsGateway({
    ...options,
    headers: {},
    format: 'json',
    fields: { to: 'to', text: 'text' },
  });
  await json.send(sms, never);
  expect(server.seen.map(({ body }) => body)).toEqual([
    'Account=7&To=%2B4912&Body=h%C3%A4h+%26+so&From=Me',
    '{"to":"+4912","text":"häh & so"}',
  ]);
  expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Basic x' });
});

// --- push messages ---

test('FCM: one token for the account, the message to the device, what its errors mean', async () => {
  const { privateKey, publicKey } = keyPair('rsa');
  const unregistered = { error: { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] } };
  const server = await endpoint((request, response) => {
    if (request.path === '/token') return answering(200, '{"access_token":"tok"}')(request, response);
    const { token } = (JSON.parse(request.body) as { message: { token: string } }).message;
    if (token === 'gone') return answering(404, JSON.stringify(unregistered))(request, response);
    if (token === 'busy') return answering(503, '', { 'retry-after': '9' })(request, response);
    if (token === 'revoked') return answering(401)(request, response);
    return answering(200, '{}')(request, response);
  });
  const account = {
    projectId: 'p-1',
    clientEmail: 'me@p-1.test',
    privateKey,
    tokenUrl: `${server.url}/token`,
  };
  const fcm = new FcmTransport({
    client: outbound(),
    tokens: new AccessTokens(systemClock),
    clock: systemClock,
    endpoint: server.url,
  });
  const send = (to: string, changed = account): Promise<Outcome> =>
    fcm.send(
      { account: changed, to: [to], message: { notification: { body: 'hi' } }, timeoutMs: 5_000 },
      never,
    );
  expect(await send('device')).toEqual({ kind: 'delivered' });
  expect(await send('gone')).toMatchObject({ code: 'endpoint_gone', isPermanent: true });
  expect(await send('busy')).toMatchObject({ code: 'http_503', isPermanent: false, retryAfterMs: 9_000 });
  const [tokens, sent] = [
    server.seen.filter(({ path }) => path === '/token'),
    server.seen.filter(({ path }) => path !== '/token'),
  ];
  expect(tokens.length).toBe(1);
  const assertion = new URLSearchParams(tokens[0]?.body).get('assertion') ?? '';
  expect(readJwt(assertion, publicKey)).toMatchObject({
    isValid: true,
    header: { alg: 'RS256' },
    claims: { iss: 'me@p-1.test', aud: account.tokenUrl },
  });
  expect(sent[0]).toMatchObject({
    path: '/v1/projects/p-1/messages:send',
    headers: { authorization: 'Bearer tok' },
    body: '{"message":{"notification":{"body":"hi"},"token":"device"}}',
  });
  expect(await send('revoked')).toMatchObject({ code: 'http_401', isPermanent: false });
  await send('device');
  expect(server.seen.filter(({ path }) => path === '/token').length).toBe(2);
  expect(await send('device', { ...account, privateKey: 'none' })).toMatchObject({
    code: 'not_authorized',
    isPermanent: true,
  });
});

interface ApnsServer {
  readonly url: string;
  readonly seen: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  sessionCount(): number;
  /** Ends every connection, as a gateway does now and then. */
  endSessions(): void;
}

type Respond = (stream: ServerHttp2Stream, path: string) => void;

async function apnsServer(respond: Respond): Promise<ApnsServer> {
  const seen: ApnsServer['seen'] = [];
  const server: Http2Server = createHttp2Server();
  const sessions: { close(): void; destroy(): void }[] = [];
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, headers) => {
    let body = '';
    stream.setEncoding('utf8').on('data', (text: string) => (body += text));
    stream.on('error', () => {});
    stream.on('end', () => {
      seen.push({ headers, body });
      respond(stream, String(headers[':path']));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    sessionCount: () => sessions.length,
    endSessions: () => sessions.forEach((session) => session.close()),
  };
}

test('APNs: one connection and one token, the payload to the device, what its errors mean', async () => {
  const { privateKey, publicKey } = keyPair('ec');
  const server = await apnsServer((stream, path) => {
    const answers: Record<string, [number, string]> = {
      '/3/device/aa': [200, ''],
      '/3/device/bb': [410, 'Unregistered'],
      '/3/device/cc': [400, 'BadDeviceToken'],
      '/3/device/dd': [400, 'PayloadEmpty'],
      '/3/device/ee': [403, 'ExpiredProviderToken'],
      '/3/device/ff': [503, 'Shutdown'],
    };
    const [status, reason] = answers[path] ?? [0, ''];
    if (status === 0) return;
    stream.respond({ ':status': status });
    stream.end(reason === '' ? '' : JSON.stringify({ reason }));
  });
  const sessions = new GatewaySessions({ guard: guard() });
  open.push(sessions);
  const apns = new ApnsTransport({ sessions, tokens: new AccessTokens(systemClock), clock: systemClock });
  const credential = { kind: 'token', teamId: 'TEAM', keyId: 'KEY', privateKey } as const;
  const base = { endpoint: server.url, credential, topic: 'app', pushType: 'alert', payload: '{"aps":{}}' };
  const send = (to: string, more: Partial<ApnsMessage> = {}): Promise<Outcome> =>
    apns.send({ ...base, to: [to], timeoutMs: 5_000, ...more }, never);

  expect(await send('aa', { priority: 5, expiresAtSeconds: 0 })).toEqual({ kind: 'delivered' });
  const { headers, body } = server.seen[0] ?? { headers: {}, body: '' };
  expect(headers).toMatchObject({ 'apns-topic': 'app', 'apns-push-type': 'alert', 'apns-priority': '5' });
  expect([headers['apns-expiration'], body]).toEqual(['0', '{"aps":{}}']);
  const token = String(headers['authorization']).replace('bearer ', '');
  expect(readJwt(token, publicKey)).toMatchObject({
    isValid: true,
    header: { alg: 'ES256', kid: 'KEY' },
    claims: { iss: 'TEAM' },
  });
  expect(await send('bb')).toMatchObject({ code: 'endpoint_gone', isPermanent: true });
  expect(await send('cc')).toMatchObject({ code: 'endpoint_gone', isPermanent: true });
  expect(await send('dd')).toMatchObject({ code: 'apns_PayloadEmpty', isPermanent: true });
  expect(await send('ee')).toMatchObject({ code: 'apns_ExpiredProviderToken', isPermanent: false });
  expect(await send('ff')).toMatchObject({ code: 'apns_Shutdown', isPermanent: false });
  expect(await send('99', { timeoutMs: 100 })).toMatchObject({ code: 'timeout', isPermanent: false });
  expect(server.sessionCount()).toBe(1);
  // Nothing but digits reaches the path.
  expect(await send('../../x')).toMatchObject({ code: 'endpoint_gone', isPermanent: true });
});

test('APNs: another connection after the gateway ended one, and none to where it may not', async () => {
  const { privateKey } = keyPair('ec');
  const server = await apnsServer((stream) => {
    stream.respond({ ':status': 200 });
    stream.end();
  });
  const credential = { kind: 'token', teamId: 'TEAM', keyId: 'KEY', privateKey } as const;
  const base = { endpoint: server.url, credential, pushType: 'alert', payload: '{}', timeoutMs: 5_000 };
  const apnsOf = (sessions: GatewaySessions): ApnsTransport => {
    open.push(sessions);
    return new ApnsTransport({ sessions, tokens: new AccessTokens(systemClock), clock: systemClock });
  };
  const apns = apnsOf(new GatewaySessions({ guard: guard() }));
  expect(await apns.send({ ...base, to: ['aa'] }, never)).toEqual({ kind: 'delivered' });
  server.endSessions();
  const again = async (): Promise<string> => (await apns.send({ ...base, to: ['aa'] }, never)).kind;
  await expect.poll(again, { timeout: 10_000 }).toBe('delivered');
  expect(server.sessionCount()).toBe(2);

  const strict = AddressGuard.parse([]);
  if (!strict.ok) throw new Error(strict.error);
  const refusing = apnsOf(new GatewaySessions({ guard: strict.value }));
  expect(await refusing.send({ ...base, to: ['aa'] }, never)).toMatchObject({
    code: 'gateway_refused',
    isPermanent: true,
  });
  const named = server.url.replace('127.0.0.1', 'localhost');
  expect((await refusing.send({ ...base, endpoint: named, to: ['aa'] }, never)).kind).toBe('failed');
  const noKey = { ...credential, privateKey: 'none' };
  expect(await apns.send({ ...base, credential: noKey, to: ['aa'] }, never)).toMatchObject({
    code: 'not_authorized',
  });
});
