// Frames of an AWS event stream (`application/vnd.amazon.eventstream`), as SubscribeToShard and its like
// answer with. Services encode their events here once and write the same bytes to every client; it knows no
// connection.
//
//   u32 total bytes | u32 header bytes | u32 crc32 of those 8 | headers | payload | u32 crc32 of all before
//   header: u8 name bytes, name, u8 type (7: text), u16 value bytes, value        all big endian
import { crc32 } from 'node:zlib';
import { assert } from '../../../base/assert.ts';

export const eventStreamContentType = 'application/vnd.amazon.eventstream';

const preludeBytes = 12;
const crcBytes = 4;
const textType = 7;
/** What every decoder of these frames takes at the least; AWS's own refuse more than 24 MiB. */
const payloadBytesMax = 16 * 1024 * 1024;

export type FrameHeaders = readonly (readonly [name: string, value: string])[];

/** Frames of one kind: their headers are encoded once, when the service is built. */
export class EventFrames {
  readonly #headers: Buffer;

  constructor(headers: FrameHeaders) {
    this.#headers = Buffer.concat(headers.map(([name, value]) => encodeHeader(name, value)));
  }

  encode(payload: Uint8Array | string): Buffer {
    const headers = this.#headers;
    const payloadBytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
    assert(payloadBytes <= payloadBytesMax, 'an event is too large for its frame');
    const totalBytes = preludeBytes + headers.length + payloadBytes + crcBytes;
    const frame = Buffer.allocUnsafe(totalBytes);
    frame.writeUInt32BE(totalBytes, 0);
    frame.writeUInt32BE(headers.length, 4);
    frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
    headers.copy(frame, preludeBytes);
    const payloadAt = preludeBytes + headers.length;
    if (typeof payload === 'string') frame.write(payload, payloadAt, 'utf8');
    else frame.set(payload, payloadAt);
    frame.writeUInt32BE(crc32(frame.subarray(0, totalBytes - crcBytes)), totalBytes - crcBytes);
    return frame;
  }
}

/** `:event-type` is the member of the service's event union: `SubscribeToShardEvent`. */
export function eventFrames(eventType: string): EventFrames {
  return new EventFrames([
    [':message-type', 'event'],
    [':event-type', eventType],
    [':content-type', 'application/json'],
  ]);
}

/** The modelled error that ends a stream; its payload is the error's members. */
export function exceptionFrame(type: string, message: string): Buffer {
  const frames = new EventFrames([
    [':message-type', 'exception'],
    [':exception-type', type],
    [':content-type', 'application/json'],
  ]);
  return frames.encode(JSON.stringify({ message }));
}

/** botocore refuses a stream that begins with anything else, and returns from its call only with it. */
export const initialResponseFrame: Buffer = eventFrames('initial-response').encode('{}');

function encodeHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.byteLength(name);
  const valueBytes = Buffer.byteLength(value);
  assert(nameBytes <= 0xff && valueBytes <= 0xffff, `event stream header ${name} is too long`);
  const header = Buffer.alloc(1 + nameBytes + 3 + valueBytes);
  header.writeUInt8(nameBytes, 0);
  header.write(name, 1, 'utf8');
  header.writeUInt8(textType, 1 + nameBytes);
  header.writeUInt16BE(valueBytes, 2 + nameBytes);
  header.write(value, 4 + nameBytes, 'utf8');
  return header;
}
