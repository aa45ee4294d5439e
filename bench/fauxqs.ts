// The peer `fauxqs` (npm, in memory, unsigned) as a process of its own, without its request log and on
// loopback only; otherwise as its own start command runs it. Started by bench/sqs/peers.ts.
import { buildApp } from 'fauxqs';

const app = buildApp({ logger: false });
const address = await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`ready http=${address}\n`);
