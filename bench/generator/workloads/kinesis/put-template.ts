// The body of a put as bytes that are laid out once; a request changes the digits of its records and nothing
// else. Used by the source of puts, which signs what this has filled.
import type { Stamp, StampForm } from '../../stamp.ts';
import { writeDigits } from '../../stamp.ts';
import type { KinesisWorkloadSpec } from '../../workload.ts';
import { bodyWriter } from './body-writer.ts';

const keyHead = 'k';
const keyDigits = 12;
const hashEnd = 1n << 128n;

export interface PutTemplate {
  readonly body: Buffer;
  readonly dataForm: StampForm;
  /** By record: where the digits of its data and of its key begin. */
  readonly dataDigitsAt: Uint32Array;
  readonly keyDigitsAt: Uint32Array;
}

/** `firstShard`: of a load that goes evenly over all shards, the one that the first record goes to. */
export function putTemplate(spec: KinesisWorkloadSpec, stamp: Stamp, firstShard: number): PutTemplate {
  const writer = bodyWriter(spec.wire);
  const { dataForm } = writer;
  const { shardCount, batch } = spec;
  const isBatch = spec.kind === 'put-records';
  const data = stamp.data(spec.recordBytes);
  const dataDigitsAt = new Uint32Array(batch);
  const keyDigitsAt = new Uint32Array(batch);
  writer.startMap();
  writer.text('StreamName', spec.streamName);
  if (isBatch) writer.startList('Records');
  for (let index = 0; index < batch; index++) {
    if (isBatch) writer.startMap();
    dataDigitsAt[index] = writer.data('Data', data) + stamp.digitsAt(dataForm);
    keyDigitsAt[index] = writer.text('PartitionKey', keyHead + '0'.repeat(keyDigits)) + keyHead.length;
    if (spec.isSpreadEvenly === true) {
      writer.text('ExplicitHashKey', hashKeyOf((firstShard + index) % shardCount, shardCount));
    }
    if (isBatch) writer.endMap();
  }
  if (isBatch) writer.endList();
  writer.endMap();
  return { body: writer.finish(), dataForm, dataDigitsAt, keyDigitsAt };
}

export function fillTemplate(template: PutTemplate, firstSequence: number): void {
  const { body, dataForm, dataDigitsAt, keyDigitsAt } = template;
  for (let index = 0; index < dataDigitsAt.length; index++) {
    writeDigits(body, dataDigitsAt[index] as number, firstSequence + index, dataForm);
    writeDigits(body, keyDigitsAt[index] as number, firstSequence + index, 'bytes');
  }
}

/** A hash in the middle of a shard, of so many of equal width. */
function hashKeyOf(shardIndex: number, shardCount: number): string {
  const width = hashEnd / BigInt(shardCount);
  return (BigInt(shardIndex) * width + width / 2n).toString();
}
