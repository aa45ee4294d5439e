// REST-JSON through the engine, with a toy service and without a socket: where each part of a request goes,
// whose path it is, and what errors look like.
import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../src/net/http.ts';
import { plainRequest, signedRequest, type Unsigned } from '../support/aws-signer.ts';
import { ask } from './exchange.ts';
import { loomService } from './toy-rest-service.ts';
import { createToy, toyNowMs, toyService } from './toy-service.ts';

const signing = { key: 'test', secret: 'test', region: 'eu-west-1', service: 'loom', atMs: toyNowMs };
const { aws } = createToy({ services: [loomService(), toyService, loomService('other')] });
const open = createToy({ services: [loomService(), toyService, loomService('other')], auth: 'none' }).aws;
const send = (parts: Unsigned, service = 'loom') =>
  ask(aws.handler, signedRequest({ ...signing, service }, parts));
const sendOpen = (request: HttpRequest) => ask(open.handler, request);

describe('a request', () => {
  test('is read from path, query string, headers and body', () => {
    const reply = send({
      method: 'PUT',
      path: '/looms/a%2Fb%20c/cloths/7',
      query: 'dry-run=true&Ratio=0.5&Since=2026-11-25T00%3A00%3A00Z&Colours=red&Colours=a%20b&Other=1',
      headers: { 'x-trace': 'on' },
      body: '{"At":1.5,"IsoAt":"2026-11-25T00:00:00Z","Count":3,"Unknown":1}',
    });
    expect([reply.status, reply.headers.get('x-trace')]).toEqual([201, 'on']);
    expect(reply.headers.get('content-type')).toBe('application/json');
    const { Read, ...shown } = reply.json();
    expect(JSON.parse(Read as string)).toEqual({
      Loom: 'a/b c',
      Cloth: 7,
      Dry: true,
      Ratio: 0.5,
      Since: Date.UTC(2026, 10, 25),
      Colours: ['red', 'a b'],
      Trace: 'on',
      At: 1500,
      IsoAt: Date.UTC(2026, 10, 25),
      Count: 3,
    });
    // The function hands back all that it got; of that only the members of the output's body are in the body.
    expect(shown).toEqual({ Loom: 'a/b c', At: 1.5, IsoAt: '2026-11-25T00:00:00.000Z' });
  });

  test('may write a space as a plus sign in its query string only', () => {
    const request = plainRequest({ method: 'PUT', path: '/looms/a+b/cloths/1', query: 'Colours=c+d' });
    const read = JSON.parse(sendOpen(request).json()['Read'] as string) as object;
    expect(read).toMatchObject({ Loom: 'a+b', Colours: ['c d'] });
  });

  test('may go without a body and without a slash at the end', () => {
    expect(send({ method: 'GET', path: '/looms' }).json()).toEqual({ Looms: ['a'] });
    expect(send({ method: 'GET', path: '/looms/' }).json()).toEqual({ Looms: ['a'] });
    expect(send({ method: 'PUT', path: '/looms/x/cloths/1' }).status).toBe(201);
  });

  test('of a literal path is not taken for a label', () => {
    expect(send({ method: 'GET', path: '/looms/newest' }).json()).toEqual({ Loom: 'the newest' });
    expect(send({ method: 'GET', path: '/looms/Newest' }).json()).toEqual({ Loom: 'Newest' });
  });

  test('has its whole body in one member, as bytes, text or JSON', () => {
    const bytes = Buffer.from([0, 255, 10]);
    const copy = send({ path: '/copies', body: bytes });
    expect([copy.status, copy.bytes]).toEqual([202, bytes]);
    expect(copy.headers.get('content-type')).toBe('image/png');
    expect(send({ path: '/plans', body: '{"Size":3}' }).body).toBe('{"Size":3}');
    expect(send({ path: '/copies' }).status).toBe(404);
    expect(send({ path: '/plans' }).body).toBe('');
  });

  test('without content has an empty answer', () => {
    expect(send({ method: 'DELETE', path: '/looms/x' })).toMatchObject({ status: 204, body: '' });
  });

  test.each([
    ['an escaped ARN', '/tags/arn%3Aaws%3Aother%3A%3A%3Aloom%2Fx'],
    ['an ARN with its slash', '/tags/arn:aws:other:::loom/x'],
  ])('takes the rest of the path: %s', (_what, path) => {
    expect(send({ path }).json()).toEqual({ Arn: 'arn:aws:other:::loom/x', Service: 'loom' });
  });
});

describe('what is wrong', () => {
  test.each([
    ['a bound of the body', { path: '/looms/x/cloths/1', body: '{"Count":6}' }, "at 'count'"],
    ['a bound of a label', { path: '/looms/xxxxxxxxxxx/cloths/1' }, "at 'loom'"],
    ['the type of a label', { path: '/looms/x/cloths/one' }, "at 'cloth'"],
    ['a type in the query', { path: '/looms/x/cloths/1', query: 'dry-run=perhaps' }, "at 'dry'"],
    ['an item in the query', { path: '/looms/x/cloths/1', query: 'Colours=yellow' }, "at 'colours'"],
  ])('%s is said with its place', (_what, parts, place) => {
    const reply = send({ method: 'PUT', ...parts });
    expect([reply.status, reply.headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationException']);
    expect(reply.json()['message']).toContain(place);
  });

  test('a body that is one member is checked too', () => {
    expect(send({ path: '/plans', body: '{"Size":6}' }).json()['message']).toContain("at 'plan.size'");
  });

  test.each([
    ['a body that is no JSON', { path: '/looms/x/cloths/1', body: '{' }],
    ['a body that is no object', { path: '/looms/x/cloths/1', body: '[]' }],
    ['a body that is no UTF-8', { path: '/looms/x/cloths/1', body: Buffer.from([0x22, 0xff, 0x22]) }],
  ])('%s is refused', (_what, parts) => {
    const reply = send({ method: 'PUT', ...parts });
    expect([reply.status, reply.headers.get('x-amzn-errortype')]).toEqual([400, 'SerializationException']);
  });

  test.each([
    plainRequest({ method: 'GET', path: '/looms/%zz' }),
    plainRequest({ method: 'PUT', path: '/looms/x/cloths/1', query: 'Colours=%ff' }),
  ])('a path or query that is not URL-encoded UTF-8 is refused', (request) => {
    expect(sendOpen(request).status).toBe(400);
  });

  test('an error has its own status, its name in a header, and what else its shape holds', () => {
    const reply = send({ method: 'GET', path: '/looms/none' });
    expect([reply.status, reply.headers.get('x-amzn-errortype')]).toEqual([404, 'LoomMissing']);
    expect(reply.json()).toEqual({ Type: 'User', message: 'There is no such loom.', loom: 'none' });
  });

  test('a signature that is wrong or missing is said in the same form', () => {
    const wrong = signedRequest({ ...signing, secret: 'wrong' }, { method: 'GET', path: '/looms' });
    const reply = ask(aws.handler, wrong);
    expect([reply.status, reply.headers.get('x-amzn-errortype')]).toEqual([403, 'InvalidSignatureException']);
    const missing = ask(aws.handler, plainRequest({ method: 'GET', path: '/looms' }));
    expect(missing.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });
});

describe('whose path it is', () => {
  const tag = '/tags/arn:aws:other:::x';
  const whose = (request: HttpRequest) => sendOpen(request).json()['Service'];

  test.each([
    ['the signature', signedRequest({ ...signing, service: 'other' }, { path: '/tags/x' }), 'other'],
    ['the signature, whatever the ARN', signedRequest(signing, { path: tag }), 'loom'],
    ['the host', plainRequest({ path: tag, headers: { host: 'loom.eu-west-1.localhost' } }), 'loom'],
    ['the ARN', plainRequest({ path: tag }), 'other'],
    ['the ARN, escaped', plainRequest({ path: '/tags/arn%3Aaws%3aother%3A%3A%3Ax' }), 'other'],
    ['a presigned URL', plainRequest({ path: tag, query: 'X-Amz-Credential=K%2FD%2FR%2Floom%2Fe' }), 'loom'],
    ['nothing: the first', plainRequest({ path: '/tags/x' }), 'loom'],
  ])('is told by %s', (_what, request, expected) => {
    expect(whose(request)).toBe(expected);
  });

  test('is unknown: its service says so', () => {
    for (const [method, path] of [
      ['GET', '/looms/a/b'],
      ['PATCH', '/looms/a'],
      ['POST', '/'],
      ['GET', '//'],
      ['POST', '/tags/'],
    ] as const) {
      const reply = send({ method, path });
      expect(reply.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
      expect(reply.json()['message']).toBe(`no ${method} ${path}`);
    }
  });

  test('does not matter to other wires', () => {
    const json = signedRequest(
      { ...signing, service: 'toy' },
      { path: '/looms', headers: { 'x-amz-target': 'Toy.Echo' }, body: '{}' },
    );
    expect(ask(aws.handler, json).body).toBe('{}');
    const query = signedRequest(
      { ...signing, service: 'toy' },
      { method: 'GET', path: '/looms', query: 'Action=Echo' },
    );
    expect(ask(aws.handler, query).body).toContain('<EchoResult/>');
    const hosted = plainRequest({ body: 'Action=Open', headers: { host: 'loom.example.com' } });
    expect(ask(aws.handler, hosted).body).toContain('<OpenResult>');
    expect(ask(aws.handler, plainRequest({ method: 'GET', path: '/nothing' })).status).toBe(404);
  });
});

test('a row whose path and labels do not fit is refused at once', () => {
  const broken = (uri: string) => () =>
    createToy({
      services: [
        (deps) => {
          const module = loomService()(deps);
          const { GetLoom } = module.service.operations as unknown as { GetLoom: object };
          const operations = { GetLoom: { ...GetLoom, http: { method: 'GET', uri } } };
          return { ...module, service: { ...module.service, operations } as never };
        },
      ],
    });
  expect(broken('/looms/{Name}')).toThrow('Name is not marked as a label');
  expect(broken('/looms')).toThrow('there is no place for Loom');
});

test('the description names the wire', () => {
  expect(aws.describe().map(({ wires }) => wires)).toEqual([['rest'], ['json', 'query'], ['rest']]);
});
