// Sockets that read into one buffer of the listener, without a stream in between: Node would take 64 KiB for
// each read and give most of it back. `onread` is the public name for that, but Node has it for sockets that
// it makes itself, so an accepted one hands its handle over to a second one. Used by FrontServer, and for
// HTTP/1.1 alone: below a session of node:http2, Node's check of whose buffer was read can fail and end the
// process.
import { Socket } from 'node:net';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';

/** As much as Node reads at once. */
const readBytesMax = 64 * 1024;

/** Private to Node, and therefore looked for with care: where it is missing, sockets stay what they are. */
interface HandleOwner {
  _handle?: { readonly useUserBuffer?: unknown } | null;
}

/**
 * Answers what makes such a socket of a plain one. It may be read already, but not yet written to. The bytes
 * are lent: the next read of any connection takes their place.
 */
export function sharedReads(onBytes: (this: Socket, bytes: Buffer) => void): (socket: Socket) => Socket {
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(readBytesMax),
    callback(this: Socket, count: number, buffer: Uint8Array): boolean {
      onBytes.call(this, (buffer as Buffer).subarray(0, count));
      return true;
    },
  };
  return (socket) => {
    const owner = socket as unknown as HandleOwner;
    const handle = owner._handle;
    if (typeof handle?.useUserBuffer !== 'function') return socket;
    // What is left of the first socket ends by itself.
    owner._handle = null;
    socket.destroy();
    return new Socket({ handle, allowHalfOpen: true, onread } as SocketConstructorOpts);
  };
}
