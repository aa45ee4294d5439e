// What a signature costs: verifies distinct requests of 273 B, signed ahead as the JavaScript SDK does it;
// then sends them the whole way through the engine to a handler that answers at once. Goal: 6 us a signature.
// Run by hand: node bench/micro/sigv4.ts
import { systemClock } from '../../src/base/clock.ts';
import type { HttpReply } from '../../src/net/http.ts';
import { Credentials } from '../../src/protocols/aws/engine/identity/credentials.ts';
import { Sessions } from '../../src/protocols/aws/engine/identity/sessions.ts';
import { SignatureVerifier } from '../../src/protocols/aws/engine/sigv4/verify.ts';
import { createToy } from '../../test/aws-engine/toy-service.ts';
import { sha256, signedRequest } from '../../test/support/aws-signer.ts';

const requestCount = 20_000;
const roundCount = 7;
const signing = { key: 'test', secret: 'test', region: 'us-east-1', service: 'toy', atMs: Date.now() };

function signedEcho(i: number) {
  const body = JSON.stringify({ Queue: `http://127.0.0.1:4566/000000000000/${String(i).padEnd(228, 'x')}` });
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'Toy.Purge',
    'x-amz-content-sha256': sha256(body),
    'amz-sdk-invocation-id': `0c4b9d8a-1df7-4a5e-a9cf-${String(i).padStart(12, '0')}`,
    'amz-sdk-request': 'attempt=1; max=3',
    'content-length': String(body.length),
  };
  return signedRequest(signing, { headers, body });
}

const requests = Array.from({ length: requestCount }, (_, i) => signedEcho(i));

/** CPU time, not time: so a busy machine disturbs it less. */
function measure(name: string, run: (i: number) => void): void {
  const perRequestUs: number[] = [];
  for (let round = 0; round < roundCount; round++) {
    const start = process.cpuUsage();
    for (let i = 0; i < requestCount; i++) run(i);
    const { user, system } = process.cpuUsage(start);
    perRequestUs.push((user + system) / requestCount);
  }
  const median = perRequestUs.toSorted((a, b) => a - b)[roundCount >> 1]!;
  const rounds = perRequestUs.map((us) => us.toFixed(2)).join(' ');
  console.log(`${name.padEnd(24)} median ${median.toFixed(2)} us of CPU a request (rounds: ${rounds})`);
}

const credentials = new Credentials({
  users: [],
  roles: [],
  sessions: new Sessions(new Uint8Array(32)),
  defaultAccount: '000000000000',
  hasDefaultKey: true,
});
const verifier = new SignatureVerifier(credentials, systemClock);
measure('signature', (i) => verifier.verify(requests[i]!, 'toy', false));

let sentCount = 0;
const reply: HttpReply = {
  isOpen: true,
  send: (status) => {
    if (status !== 200) throw new Error(`answered ${status}`);
    sentCount++;
  },
  stream: () => {
    throw new Error('no streams here');
  },
  onClose: () => {},
};
const { aws, broker } = createToy({ clock: systemClock });
measure('engine and signature', (i) => {
  aws.handler(requests[i]!, reply);
  broker.commands.length = 0;
  broker.sinks.length = 0;
});
if (sentCount !== requestCount * roundCount) throw new Error(`${sentCount} answers`);
