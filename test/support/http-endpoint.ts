// An HTTP server on loopback that remembers what it was asked and answers as a test says. For the tests of
// outbound deliveries.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Differs for each connection. */
  readonly port: number;
}

export interface HttpEndpoint {
  readonly url: string;
  readonly port: number;
  readonly seen: SeenRequest[];
  /** Connections that were opened. */
  connectionCount(): number;
  close(): Promise<void>;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void;

export async function openEndpoint(
  answer: Answer,
  tls?: { readonly key: string; readonly cert: string; readonly host?: string },
): Promise<HttpEndpoint> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const listener: RequestListener = (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers, socket } = incoming;
      const body = Buffer.concat(chunks).toString('utf8');
      const request = { method, path: url, headers, body, port: socket.remotePort ?? 0 };
      seen.push(request);
      answer(request, response);
    });
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on('connection', () => connections++);
  const host = tls?.host ?? '127.0.0.1';
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    port,
    seen,
    connectionCount: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with this status, body and headers. */
export function answering(status: number, body = '', headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}
