// PutRecords before its handler: the engine asks this first (Operation.decodeBody) and reads bodies by the
// rows only where it answers undefined.
import type { WireName } from '../../engine/wire.ts';
import type { PackedRecords } from './put-batch.ts';
import { readPutRecordsCbor } from './put-cbor.ts';
import { readPutRecordsJson } from './put-json.ts';

export function readPutRecords(body: Buffer, wire: WireName): PackedRecords | undefined {
  return wire === 'cbor' ? readPutRecordsCbor(body) : readPutRecordsJson(body);
}
