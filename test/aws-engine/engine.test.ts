// The whole way of a request through the engine, with a toy service and without a socket: routing, both
// wires, both halves of errors, answers that come later, clients that go away.
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../src/base/assert.ts';
import type { HttpRequest } from '../../src/net/http.ts';
import { Sessions, type IssuedSession } from '../../src/protocols/aws/engine/identity/sessions.ts';
import type { Call } from '../../src/protocols/aws/engine/service.ts';
import { plainRequest, presignedRequest, signedRequest, type Unsigned } from '../support/aws-signer.ts';
import { ask, KeptReply } from './exchange.ts';
import { createToy, toyNowMs, toyService } from './toy-service.ts';

const signing = { key: 'test', secret: 'test', region: 'eu-west-1', service: 'toy', atMs: toyNowMs };
const json = (operation: string, body: unknown, headers: Record<string, string> = {}): HttpRequest =>
  signedRequest(signing, {
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `Toy.${operation}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const queryMode = { 'x-amzn-query-mode': 'true' };
const form = (body: string, parts: Unsigned = {}): HttpRequest => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...parts.headers };
  return signedRequest(signing, { ...parts, headers, body });
};

describe('JSON', () => {
  test('comes back as it went in', () => {
    const { aws } = createToy();
    const input = {
      Text: 'é',
      Count: 3,
      Flag: true,
      Data: 'AQI=',
      At: 1.5,
      Names: ['a'],
      Labels: { k: 'v' },
      Parts: [{ Id: '1', Data: 'AA==' }],
    };
    const reply = ask(aws.handler, json('Echo', { ...input, Unknown: 1, Words: null }));
    expect(reply.status).toBe(200);
    expect(reply.json()).toEqual(input);
    expect(reply.headers.get('content-type')).toBe('application/x-amz-json-1.0');
    expect(reply.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('may be posted to any path, and be empty', () => {
    const { aws } = createToy();
    const headers = { 'x-amz-target': 'Toy.Echo' };
    expect(
      ask(aws.handler, signedRequest(signing, { headers, path: '/000000000000/orders', body: '{}' })).body,
    ).toBe('{}');
    expect(ask(aws.handler, signedRequest(signing, { headers, body: '' })).body).toBe('{}');
  });

  test('without output members is an empty body', () => {
    const reply = ask(createToy().aws.handler, json('Purge', { Queue: 'q' }));
    expect([reply.status, reply.body]).toEqual([200, '']);
  });

  test.each([
    ['{"Text":', 'com.amazon.coral.service#SerializationException'],
    ['[]', 'com.amazon.coral.service#SerializationException'],
    ['{"Text":"a"} x', 'com.amazon.coral.service#SerializationException'],
    ['{"Text":1}', 'com.amazon.coral.service#ValidationException'],
    [JSON.stringify({ Text: 'x'.repeat(21) }), 'com.amazon.coral.service#ValidationException'],
  ])('%.30s is refused', (body, type) => {
    const reply = ask(createToy().aws.handler, json('Echo', body));
    expect([reply.status, reply.json()['__type']]).toEqual([400, type]);
  });

  test('that is not UTF-8 is refused', () => {
    const request = { ...json('Echo', '{"Text":"x"}') };
    const body = Buffer.from('{"Text":"\xff"}', 'latin1');
    const signed = signedRequest(signing, { headers: { 'x-amz-target': 'Toy.Echo' }, body });
    expect(ask(createToy().aws.handler, signed).json()['__type']).toContain('SerializationException');
    expect(ask(createToy().aws.handler, request).status).toBe(200);
  });

  test('has both halves of an error for clients in query mode, and status 400 for others', () => {
    const { aws } = createToy();
    const plain = ask(aws.handler, json('Purge', { Queue: 'none' }));
    const compatible = ask(aws.handler, json('Purge', { Queue: 'none' }, queryMode));
    for (const reply of [plain, compatible]) {
      expect(reply.json()).toEqual({
        __type: 'com.example.toy#ToyMissing',
        message: 'There is no such "toy".',
      });
      expect(reply.headers.get('x-amzn-query-error')).toBe('Toy.Missing;Sender');
    }
    expect([plain.status, compatible.status]).toEqual([400, 404]);
  });

  test('that is longer than its service takes is refused unread', () => {
    const reply = ask(createToy().aws.handler, json('Echo', 'x'.repeat(100_001), queryMode));
    expect(reply.status).toBe(413);
    expect(reply.headers.get('x-amzn-query-error')).toBe('RequestEntityTooLarge;Sender');
    expect(ask(createToy().aws.handler, form(`Action=Echo&Text=${'x'.repeat(100_000)}`)).status).toBe(413);
  });

  test('of an unknown operation or service says so before it asks who you are', () => {
    const { aws } = createToy();
    const unknown = ask(
      aws.handler,
      plainRequest({ headers: { 'x-amz-target': 'Toy.Nothing' }, body: '{}' }),
    );
    expect(unknown.json()).toEqual({
      __type: 'com.amazon.coral.service#UnknownOperationException',
      message: 'no Nothing',
    });
    for (const target of ['Other.Echo', 'Echo', '', 'Toy.Echo.', 'constructor.toString']) {
      const reply = ask(aws.handler, plainRequest({ headers: { 'x-amz-target': target }, body: '{}' }));
      expect([reply.status, reply.json()['__type']]).toEqual([
        400,
        'com.amazon.coral.service#UnknownOperationException',
      ]);
    }
  });
});

describe('Query', () => {
  test('answers in XML', () => {
    const { aws } = createToy();
    const reply = ask(
      aws.handler,
      form('Action=Echo&Version=2020-02-02&Text=a%3Cb&Name.1=x&Label.1.Name=k&Label.1.Value=v'),
    );
    const id = reply.headers.get('x-amzn-requestid');
    expect(reply.body).toBe(
      '<?xml version="1.0"?><EchoResponse xmlns="http://toy.example/doc/"><EchoResult>' +
        '<Text>a&lt;b</Text><Name>x</Name>' +
        '<Label><Name>k</Name><Value>v</Value></Label></EchoResult>' +
        `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></EchoResponse>`,
    );
    expect(reply.headers.get('content-type')).toBe('text/xml');
  });

  test('has no result element without output, and an empty one without values', () => {
    const { aws } = createToy();
    expect(ask(aws.handler, form('Action=Purge&Queue=q')).body).toMatch(/doc\/"><ResponseMetadata>/);
    expect(ask(aws.handler, form('Action=Echo')).body).toContain('<EchoResult/>');
  });

  test('may be a GET, a presigned one too', () => {
    const { aws } = createToy();
    expect(
      ask(aws.handler, signedRequest(signing, { method: 'GET', query: 'Action=Echo&Text=hi' })).body,
    ).toContain('<Text>hi</Text>');
    expect(ask(aws.handler, presignedRequest(signing, { query: 'Action=Echo&Text=hi' }, 60)).body).toContain(
      '<Text>hi</Text>',
    );
  });

  test('answers in JSON of the same tree when asked to', () => {
    const { aws } = createToy();
    const headers = { accept: 'application/json' };
    const reply = ask(aws.handler, form('Action=Wait', { headers }));
    expect(reply.json()).toEqual({
      WaitResponse: {
        WaitResult: { Seen: 'done' },
        ResponseMetadata: { RequestId: reply.headers.get('x-amzn-requestid') },
      },
    });
    const error = ask(aws.handler, form('Action=Purge&Queue=none', { headers }));
    expect(error.json()).toMatchObject({ Error: { Code: 'Toy.Missing', Type: 'Sender' } });
  });

  test('errors have the code, the real status and escaped text', () => {
    const reply = ask(createToy().aws.handler, form('Action=Purge&Queue=none'));
    expect(reply.status).toBe(404);
    expect(reply.body).toBe(
      '<?xml version="1.0"?><ErrorResponse xmlns="http://toy.example/doc/"><Error>' +
        '<Type>Sender</Type><Code>Toy.Missing</Code>' +
        '<Message>There is no such &quot;toy&quot;.</Message><Detail/></Error>' +
        `<RequestId>${reply.headers.get('x-amzn-requestid')}</RequestId></ErrorResponse>`,
    );
  });

  test.each([
    ['Action=Nothing', 400, '<Code>InvalidAction</Code>'],
    ['Action=Purge', 400, '<Code>ValidationError</Code>'],
    ['Action=Echo&Text=%zz', 400, '<Code>MalformedQueryString</Code>'],
    ['Action=Echo&Count=many', 400, '<Code>ValidationError</Code>'],
  ])('%s is refused', (body, status, text) => {
    const reply = ask(createToy().aws.handler, form(body));
    expect(reply.status).toBe(status);
    expect(reply.body).toContain(text);
  });

  describe('with an action that two services have', () => {
    const named =
      (id: string, apiVersion: string): typeof toyService =>
      (deps) => {
        const module = toyService(deps);
        const handlers = { ...module.handlers, Open: () => ({ Who: id }) };
        return { ...module, handlers, service: { ...module.service, id, apiVersion, targetPrefix: id } };
      };
    const { aws } = createToy({ services: [named('toy', '2020-02-02'), named('doll', '2021-01-01')] });
    const whose = (request: HttpRequest) => /<Who>(.*)<\/Who>/.exec(ask(aws.handler, request).body)?.[1];
    const body = 'Action=Open';

    test.each<[string, HttpRequest, string]>([
      [
        'the signature',
        signedRequest({ ...signing, service: 'doll' }, { body: `${body}&Version=2020-02-02` }),
        'doll',
      ],
      ['a presigned URL', presignedRequest({ ...signing, service: 'doll' }, { query: body }, 60), 'doll'],
      ['the host', plainRequest({ body, headers: { host: 'doll.us-east-1.localhost:4566' } }), 'doll'],
      ['the version', plainRequest({ body: `${body}&Version=2021-01-01` }), 'doll'],
      ['nothing: the first', plainRequest({ body }), 'toy'],
    ])('it is told by %s', (_what, request, expected) => {
      expect(whose(request)).toBe(expected);
    });
  });

  test('of no known service is an invalid action', () => {
    const request = plainRequest({ body: 'Action=Launch&Version=2099-01-01' });
    const reply = ask(createToy().aws.handler, request);
    expect(reply.body).toContain(
      '<Message>Could not find operation Launch for version 2099-01-01.</Message>',
    );
  });

  test.each([
    plainRequest({ method: 'GET' }),
    plainRequest({ method: 'GET', query: 'x=1' }),
    plainRequest({ body: 'x=1' }),
  ])('without an action there is nothing', (request) => {
    const reply = ask(createToy().aws.handler, request);
    expect([reply.status, reply.body]).toEqual([404, '<UnknownOperationException/>']);
  });
});

describe('who calls', () => {
  test('is missing: each wire says it in its way', () => {
    const { aws } = createToy();
    const headers = { 'x-amz-target': 'Toy.Echo', ...queryMode };
    const reply = ask(aws.handler, plainRequest({ headers, body: '{}' }));
    expect(reply.status).toBe(403);
    expect(reply.json()['__type']).toBe('com.amazon.coral.service#MissingAuthenticationTokenException');
    expect(reply.headers.get('x-amzn-query-error')).toBe('MissingAuthenticationToken;Sender');
    expect(ask(aws.handler, plainRequest({ body: 'Action=Echo' })).body).toContain(
      '<Code>MissingAuthenticationToken</Code>',
    );
  });

  test('does not matter to an open operation, unless he signs', () => {
    const { aws } = createToy();
    expect(ask(aws.handler, plainRequest({ body: 'Action=Open' })).body).toContain('<Who>anonymous</Who>');
    expect(ask(aws.handler, form('Action=Open')).body).toContain('<Who>arn:aws:iam::000000000000:root</Who>');
    const wrong = signedRequest({ ...signing, secret: 'wrong' }, { body: 'Action=Open' });
    expect(ask(aws.handler, wrong).status).toBe(403);
  });

  test('decides with his policies', () => {
    const account = '111111111111';
    const policies = [
      JSON.stringify({ Statement: { Effect: 'Allow', Action: 'toy:*', Resource: '*:orders' } }),
    ];
    const users = [{ name: 'ann', account, accessKeys: [{ id: 'AKIAANN', secret: 's' }], policies }];
    const { aws } = createToy({ users });
    const purge = (Queue: string) =>
      ask(
        aws.handler,
        signedRequest({ ...signing, key: 'AKIAANN', secret: 's' }, { body: `Action=Purge&Queue=${Queue}` }),
      );
    expect(purge('orders').status).toBe(200);
    const denied = purge('other');
    expect(denied.status).toBe(403);
    expect(denied.body).toContain(
      `arn:aws:iam::${account}:user/ann may not toy:Purge on arn:aws:toy:eu-west-1:${account}:other`,
    );
    aws.replaceUsers([{ ...users[0]!, policies: [] }], []);
    expect(purge('orders').status).toBe(403);
  });

  test('is in a session no more than its session policies allow', () => {
    const account = '111111111111';
    const sessions = new Sessions(new Uint8Array(32).fill(7));
    const issue = (policies: readonly string[]) =>
      sessions.issue({
        expiresAtMs: toyNowMs + 60_000,
        subject: 'role',
        account,
        name: 'all',
        sessionName: 's',
        policies,
        isLoopbackOnly: false,
      });
    const { aws } = createToy({ roles: [{ name: 'all', account }] });
    const purge = ({ accessKeyId: key, secretAccessKey: secret, sessionToken: token }: IssuedSession) =>
      ask(aws.handler, signedRequest({ ...signing, key, secret, token }, { body: 'Action=Purge&Queue=q' }))
        .status;
    expect(purge(issue([]))).toBe(200);
    const other = { Statement: { Effect: 'Allow', Action: 'sqs:*', Resource: '*' } };
    expect(purge(issue([JSON.stringify(other)]))).toBe(403);
  });

  test('is whoever he says with auth none', () => {
    const { aws } = createToy({ auth: 'none', homeRegion: 'eu-north-1' });
    const open = (authorization?: string, host = 'localhost:4566') => {
      const headers = { host, ...(authorization === undefined ? {} : { authorization }) };
      return /<Who>(.*)<\/Who>/.exec(
        ask(aws.handler, plainRequest({ headers, body: 'Action=Open' })).body,
      )?.[1];
    };
    expect(open()).toBe('arn:aws:iam::000000000000:root');
    expect(
      open('AWS4-HMAC-SHA256 Credential=123456789012/20200101/us-east-1/toy/aws4_request, Signature=x'),
    ).toBe('arn:aws:iam::123456789012:root');
    expect(open('AWS4-HMAC-SHA256 Credential=whatever')).toBe('arn:aws:iam::000000000000:root');
    expect(open('Basic x')).toBe('arn:aws:iam::000000000000:root');
    const region = (headers: Record<string, string>) => {
      const { aws: seen } = createToy({ auth: 'none', homeRegion: 'eu-north-1', services: [regionTeller] });
      return /<Text>(.*)<\/Text>/.exec(
        ask(seen.handler, plainRequest({ headers, body: 'Action=Echo' })).body,
      )?.[1];
    };
    expect(region({})).toBe('eu-north-1');
    expect(region({ host: 'toy.ap-south-1.localhost:4566' })).toBe('ap-south-1');
    expect(
      region({ authorization: 'AWS4-HMAC-SHA256 Credential=a/20200101/us-west-2/toy/aws4_request' }),
    ).toBe('us-west-2');
  });

  test('an account of the configuration has twelve digits', () => {
    expect(() => createToy({ account: 'me' })).toThrow("account 'me' is not a number of 12 digits");
  });
});

const regionTeller: typeof toyService = (deps) => {
  const module = toyService(deps);
  return {
    ...module,
    handlers: {
      ...module.handlers,
      Echo: (_input: never, call: { region: string }) => ({ Text: call.region }),
    },
  };
};

describe('answers of the core', () => {
  test('are waited for without holding anything else up', () => {
    const { aws, broker } = createToy();
    broker.reply = undefined;
    const first = ask(aws.handler, json('Purge', { Queue: 'a' }));
    const second = ask(aws.handler, json('Purge', { Queue: 'b' }));
    expect([first.sendCount, second.sendCount]).toEqual([0, 0]);
    broker.sinks[1]!.reveal({ kind: 'done' });
    broker.sinks[0]!.reveal({ kind: 'error', error: { code: 'throttled', message: '', isRetryable: true } });
    expect([first.json()['__type'], second.status]).toEqual(['com.example.toy#ToyMissing', 200]);
  });

  test('go nowhere when the client is gone', () => {
    const { aws, broker } = createToy();
    broker.reply = undefined;
    const reply = ask(aws.handler, json('Purge', { Queue: 'a' }));
    expect(broker.sinks[0]!.isOpen()).toBe(true);
    reply.close();
    expect(broker.sinks[0]!.isOpen()).toBe(false);
    broker.sinks[0]!.reveal({ kind: 'done' });
    expect(reply.sendCount).toBe(0);
    expect(broker.cancelled).toEqual([]);
  });

  test('are withdrawn when a waiting receive loses its client', () => {
    const { aws, broker } = createToy();
    broker.reply = undefined;
    ask(aws.handler, json('Wait', {})).close();
    expect(broker.cancelled).toEqual([broker.sinks[0]]);
  });

  test('are sent once, whatever the handler does', () => {
    const careless: typeof toyService = (deps) => {
      const module = toyService(deps);
      const answerTwice = (_input: never, call: Call) => {
        call.submit({ kind: 'purge', entity: 1 }, () => ({ Text: 'first' }), undefined);
        return { Text: 'second' };
      };
      return { ...module, handlers: { ...module.handlers, Echo: answerTwice } };
    };
    const reply = ask(createToy({ services: [careless] }).aws.handler, json('Echo', {}));
    expect([reply.sendCount, reply.json()]).toEqual([1, { Text: 'first' }]);
  });

  test('are sent once, whatever the core does', () => {
    const { aws, broker } = createToy();
    const reply = ask(aws.handler, json('Purge', { Queue: 'a' }));
    broker.sinks[0]!.reveal({ kind: 'done' });
    expect(reply.sendCount).toBe(1);
  });

  test.each([
    ['', 200, undefined],
    ['throw', 404, 'Toy.Missing;Sender'],
    ['crash', 500, 'InternalFailure;Receiver'],
  ])('come through promises too (%s)', async (How, status, code) => {
    const { aws } = createToy();
    const reply = ask(aws.handler, json('Slow', { How }, queryMode));
    await new Promise((resolve) => setImmediate(resolve));
    expect([reply.status, reply.sendCount]).toEqual([status, 1]);
    expect(reply.headers.get('x-amzn-query-error')).toBe(code);
  });

  test('are errors of the framework when the operation does not model them', async () => {
    const reply = ask(createToy().aws.handler, json('Slow', { How: 'throw' }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(reply.json()['__type']).toBe('com.amazon.coral.service#ToyMissing');
  });

  test('that break an invariant end the process, not just the request', () => {
    const broken: typeof toyService = (deps) => {
      const module = toyService(deps);
      const fail = () => {
        throw new AssertionError('broken');
      };
      return { ...module, handlers: { ...module.handlers, Echo: fail } };
    };
    const { aws } = createToy({ services: [broken] });
    expect(() => aws.handler(json('Echo', {}), new KeptReply())).toThrow(AssertionError);
  });
});

test('a service without a function for one of its rows does not start', () => {
  const partial: typeof toyService = (deps) => ({ ...toyService(deps), handlers: {} });
  expect(() => createToy({ services: [partial] })).toThrow('toy: operation Echo has no handler');
});

test('the daemon can tell what is there', () => {
  expect(createToy().aws.describe()).toEqual([
    {
      id: 'toy',
      apiVersion: '2020-02-02',
      wires: ['json', 'query'],
      operations: ['Echo', 'Purge', 'Wait', 'Slow', 'Open'],
      limits: [],
    },
  ]);
});

test('output that cannot be written is an internal failure, not silence', async () => {
  const circular: { Text?: unknown } = {};
  circular.Text = circular;
  const broken: typeof toyService = (deps) => {
    const module = toyService(deps);
    const handlers = { ...module.handlers, Echo: () => circular, Slow: () => Promise.resolve(circular) };
    return { ...module, handlers };
  };
  const { aws } = createToy({ services: [broken] });
  const replies = [
    ask(aws.handler, json('Echo', {}, queryMode)),
    ask(aws.handler, json('Slow', {}, queryMode)),
  ];
  await new Promise((resolve) => setImmediate(resolve));
  expect(replies.map(({ status, sendCount }) => [status, sendCount])).toEqual([
    [500, 1],
    [500, 1],
  ]);
});
