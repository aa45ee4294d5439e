// Signatures are real: checked by an independent computation with the standard library, and never equal.
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RequestSigner } from './request-signer.ts';

const target = {
  host: '127.0.0.1:45661',
  accessKeyId: 'test',
  secretAccessKey: 'secret-of-test',
  region: 'us-east-1',
  service: 'sqs',
};
const atMs = Date.UTC(2026, 10, 23, 12, 34, 56, 789);

/** SigV4 as its specification has it, from the request's own text. */
function expectedSignature(request: string): string {
  const [head = '', body = ''] = request.split('\r\n\r\n');
  const lines = head.split('\r\n').slice(1);
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const names = /SignedHeaders=([^,]+),/.exec(headers.get('authorization') ?? '')?.[1] ?? '';
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const list = names.split(';').map((name) => `${name}:${headers.get(name)}\n`);
  const canonical = `POST\n/\n\n${list.join('')}\n${names}\n${bodyHash}`;
  const date = headers.get('x-amz-date') ?? '';
  const scope = `${date.slice(0, 8)}/${target.region}/${target.service}/aws4_request`;
  const requestHash = createHash('sha256').update(canonical).digest('hex');
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${requestHash}`;
  const key = scope.split('/').reduce<Buffer | string>((previous, part) => {
    return createHmac('sha256', previous).update(part).digest();
  }, `AWS4${target.secretAccessKey}`);
  return createHmac('sha256', key).update(toSign).digest('hex');
}

describe('RequestSigner', () => {
  it('signs as the specification says', () => {
    const request = new RequestSigner(target, 1, () => atMs).sign(
      'AmazonSQS.SendMessage',
      '{"QueueUrl":"q"}',
    );
    expect(request).toContain('x-amz-date: 20261123T123456Z\r\n');
    expect(/Signature=([0-9a-f]{64})/.exec(request)?.[1]).toBe(expectedSignature(request));
  });

  it('signs a body of bytes for another service', () => {
    const contentType = 'application/x-amz-cbor-1.1';
    const signer = new RequestSigner({ ...target, contentType }, 1, () => atMs);
    const head = signer.signHead('Kinesis_20131202.PutRecords', Buffer.from('body of bytes'));
    expect(head).toContain(`content-type: ${contentType}\r\n`);
    expect(head).toContain('content-length: 13\r\n');
    const request = `${head}body of bytes`;
    expect(/Signature=([0-9a-f]{64})/.exec(request)?.[1]).toBe(expectedSignature(request));
  });

  it('never makes the same signature twice, not even for the same body in the same second', () => {
    const signer = new RequestSigner(target, 1, () => atMs);
    const requests = Array.from({ length: 1000 }, () => signer.sign('AmazonSQS.ReceiveMessage', '{}'));
    const signatures = new Set(requests.map((request) => /Signature=([0-9a-f]{64})/.exec(request)?.[1]));
    expect(signatures.size).toBe(1000);
  });

  it('derives a new key when the day changes', () => {
    let nowMs = atMs;
    const signer = new RequestSigner(target, 1, () => nowMs);
    signer.sign('AmazonSQS.SendMessage', '{}');
    nowMs += 86_400_000;
    const request = signer.sign('AmazonSQS.SendMessage', '{}');
    expect(request).toContain('/20261124/');
    expect(/Signature=([0-9a-f]{64})/.exec(request)?.[1]).toBe(expectedSignature(request));
  });

  it('gives a SendMessage of the yardstick a head of 700 bytes', () => {
    const request = new RequestSigner(target, 1, () => atMs).sign('AmazonSQS.SendMessage', 'b'.repeat(273));
    expect(request.indexOf('\r\n\r\n') + 4).toBe(700);
  });
});
