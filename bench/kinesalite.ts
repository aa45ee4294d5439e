// The peer `kinesalite` (npm, in memory, unsigned) as a process of its own, on loopback only; otherwise as
// its own start command runs it. Started by bench/kinesis/peers.ts.
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

interface Options {
  readonly createStreamMs: number;
  readonly shardLimit: number;
}

// It is CommonJS without types.
const kinesalite = createRequire(import.meta.url)('kinesalite') as (options: Options) => Server;
const server = kinesalite({ createStreamMs: 10, shardLimit: 100 });
// Connections stay open while the other side of a pair is being measured.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http=http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
