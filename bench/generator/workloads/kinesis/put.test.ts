// Puts and reads against scripted replies: a server that loses, repeats or reorders numbers must be caught,
// and a faithful one must not. Bodies are what the product's own reader of either wire understands.
import { describe, expect, it } from 'vitest';
import { readPutRecords } from '../../../../src/protocols/aws/services/kinesis/put-decode.ts';
import { batch } from '../../../../src/protocols/aws/services/kinesis/put-batch.ts';
import { sequenceNumber } from '../../../../src/protocols/aws/services/kinesis/sequence-number.ts';
import { Ledger } from '../../ledger.ts';
import type { Reply } from '../../reply-reader.ts';
import { RequestSigner } from '../../request-signer.ts';
import { Stamp } from '../../stamp.ts';
import type { KinesisWire, KinesisWorkloadSpec } from '../../workload.ts';
import { operationFailed, operationGoesOn } from '../../workload.ts';
import { AckBook } from './ack-book.ts';
import { bodyWriter } from './body-writer.ts';
import { GetWorkload } from './get.ts';
import { PutWorkload } from './put.ts';
import { fillTemplate, putTemplate } from './put-template.ts';

const createdAtMs = 1_700_000_000_000;
const wires: readonly KinesisWire[] = ['json', 'cbor'];
const tag = 'abc123';

function specOf(wire: KinesisWire, kind: KinesisWorkloadSpec['kind'] = 'put-records'): KinesisWorkloadSpec {
  return { kind, wire, streamName: 's', shardCount: 2, batch: 3, recordBytes: 100, ledger: 'x' };
}

const target = { host: 'h', accessKeyId: 'a', secretAccessKey: 'b', region: 'r', service: 'kinesis' };
const signer = new RequestSigner(target, 1);

function account(): { ledger: Ledger; acks: AckBook } {
  return { ledger: new Ledger(tag), acks: new AckBook() };
}

function replyOf(body: Buffer, status = 200): Reply {
  return { status, buffer: body, bodyStart: 0, bodyEnd: body.length };
}

type Placed = readonly [shardIndex: number, counter: number];

function numberOf([index, counter]: Placed): string {
  return sequenceNumber({ index, createdAtMs }, counter, createdAtMs + 5000);
}

function putReply(wire: KinesisWire, places: readonly Placed[]): Reply {
  const writer = bodyWriter(wire);
  writer.startMap();
  writer.startList('Records');
  for (const place of places) {
    writer.startMap();
    writer.text('SequenceNumber', numberOf(place));
    writer.text('ShardId', `shardId-${String(place[0]).padStart(12, '0')}`);
    writer.endMap();
  }
  writer.endList();
  writer.endMap();
  return replyOf(writer.finish());
}

function bodyOf(request: Buffer): Buffer {
  return request.subarray(request.indexOf('\r\n\r\n') + 4);
}

describe.each(wires)('puts in %s', (wire) => {
  it('sends records with keys and data of their own, as the service reads them', () => {
    const workload = new PutWorkload(specOf(wire), account(), signer);
    const seen = new Set<string>();
    for (let request = 0; request < 3; request++) {
      readPutRecords(bodyOf(workload.nextRequest(0, 0)), wire);
      expect(batch.count).toBe(3);
      for (let index = 0; index < 3; index++) {
        const text = batch.bytes.toString('latin1', batch.starts[index]! + 15, batch.starts[index + 1]);
        expect(text).toHaveLength(13 + 100);
        expect(text.slice(0, 13)).toBe(`k${String(request * 3 + index).padStart(12, '0')}`);
        expect(new Stamp(tag).sequenceAt(Buffer.from(text), 13, 'bytes')).toBe(request * 3 + index);
        seen.add(text);
      }
    }
    expect(seen.size).toBe(9);
  });

  it('accounts for a faithful server', () => {
    const { ledger, acks } = account();
    const workload = new PutWorkload(specOf(wire), { ledger, acks }, signer);
    workload.nextRequest(0, 0);
    expect(
      workload.takeReply(
        0,
        putReply(wire, [
          [0, 1],
          [1, 1],
          [0, 2],
        ]),
      ),
    ).toBe(3);
    workload.nextRequest(1, 0);
    expect(
      workload.takeReply(
        1,
        putReply(wire, [
          [1, 2],
          [0, 3],
          [1, 3],
        ]),
      ),
    ).toBe(3);
    expect(workload.tally()).toMatchObject({ failures: 0 });
    expect(workload.tally().verification).toMatchObject({ confirmed: 6, duplicated: 0, reordered: 0 });
    expect([acks.count(0), acks.count(1), acks.has(0, 3), acks.has(0, 4)]).toEqual([3, 3, true, false]);
  });

  it('catches numbers that come twice, go back, or are missing', () => {
    const workload = new PutWorkload(specOf(wire), account(), signer);
    workload.nextRequest(0, 0);
    workload.takeReply(
      0,
      putReply(wire, [
        [0, 1],
        [0, 3],
        [0, 2],
      ]),
    );
    expect(workload.tally().verification).toMatchObject({ duplicated: 0, reordered: 1 });
    workload.nextRequest(1, 0);
    workload.takeReply(
      1,
      putReply(wire, [
        [0, 2],
        [0, 4],
        [0, 5],
      ]),
    );
    expect(workload.tally().verification).toMatchObject({ duplicated: 1, reordered: 1 });
    workload.nextRequest(0, 0);
    expect(
      workload.takeReply(
        0,
        putReply(wire, [
          [0, 6],
          [0, 7],
        ]),
      ),
    ).toBe(operationFailed);
    expect(workload.tally().failures).toBe(1);
  });

  it('reads back what was put, and catches what was not', () => {
    const { ledger, acks } = account();
    const put = new PutWorkload(specOf(wire), { ledger, acks }, signer);
    put.nextRequest(0, 0);
    put.takeReply(
      0,
      putReply(wire, [
        [0, 1],
        [0, 2],
        [0, 3],
      ]),
    );
    const spec = { ...specOf(wire, 'get-records'), isReadBack: true };
    const get = new GetWorkload(spec, { ledger, acks }, signer);
    get.nextRequest(0);
    expect(get.takeReply(0, iteratorReply(wire, 'ShardIterator'))).toBe(operationGoesOn);
    get.nextRequest(0);
    expect(get.takeReply(0, getReply(wire, [1, 2, 4]))).toBe(3);
    expect(get.tally().verification).toMatchObject({ received: 2, unknown: 1, reordered: 0 });
    get.nextRequest(0);
    expect(get.takeReply(0, getReply(wire, []))).toBe(operationFailed);
    expect(get.isFinished()).toBe(true);
    expect(ledger.lostCount()).toBe(1);
  });
});

function iteratorReply(wire: KinesisWire, name: string): Reply {
  const writer = bodyWriter(wire);
  writer.startMap();
  writer.text(name, 'A'.repeat(204));
  writer.endMap();
  return replyOf(writer.finish());
}

/** Records of shard 0 with these counters; the n-th has the stamp of the n-th record that was put. */
function getReply(wire: KinesisWire, counters: readonly number[]): Reply {
  const stamp = new Stamp(tag);
  const writer = bodyWriter(wire);
  writer.startMap();
  writer.startList('Records');
  for (const [index, counter] of counters.entries()) {
    const template = putTemplate({ ...specOf('cbor', 'put-record'), batch: 1 }, stamp, 0);
    fillTemplate(template, index);
    const dataAt = template.dataDigitsAt[0]! - stamp.digitsAt('bytes');
    writer.startMap();
    writer.text('SequenceNumber', numberOf([0, counter]));
    writer.data('Data', template.body.subarray(dataAt, dataAt + 100));
    writer.text('PartitionKey', 'k');
    writer.endMap();
  }
  writer.endList();
  writer.text('NextShardIterator', 'B'.repeat(300));
  writer.endMap();
  return replyOf(writer.finish());
}

it('spreads evenly over the shards by their hashes', () => {
  const spec = { ...specOf('json'), shardCount: 6, isSpreadEvenly: true };
  const places = [0, 3].flatMap((firstShard) => {
    const { body } = putTemplate(spec, new Stamp(tag), firstShard);
    const { Records } = JSON.parse(body.toString()) as { Records: { ExplicitHashKey: string }[] };
    return Records.map((record) => Number((BigInt(record.ExplicitHashKey) * 6n) >> 128n));
  });
  expect(places).toEqual([0, 1, 2, 3, 4, 5]);
});
