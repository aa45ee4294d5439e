// A server that answers at once: it frames requests by Content-Length, reads nothing else and sends one fixed
// reply that satisfies the workload (its arguments say which). What the generator reaches against it is the
// generator's own ceiling.
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { instantReply } from './instant-reply.ts';

const { body, contentType } = instantReply(process.argv.slice(2));
const replyHead = `HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n`;
const reply = Buffer.concat([Buffer.from(replyHead), body]);
const headEnd = Buffer.from('\r\n\r\n');
const lengthName = Buffer.from('content-length: ');

/** Bytes of the request that starts at the head of `chunk`, or 0 when its head is not complete. */
function requestBytes(chunk: Buffer): number {
  const end = chunk.indexOf(headEnd);
  if (end < 0) return 0;
  let at = chunk.indexOf(lengthName) + lengthName.length;
  let bodyBytes = 0;
  for (let digit = chunk[at] ?? 0; digit >= 48 && digit <= 57; digit = chunk[++at] ?? 0) {
    bodyBytes = bodyBytes * 10 + digit - 48;
  }
  return end + headEnd.length + bodyBytes;
}

const server = net.createServer({ noDelay: true }, (socket) => {
  let missingBytes = 0;
  let head: Buffer | null = null;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    if (missingBytes === 0) {
      const request = head === null ? chunk : Buffer.concat([head, chunk]);
      const needed = requestBytes(request);
      head = needed === 0 ? request : null;
      if (needed === 0) return;
      missingBytes = needed - request.length;
    } else {
      missingBytes -= chunk.length;
    }
    if (missingBytes === 0) socket.write(reply);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http=http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
