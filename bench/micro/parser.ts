// What a request costs in the parser: heads and bodies as the generator sends them, each in one read, on one
// connection. Run by hand: node bench/micro/parser.ts
import { BodyPool } from '../../src/net/front/body-pool.ts';
import { ByteBudget } from '../../src/net/byte-budget.ts';
import { RequestParser } from '../../src/net/front/parser.ts';
import { resolveHttpLimits } from '../../src/net/http-limits.ts';
import { peerOf } from '../../src/net/peer.ts';
import { RequestSigner } from '../generator/request-signer.ts';

const requestCount = 20_000;
const roundCount = 9;
const target = {
  host: '127.0.0.1:4566',
  accessKeyId: 'test',
  secretAccessKey: 'test',
  region: 'us-east-1',
  service: 'sqs',
};
const signer = new RequestSigner(target, 1);
const body = `{"QueueUrl":"http://127.0.0.1:4566/000000000000/bench","MessageBody":"${'x'.repeat(200)}"}`;
const chunks = Array.from({ length: requestCount }, () =>
  Buffer.from(signer.sign('AmazonSQS.SendMessage', body), 'latin1'),
);

const parser = new RequestParser(
  resolveHttpLimits(),
  new BodyPool(new ByteBudget(1 << 20)),
  peerOf('127.0.0.1', false),
);
const perRequestUs: number[] = [];
for (let round = 0; round < roundCount; round++) {
  const start = process.cpuUsage();
  for (let i = 0; i < requestCount; i++) {
    parser.push(chunks[i]!);
    const request = parser.next();
    if (request === undefined || !('headers' in request)) throw new Error('not a request');
    if (request.headers.get('host') === undefined) throw new Error('no host');
  }
  const { user, system } = process.cpuUsage(start);
  perRequestUs.push((user + system) / requestCount);
}
const median = perRequestUs.toSorted((a, b) => a - b)[roundCount >> 1]!;
const rounds = perRequestUs.map((us) => us.toFixed(2)).join(' ');
console.log(`parser: median ${median.toFixed(2)} us of CPU a request (rounds: ${rounds})`);
