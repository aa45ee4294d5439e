// What placing a key costs: MD5 of distinct 20-byte keys by base/md5.ts and by node:crypto. Goal: at least
// three times as fast. Run by hand: node bench/micro/md5.ts
import { hash } from 'node:crypto';
import { md5Words, md5WordsOfText } from '../../src/base/md5.ts';

const keyCount = 200_000;
const roundCount = 7;
const keys = Array.from({ length: keyCount }, (_, i) => `partition-${String(i).padStart(10, '0')}`);
const bytes = keys.map((key) => Buffer.from(key));
const out = new Uint32Array(4);
let seen = 0;

/** CPU time, not time: so a busy machine disturbs it less. */
function measure(name: string, run: (i: number) => void): number {
  const perKeyUs: number[] = [];
  for (let round = 0; round < roundCount; round++) {
    const start = process.cpuUsage();
    for (let i = 0; i < keyCount; i++) run(i);
    const { user, system } = process.cpuUsage(start);
    perKeyUs.push((user + system) / keyCount);
  }
  const median = perKeyUs.toSorted((a, b) => a - b)[roundCount >> 1]!;
  console.log(`${name.padEnd(16)} median ${median.toFixed(3)} us of CPU a key`);
  return median;
}

const ofText = measure('md5WordsOfText', (i) => {
  md5WordsOfText(keys[i]!, out, 0);
  seen ^= out[0]!;
});
const ofBytes = measure('md5Words', (i) => {
  md5Words(bytes[i]!, 0, 20, out, 0);
  seen ^= out[0]!;
});
const ofCrypto = measure('crypto.hash', (i) => {
  seen ^= hash('md5', keys[i]!, 'buffer').readUInt32BE(0);
});
console.log(
  `ratio ${(ofCrypto / ofText).toFixed(1)} (text), ${(ofCrypto / ofBytes).toFixed(1)} (bytes), ${seen}`,
);
