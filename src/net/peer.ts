// Who is at the other end of a connection: its address and whether it is this machine. Read once per
// connection by the listeners; requests carry it, because the built-in key is good on loopback only.
import { isIPv4 } from 'node:net';

export interface Peer {
  readonly remoteAddress: string;
  readonly isLoopback: boolean;
  readonly isSecure: boolean;
}

/** `treatAsRemote` names a loopback address that counts as a stranger. */
export function peerOf(address: string | undefined, isSecure: boolean, treatAsRemote?: string): Peer {
  const remoteAddress = plainAddress(address ?? '');
  const isLoopback = isLoopbackAddress(remoteAddress) && remoteAddress !== treatAsRemote;
  return { remoteAddress, isLoopback, isSecure };
}

/** A dual-stack socket shows IPv4 clients as `::ffff:a.b.c.d` (RFC 4291 2.5.5.2). */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address;
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (address.startsWith('127.') && isIPv4(address));
}
