// A request that the parser has read completely; what handlers see as HttpRequest.
import type { HttpHeaders, HttpRequest } from '../http.ts';
import type { Peer } from '../peer.ts';
import type { RequestHead } from './request-head.ts';

export class ReceivedRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: HttpHeaders;
  readonly body: Buffer;
  readonly remoteAddress: string;
  readonly isLoopback: boolean;
  readonly isSecure: boolean;
  readonly httpVersion: '1.0' | '1.1';
  /** Whether the client may send another request on this connection. */
  readonly isKeptAlive: boolean;
  /** What the body lies in, until it is answered; undefined: in the read that brought the head too. */
  readonly memory: Buffer | undefined;

  constructor(head: RequestHead, peer: Peer, body: Buffer, memory: Buffer | undefined) {
    this.method = head.method;
    this.path = head.path;
    this.query = head.query;
    this.headers = head.headers;
    this.body = body;
    this.remoteAddress = peer.remoteAddress;
    this.isLoopback = peer.isLoopback;
    this.isSecure = peer.isSecure;
    this.httpVersion = head.httpVersion;
    this.isKeptAlive = head.isKeptAlive;
    this.memory = memory;
  }
}
