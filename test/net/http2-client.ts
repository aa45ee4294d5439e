// A small HTTP/2 client for tests: one session, whole replies, every wait bounded.
import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { within } from './raw-client.ts';

export interface Http2Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

export class Http2Client {
  readonly session: ClientHttp2Session;

  constructor(url: string, ca?: Buffer) {
    this.session = connect(url, ca === undefined ? {} : { ca });
    this.session.on('error', () => {});
  }

  open(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const stream = this.session.request(headers);
    stream.on('error', () => {});
    return stream;
  }

  async ask(headers: OutgoingHttpHeaders, body?: Buffer | string): Promise<Http2Answer> {
    const stream = this.open({ ':method': body === undefined ? 'GET' : 'POST', ...headers });
    const answer = answerOf(stream);
    stream.end(body);
    return answer;
  }

  async closed(): Promise<void> {
    if (this.session.closed) return;
    await within(
      new Promise<void>((resolve) => void this.session.once('close', resolve)),
      'the session to close',
    );
  }

  close(): void {
    this.session.destroy();
  }
}

/** Rejects when the stream closes before a reply has come. */
export function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const pieces: Buffer[] = [];
  let headers: Record<string, unknown> | undefined;
  stream.on('response', (block) => {
    headers = block;
  });
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  const done = new Promise<Http2Answer>((resolve, reject) => {
    stream.once('close', () => {
      if (headers === undefined)
        reject(new Error(`the stream closed without a reply (code ${stream.rstCode})`));
      else resolve({ status: Number(headers[':status']), headers, body: Buffer.concat(pieces) });
    });
  });
  return within(done, 'a reply over HTTP/2');
}
