// De-aggregation of records that the Kinesis Producer Library has packed: many user records in the data of
// one. The broker stores and serves such a record as it came; whoever consumes inside Caudal (connectors,
// rules, a peek) unpacks it with this. Pure.
//
//   F3 89 9A C2 | AggregatedRecord (protobuf 2) | MD5 of the protobuf, 16 bytes
//   AggregatedRecord: 1 partition_key_table (texts), 2 explicit_hash_key_table (texts), 3 records
//   Record: 1 partition_key_index, 2 explicit_hash_key_index (may be missing), 3 data, 4 tags (passed over)
import { hash } from 'node:crypto';
import { ProtobufReader, wireType } from './protobuf.ts';

/** One of the records inside; consumers address it by the outer sequence number and its place. */
export interface UserRecord {
  readonly subSequence: number;
  readonly partitionKey: string;
  readonly explicitHashKey: string | undefined;
  /** A view of the outer record's data. */
  readonly data: Buffer;
}

const magic = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const digestBytes = 16;

export function isAggregated(data: Buffer): boolean {
  return data.length > magic.length + digestBytes && data.subarray(0, magic.length).equals(magic);
}

/**
 * The records inside; undefined when the data is an ordinary record, as it is too when the digest does not
 * match or the protobuf can't be read: somebody's own bytes may begin with the magic.
 */
export function deaggregate(data: Buffer): UserRecord[] | undefined {
  if (!isAggregated(data)) return undefined;
  const message = data.subarray(magic.length, data.length - digestBytes);
  const digest = data.subarray(data.length - digestBytes);
  if (!hash('md5', message, 'buffer').equals(digest)) return undefined;
  return readAggregated(message);
}

const field = { partitionKeys: 1, explicitHashKeys: 2, records: 3 } as const;
const recordField = { partitionKey: 1, explicitHashKey: 2, data: 3 } as const;

function readAggregated(message: Buffer): UserRecord[] | undefined {
  const partitionKeys: string[] = [];
  const explicitHashKeys: string[] = [];
  const inner: Buffer[] = [];
  const reader = new ProtobufReader(message);
  while (reader.next()) {
    if (reader.wireType !== wireType.bytes) continue;
    if (reader.field === field.partitionKeys) partitionKeys.push(reader.bytes.toString('utf8'));
    else if (reader.field === field.explicitHashKeys) explicitHashKeys.push(reader.bytes.toString('utf8'));
    else if (reader.field === field.records) inner.push(reader.bytes);
  }
  if (!reader.isSound) return undefined;
  const records: UserRecord[] = [];
  for (const bytes of inner) {
    const record = readRecord(bytes, records.length, { partitionKeys, explicitHashKeys });
    if (record === undefined) return undefined;
    records.push(record);
  }
  return records;
}

interface Tables {
  readonly partitionKeys: readonly string[];
  readonly explicitHashKeys: readonly string[];
}

function readRecord(bytes: Buffer, subSequence: number, tables: Tables): UserRecord | undefined {
  let partitionKey: string | undefined;
  let explicitHashKey: string | undefined;
  let data: Buffer | undefined;
  const reader = new ProtobufReader(bytes);
  while (reader.next()) {
    if (reader.field === recordField.partitionKey) {
      partitionKey = tables.partitionKeys[reader.number];
    } else if (reader.field === recordField.explicitHashKey) {
      explicitHashKey = tables.explicitHashKeys[reader.number];
      if (explicitHashKey === undefined) return undefined;
    } else if (reader.field === recordField.data && reader.wireType === wireType.bytes) {
      data = reader.bytes;
    }
  }
  if (!reader.isSound || partitionKey === undefined || data === undefined) return undefined;
  return { subSequence, partitionKey, explicitHashKey, data };
}
