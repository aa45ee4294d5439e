// A service of the Coral kind through the whole engine: both wires, types before bounds, the recorded
// answers of its front end. And what must not change for the service beside it.
import { describe, expect, test } from 'vitest';
import { plainRequest, signedRequest, type Unsigned } from '../support/aws-signer.ts';
import { ask } from './exchange.ts';
import { Tide } from './tide-service.ts';
import { createToy, toyNowMs, toyService } from './toy-service.ts';
import { cbor as sdkCbor, dateToTag } from '@smithy/core/cbor';
import type { HttpRequest } from '../../src/net/http.ts';

const jsonType = 'application/x-amz-json-1.1';
const cborType = 'application/x-amz-cbor-1.1';
const signing = { key: 'test', secret: 'test', region: 'eu-west-1', service: 'kinesis', atMs: toyNowMs };

const create = () => createToy({ services: [toyService, new Tide().service] }).aws;

function request(operation: string, type: string, body: string | Buffer): HttpRequest {
  const headers = { 'content-type': type, 'x-amz-target': `Kinesis_20131202.${operation}` };
  return signedRequest(signing, { headers, body });
}
const json = (operation: string, input: unknown): HttpRequest =>
  request(operation, jsonType, typeof input === 'string' ? input : JSON.stringify(input));
const cbor = (operation: string, input: unknown): HttpRequest =>
  request(operation, cborType, Buffer.from(sdkCbor.serialize(input)));

/** Status, content type and decoded body of an answer. */
function answerOf(asked: HttpRequest) {
  const reply = ask(create().handler, asked);
  const type = reply.headers.get('content-type');
  const isEmpty = reply.bytes.length === 0;
  const decode = (): unknown =>
    type === cborType ? sdkCbor.deserialize(reply.bytes) : JSON.parse(reply.body);
  return { status: reply.status, type, body: isEmpty ? undefined : decode() };
}

describe('wires', () => {
  test('JSON 1.1 comes back as it went in', () => {
    const input = { Text: 'é', Limit: 3, Flag: true, Data: 'AQI=', At: 1.5, Names: ['a'], Tags: { k: 'v' } };
    expect(answerOf(json('Echo', { ...input, Other: 1, Records: null }))).toEqual({
      status: 200,
      type: jsonType,
      body: input,
    });
  });

  test('CBOR comes back as it went in', () => {
    const input = { Text: 'é', Limit: 3, Flag: true, Names: ['a'], Tags: { k: 'v' } };
    const sent = {
      ...input,
      Data: Buffer.from([1, 2]),
      At: dateToTag(new Date(1_700_000_000_500)),
      Other: [1],
    };
    const { status, type, body } = answerOf(cbor('Echo', sent));
    expect([status, type]).toEqual([200, cborType]);
    expect(body).toMatchObject(input);
    expect(Buffer.from((body as { Data: Uint8Array }).Data)).toEqual(Buffer.from([1, 2]));
    // Milliseconds as an integer: what AWS's clients read, and not what this general decoder would expect.
    expect(ask(create().handler, cbor('Echo', sent)).bytes.toString('hex')).toContain('c11b0000018bcfe569f4');
  });

  test.each([json, cbor])('success without output is an empty body (%#)', (form) => {
    expect(answerOf(form('Purge', { Name: 'a' }))).toMatchObject({ status: 200, body: undefined });
  });

  test.each([json, cbor])('a modelled error has its bare name (%#)', (form) => {
    expect(answerOf(form('Purge', { Name: 'none' }))).toMatchObject({
      status: 400,
      body: { __type: 'ResourceNotFoundException', message: 'no such thing' },
    });
  });

  test.each([json, cbor])('every answer has two ids (%#)', (form) => {
    const reply = ask(create().handler, form('Echo', {}));
    expect(reply.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(Buffer.from(reply.headers.get('x-amz-id-2') ?? '', 'base64')).toHaveLength(72);
  });

  test('bodies can be read and written by hand, and are left to the rows where that gives up', () => {
    expect(answerOf(json('Scan', ' {}')).body).toEqual({ How: '3 bytes' });
    expect(answerOf(json('Scan', '{}')).body).toEqual({ How: 'rows' });
    expect(answerOf(json('Scan', '{"Text":1}')).status).toBe(400);
    expect(answerOf(request('Scan', cborType, Buffer.from(' x'))).body).toEqual({ How: '2 bytes' });
    expect(answerOf(cbor('Scan', {})).body).toEqual({ How: 'rows' });
  });
});

describe('validation', () => {
  test.each([json, cbor])('types come first, under a capital (%#)', (form) => {
    const { status, body } = answerOf(form('Echo', { Text: 1, Limit: 0 }));
    expect(status).toBe(400);
    expect(body).toEqual({
      __type: 'SerializationException',
      Message:
        'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String',
    });
  });

  test.each([json, cbor])('bounds are listed together (%#)', (form) => {
    const input = { Limit: 0, Names: ['abcd'], Records: [{ PartitionKey: '' }] };
    const { body } = answerOf(form('Echo', input));
    expect(body).toEqual({
      __type: 'ValidationException',
      message:
        "4 validation errors detected: Value '0' at 'limit' failed to satisfy constraint: Member must have " +
        "value greater than or equal to 1; Value '[abcd]' at 'names' failed to satisfy constraint: Member " +
        'must satisfy constraint: [Member must have length less than or equal to 3, Member must have ' +
        "length greater than or equal to 1]; Value null at 'records.1.member.data' failed to satisfy " +
        "constraint: Member must not be null; Value '' at 'records.1.member.partitionKey' failed to " +
        'satisfy constraint: Member must have length greater than or equal to 1',
    });
  });

  test('empty data is data', () => {
    expect(answerOf(json('Echo', { Records: [{ Data: '', PartitionKey: 'a' }] })).status).toBe(200);
  });
});

describe('the front end', () => {
  const target = { 'x-amz-target': 'Kinesis_20131202.Echo' };
  const unknown = { 'x-amz-target': 'Kinesis_20131202.Nothing' };
  const answer = (parts: Unsigned) => {
    const reply = ask(create().handler, plainRequest(parts));
    const body =
      reply.headers.get('content-type') === cborType ? sdkCbor.deserialize(reply.bytes) : reply.body;
    return [reply.status, reply.headers.get('content-type'), body];
  };
  const unauthorizable = expect.stringMatching(/^<AccessDeniedException>\n {2}<Message>Unable to determine/);
  const typed = (type: string): string => JSON.stringify({ __type: type });
  const output = (type: string): string =>
    JSON.stringify({ Output: { __type: `com.amazon.coral.service#${type}` }, Version: '1.0' });

  test.each<[string, Unsigned, unknown[]]>([
    ['not POST', { method: 'GET', headers: target }, [403, undefined, unauthorizable]],
    [
      'empty body',
      { headers: { ...target, 'content-type': jsonType } },
      [400, jsonType, typed('SerializationException')],
    ],
    ['empty body of no type', { headers: target }, [400, cborType, { __type: 'SerializationException' }]],
    [
      'empty body, unknown target',
      { headers: { ...unknown, 'content-type': jsonType } },
      [400, jsonType, typed('UnknownOperationException')],
    ],
    [
      'empty body, no target',
      { headers: { 'content-type': cborType } },
      [400, cborType, { __type: 'UnknownOperationException' }],
    ],
    [
      'unknown type',
      { headers: { ...target, 'content-type': 'text/plain' }, body: '{}' },
      [404, undefined, '<UnknownOperationException/>\n'],
    ],
    [
      'unknown type, no target',
      { headers: { host: 'kinesis.eu-west-1.localhost', 'content-type': 'text/plain' }, body: '{}' },
      [403, undefined, unauthorizable],
    ],
    [
      'bad JSON',
      { headers: { ...target, 'content-type': jsonType }, body: '{"a"' },
      [400, jsonType, typed('SerializationException')],
    ],
    [
      'bad CBOR',
      { headers: { ...target, 'content-type': cborType }, body: Buffer.from('bf', 'hex') },
      [400, cborType, { __type: 'SerializationException' }],
    ],
    [
      'bad plain JSON',
      { headers: { ...target, 'content-type': 'application/json' }, body: '{' },
      [400, 'application/json', output('SerializationException')],
    ],
    [
      'plain JSON',
      { headers: { ...target, 'content-type': 'application/json; charset=utf-8' }, body: '{}' },
      [404, 'application/json', output('UnknownOperationException')],
    ],
    [
      'unknown target',
      { headers: { ...unknown, 'content-type': jsonType }, body: '{}' },
      [400, jsonType, typed('UnknownOperationException')],
    ],
    [
      'another target',
      { headers: { 'x-amz-target': 'Other.Echo', 'content-type': jsonType }, body: '{}' },
      [400, jsonType, typed('UnknownOperationException')],
    ],
    [
      'no target',
      { headers: { 'content-type': cborType }, body: Buffer.from('bfff', 'hex') },
      [400, cborType, { __type: 'UnknownOperationException' }],
    ],
    [
      'no signature',
      { headers: { ...target, 'content-type': jsonType }, body: '{}' },
      [
        400,
        jsonType,
        '{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}',
      ],
    ],
    [
      'half a signature',
      {
        headers: { ...target, 'content-type': jsonType, authorization: 'AWS4-HMAC-SHA256 Signature=b' },
        body: '{}',
      },
      [400, jsonType, expect.stringContaining("Authorization header requires 'Credential' parameter. ")],
    ],
    [
      'two signatures',
      {
        query: 'X-Amz-Algorithm=x',
        headers: { ...target, 'content-type': jsonType, authorization: 'X' },
        body: '{}',
      },
      [400, jsonType, expect.stringContaining('"InvalidSignatureException","message":"Found both ')],
    ],
    [
      'too large',
      { headers: { ...target, 'content-type': jsonType }, body: ' '.repeat(100_001) },
      [413, undefined, ''],
    ],
  ])('%s', (_, parts, expected) => {
    expect(answer(parts)).toEqual(expected);
  });

  test('gives its answers ids too', () => {
    const reply = ask(create().handler, plainRequest({ method: 'GET', headers: target }));
    expect(reply.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(Buffer.from(reply.headers.get('x-amz-id-2') ?? '', 'base64')).toHaveLength(72);
  });

  test('is asked for no request of another service', () => {
    const aws = create();
    const toy = { ...signing, service: 'toy' };
    const headers = { 'x-amz-target': 'Toy.Echo', 'content-type': 'application/json' };
    expect(ask(aws.handler, signedRequest(toy, { headers, body: '{"Count":"7"}' })).json()).toEqual({
      Count: 7,
    });
    expect(ask(aws.handler, plainRequest({ method: 'GET' })).status).toBe(404);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const queried = ask(aws.handler, signedRequest(toy, { headers: form, body: 'Action=Echo&Text=a' }));
    expect([queried.status, queried.headers.has('x-amz-id-2')]).toEqual([200, false]);
    expect(
      create()
        .describe()
        .map(({ wires }) => wires),
    ).toEqual([
      ['json', 'query'],
      ['json', 'cbor'],
    ]);
  });
});
