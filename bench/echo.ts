// The yardstick `echo`: bare node:http, no parsing, 200 with a 200 B answer. Frozen: results of different
// versions are compared through it, so it never changes. Started as a process of its own by
// bench/programs.ts.
import http from 'node:http';
import type { AddressInfo } from 'node:net';

const answer = Buffer.alloc(200, 'x');

const server = http.createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': answer.length,
    });
    response.end(answer);
  });
});
// Connections stay open while the other side of a pair is being measured.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http=http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
