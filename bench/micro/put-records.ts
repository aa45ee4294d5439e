// What PutRecords costs before and behind the core, per record: reading the body into the batch (base64 and
// the hash of the key included), and writing the answer. `node bench/micro/put-records.ts`; processor time,
// best of many rounds, because the machine is never quiet. Budget of the whole way: 1.0 us at 200 B.
import { randomBytes } from 'node:crypto';
import { encodePutRecords, PutRecordsAnswer } from '../../src/protocols/aws/services/kinesis/put-answer.ts';
import { batch } from '../../src/protocols/aws/services/kinesis/put-batch.ts';
import { readPutRecords } from '../../src/protocols/aws/services/kinesis/put-decode.ts';
import {
  encodeGetRecords,
  GetRecordsAnswer,
} from '../../src/protocols/aws/services/kinesis/records-answer.ts';
import { type RecordsReply, setArrival } from '../../src/broker/index.ts';

const recordCount = 500;
const rounds = 40;
const callsPerRound = 40;

function measure(what: string, work: () => unknown): void {
  for (let i = 0; i < 400; i++) work();
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < callsPerRound; i++) work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / callsPerRound / recordCount);
  }
  process.stdout.write(`${what.padEnd(34)}${best.toFixed(0).padStart(6)} ns a record\n`);
}

const text = (value: string): Buffer =>
  Buffer.concat([
    Buffer.from(value.length < 24 ? [0x60 + value.length] : [0x78, value.length]),
    Buffer.from(value),
  ]);

function bodies(dataBytes: number): { readonly json: Buffer; readonly cbor: Buffer } {
  const records = Array.from({ length: recordCount }, (_, i) => ({
    Data: randomBytes(dataBytes),
    PartitionKey: `partition-key-${i}`,
  }));
  const asText = records.map(({ Data, PartitionKey }) => ({ Data: Data.toString('base64'), PartitionKey }));
  const items = records.map(({ Data, PartitionKey }) =>
    Buffer.concat([
      Buffer.from([0xbf]),
      text('Data'),
      Buffer.from([0x59, Data.length >> 8, Data.length & 255]),
      Data,
      text('PartitionKey'),
      text(PartitionKey),
      Buffer.from([0xff]),
    ]),
  );
  const head = Buffer.concat([Buffer.from([0xbf]), text('StreamName'), text('s'), text('Records')]);
  return {
    json: Buffer.from(JSON.stringify({ Records: asText, StreamName: 's' })),
    cbor: Buffer.concat([head, Buffer.from([0x9f]), ...items, Buffer.from([0xff, 0xff])]),
  };
}

const appended = {
  kind: 'appended',
  arrivedAtMs: 1_750_000_000_000,
  shardIndexes: Uint32Array.from({ length: recordCount }, (_, i) => i % 16),
  shardsCreatedAtMs: new Float64Array(recordCount).fill(1_740_000_000_000),
  sequences: Float64Array.from({ length: recordCount }, (_, i) => 1_000_000 + i),
  refusedCount: 0,
} as const;

/** The batch that was read last, as a read of its shard would show it. */
function readBack(): RecordsReply {
  const places = Array.from({ length: recordCount }, (_, i) => i);
  for (const i of places) setArrival(batch.bytes, batch.starts[i]!, appended.arrivedAtMs);
  return {
    kind: 'records',
    shard: {
      index: 3,
      startHash: 0n,
      endHash: 1n,
      createdAtMs: 1_740_000_000_000,
      firstSequence: 1,
      nextSequence: 9,
    },
    records: {
      count: recordCount,
      source: batch.bytes,
      sequences: places.map((i) => 1_000_000 + i),
      starts: places.map((i) => batch.starts[i]! + 4),
      ends: places.map((i) => batch.starts[i + 1]!),
    },
    nextSequence: 9,
    behindMs: 0,
    isEnd: false,
    children: [],
  };
}

for (const dataBytes of [200, 1024]) {
  const { json, cbor } = bodies(dataBytes);
  measure(`read JSON, ${dataBytes} B`, () => readPutRecords(json, 'json'));
  measure(`read CBOR, ${dataBytes} B`, () => readPutRecords(cbor, 'cbor'));
  const read = new GetRecordsAnswer(readBack(), false, 'A'.repeat(204));
  measure(`write records as JSON, ${dataBytes} B`, () => encodeGetRecords(read, 'json'));
  measure(`write records as CBOR, ${dataBytes} B`, () => encodeGetRecords(read, 'cbor'));
}
const answer = new PutRecordsAnswer(appended, false);
measure('write the answer in JSON', () => encodePutRecords(answer, 'json'));
measure('write the answer in CBOR', () => encodePutRecords(answer, 'cbor'));
