// Reads a request of uWebSockets.js into plain data, and makes the refusals that uWS does not make. Called by
// the uws engine while the request object is alive, that is, at once.
import { SocketAddress } from 'node:net';
import type { HttpLimits, HttpRequest } from './http.ts';
import type { HttpSetup } from './http-setup.ts';
import { peerOf } from './peer.ts';
import { refusals, type Refusal } from './refusal.ts';
import { addHeader, checkExpectation, checkFraming, isToken, originForm } from './request-rules.ts';
import type { UwsRequest, UwsResponse } from './uws-library.ts';

/** The request without its body, or why it is refused. */
export function readUwsRequest(
  response: UwsResponse,
  request: UwsRequest,
  setup: HttpSetup,
): HttpRequest | Refusal {
  const { limits } = setup;
  const headers = new Map<string, string>();
  // It lower-cases methods for its routes; there is no way to see how they were sent.
  const method = request.getMethod().toUpperCase();
  const query = request.getQuery() ?? '';
  const path = originForm(method, request.getUrl());
  if (!isToken(method)) return refusals.badRequestLine;
  if (path === undefined) return refusals.badTarget;
  if (path.length + query.length > limits.uriBytesMax) return refusals.uriTooLong;
  const refusal = readHeaders(request, headers, limits) ?? checkFraming(headers, limits, false);
  if (refusal !== undefined) return refusal;
  const peer = peerOf(addressOf(response), false, setup.treatAsRemote);
  return { method, path, query, headers, body: Buffer.alloc(0), httpVersion: '1.1', ...peer };
}

function readHeaders(
  request: UwsRequest,
  headers: Map<string, string>,
  limits: HttpLimits,
): Refusal | undefined {
  let refusal: Refusal | undefined;
  let count = 0;
  let headerBytes = 0;
  request.forEach((name, value) => {
    count++;
    headerBytes += name.length + value.length;
    refusal ??= isToken(name) ? addHeader(headers, name, value) : refusals.badHeader;
  });
  const isLarge = count > limits.headerCountMax || headerBytes > limits.headerBytesMax;
  return isLarge ? refusals.headersTooLarge : (refusal ?? checkExpectation(headers));
}

/** IPv6 comes written out in full; the shortest form is what the other engines give. */
function addressOf(response: UwsResponse): string {
  const address = Buffer.from(response.getRemoteAddressAsText()).toString('latin1');
  return address.includes(':') ? new SocketAddress({ address, family: 'ipv6' }).address : address;
}
