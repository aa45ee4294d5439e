// Requests to Kinesis in CBOR as the Java SDK sends them, over HTTP/1.1 (its synchronous client) and over h2c
// (the asynchronous one, and with it the Kinesis Client Library). Signed independently of the product's code.
import { request } from 'node:http';
import { connect, constants } from 'node:http2';
import { signedRequest } from './aws-signer.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}
export type Transport = 'HTTP/1.1' | 'h2c';
export type Send = (operation: string, body: Buffer) => Promise<RawAnswer>;

const answerMs = 30_000;
const javaHeaders = {
  'amz-sdk-invocation-id': '0d7b6c3e-2f0c-9f0a-6a1e-4d3c3a1b2c5d',
  'amz-sdk-request': 'attempt=1; max=4',
  'content-type': 'application/x-amz-cbor-1.1',
  'user-agent': 'aws-sdk-java/2.25.60 Linux/6.1 OpenJDK_64-Bit_Server_VM/17.0.10 Java/17.0.10 io/async',
};

export function rawSender(endpoint: string, transport: Transport): Send {
  const send = transport === 'h2c' ? sendHttp2 : sendHttp1;
  return (operation, body) => send(endpoint, signed(endpoint, operation, body), body);
}

function signed(endpoint: string, operation: string, body: Buffer): Map<string, string> {
  const signing = {
    key: 'test',
    secret: 'test',
    region: 'us-east-1',
    service: 'kinesis',
    atMs: Date.now(),
  };
  const headers = {
    host: new URL(endpoint).host,
    ...javaHeaders,
    'x-amz-target': `Kinesis_20131202.${operation}`,
  };
  return new Map(signedRequest(signing, { headers, body }).headers as Map<string, string>);
}

function sendHttp1(endpoint: string, headers: Map<string, string>, body: Buffer): Promise<RawAnswer> {
  const fields = Object.fromEntries([...headers, ['content-length', String(body.length)]]);
  return new Promise((settle, fail) => {
    const options = { method: 'POST', headers: fields, timeout: answerMs };
    const outgoing = request(endpoint, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        settle({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${answerMs} ms`)));
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

function sendHttp2(endpoint: string, headers: Map<string, string>, body: Buffer): Promise<RawAnswer> {
  const session = connect(endpoint);
  const { host, ...fields } = Object.fromEntries(headers);
  const answer = new Promise<RawAnswer>((settle, fail) => {
    session.on('error', fail);
    const stream = session.request({ ':method': 'POST', ':path': '/', ':authority': host, ...fields });
    stream.setTimeout(answerMs, () => stream.close(constants.NGHTTP2_CANCEL));
    const chunks: Buffer[] = [];
    let received: Readonly<Record<string, unknown>> = {};
    stream.on('response', (answered) => (received = answered));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', fail);
    stream.on('close', () =>
      settle({ status: Number(received[':status']), headers: received, body: Buffer.concat(chunks) }),
    );
    stream.end(body);
  });
  return answer.finally(() => session.close());
}
