// Whatever comes in, one answer goes out and the process stays: requests with anything in any place, as a
// listener could hand them over.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainRequest, signedRequest } from '../support/aws-signer.ts';
import { ask } from './exchange.ts';
import { Tide } from './tide-service.ts';
import { loomService } from './toy-rest-service.ts';
import { createToy, toyNowMs, toyService } from './toy-service.ts';

const signing = { key: 'test', secret: 'test', region: 'eu-west-1', service: 'toy', atMs: toyNowMs };
const targets = fc.oneof(
  fc.constantFrom('Toy.Echo', 'Toy.Purge', 'Toy.Wait', 'Toy.Open', 'Toy.', '.'),
  fc.constantFrom('Kinesis_20131202.Echo', 'Kinesis_20131202.Purge', 'Kinesis_20131202.No'),
  fc.string(),
);
const latin1 = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const headers = fc.dictionary(
  fc.constantFrom(
    'authorization',
    'x-amz-date',
    'x-amz-content-sha256',
    'x-amz-security-token',
    'accept',
    'content-type',
    'host',
  ),
  fc.oneof(
    latin1,
    fc.constantFrom(
      'application/x-amz-json-1.1',
      'application/x-amz-cbor-1.1',
      'kinesis.eu-west-1.localhost',
    ),
    fc.constantFrom('application/json', 'UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'),
  ),
);
const names = fc.constantFrom(
  'Action',
  'Text',
  'Count',
  'Name.1',
  'Part.1.Id',
  'Part.1.Data',
  'Version',
  'X-Amz-Algorithm',
  'Colours',
  'dry-run',
);
const values = fc.oneof(fc.constantFrom('Echo', 'Purge', 'Open', '1', '%', 'AWS4-HMAC-SHA256'), fc.string());
const forms = fc
  .array(fc.tuple(names, values))
  .map((fields) => fields.map((field) => field.join('=')).join('&'));
const bodies = fc.oneof(
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc.dictionary(names, fc.jsonValue()).map((value) => Buffer.from(JSON.stringify(value))),
  forms.map((text) => Buffer.from(text)),
);
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
  path: fc.oneof(
    fc.constantFrom('/', '/looms', '/looms/a', '/looms/a/cloths/1', '/looms/%', '/tags/a/b', '/plans'),
    latin1.map((text) => `/${text}`),
  ),
  query: fc.oneof(fc.constant(''), forms, latin1),
  headers,
  target: fc.option(targets, { nil: undefined }),
  body: bodies,
});
const withTarget = (given: Record<string, string>, target: string | undefined) =>
  target === undefined ? given : { ...given, 'x-amz-target': target };

const services = [toyService, new Tide().service, loomService()];

test.each(['sigv4', 'none'] as const)('any request gets one answer (auth %s)', (auth) => {
  const { aws } = createToy({ auth, services });
  fc.assert(
    fc.property(requests, ({ headers: given, target, ...parts }) => {
      const reply = ask(aws.handler, plainRequest({ ...parts, headers: withTarget(given, target) }));
      expect(reply.sendCount).toBe(1);
      expect(reply.status).toBeLessThan(500);
    }),
    { numRuns: 3000 },
  );
});

test('any content of a signed request of the Coral kind gets one answer', () => {
  const { aws } = createToy({ services });
  const types = fc.constantFrom('application/x-amz-json-1.1', 'application/x-amz-cbor-1.1');
  const names = fc.constantFrom('Echo', 'Purge', 'Scan');
  const cbor = fc.uint8Array().map((bytes) => Buffer.concat([Buffer.from('bf644e616d65', 'hex'), bytes]));
  fc.assert(
    fc.property(names, types, fc.oneof(bodies, cbor), (name, type, body) => {
      const target = { 'x-amz-target': `Kinesis_20131202.${name}`, 'content-type': type };
      const request = signedRequest({ ...signing, service: 'kinesis' }, { headers: target, body });
      const reply = ask(aws.handler, request);
      expect(reply.sendCount).toBe(1);
      expect(reply.status).toBeLessThan(500);
    }),
    { numRuns: 2000 },
  );
});

test('any content of a signed request gets one answer', () => {
  const { aws } = createToy({ services });
  fc.assert(
    fc.property(targets, bodies, (target, body) => {
      const reply = ask(
        aws.handler,
        signedRequest(signing, { headers: { 'x-amz-target': target.trim() }, body }),
      );
      expect(reply.sendCount).toBe(1);
      expect(reply.status).toBeLessThan(500);
    }),
    { numRuns: 1000 },
  );
});

test('any path, query and content of a REST request gets one answer', () => {
  const { aws } = createToy({ services: [loomService()], auth: 'none' });
  const label = fc.oneof(fc.string().map(encodeURIComponent), fc.constantFrom('%', '%ff', '', '..', '1'));
  const path = fc.tuple(fc.constantFrom('/looms/', '/tags/', '/plans', '/looms/a/cloths/', '/copies'), label);
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE');
  fc.assert(
    fc.property(method, path, forms, bodies, (verb, parts, query, body) => {
      const reply = ask(aws.handler, plainRequest({ method: verb, path: parts.join(''), query, body }));
      expect(reply.sendCount).toBe(1);
      expect(reply.status).toBeLessThan(500);
    }),
    { numRuns: 2000 },
  );
});
