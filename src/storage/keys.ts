// Keys of the LMDB environments: fixed width, big endian, so that byte order is number order.
// Called by every file that reads or writes an environment. A key is written into one of three reused
// buffers: lmdb copies it before the call returns, so a key never survives the next one of its kind.

const two32 = 0x1_0000_0000;

/** The largest key of a body segment; its row is the fence (see fence.ts), so no entity has this id. */
export const entityMax = 0xffff_fffe;
export const sequenceMax = Number.MAX_SAFE_INTEGER;

const logBuffer = Buffer.alloc(8);
const blockBuffer = Buffer.alloc(12);
const pageBuffer = Buffer.alloc(13);

/** Log segment: position. */
export function logKey(position: number): Buffer {
  writeU53(logBuffer, 0, position);
  return logBuffer;
}

export function positionOfKey(key: Uint8Array): number {
  return readU53(key, 0);
}

/** Body segment: entity, first sequence of the block. */
export function blockKey(entity: number, firstSequence: number): Buffer {
  blockBuffer.writeUInt32BE(entity, 0);
  writeU53(blockBuffer, 4, firstSequence);
  return blockBuffer;
}

/** Of a block. */
export function firstSequenceOfKey(key: Uint8Array): number {
  return readU53(key, 4);
}

export function entityOfKey(key: Uint8Array): number {
  return readU32(key, 0);
}

/** Pages: kind, entity, index. */
export function pageKey(kind: number, entity: number, index: number): Buffer {
  pageBuffer[0] = kind;
  pageBuffer.writeUInt32BE(entity, 1);
  writeU53(pageBuffer, 5, index);
  return pageBuffer;
}

export function kindOfPageKey(key: Uint8Array): number {
  return key[0] as number;
}

export function entityOfPageKey(key: Uint8Array): number {
  return readU32(key, 1);
}

export function indexOfPageKey(key: Uint8Array): number {
  return readU53(key, 5);
}

function writeU53(target: Buffer, at: number, value: number): void {
  target.writeUInt32BE(Math.floor(value / two32), at);
  target.writeUInt32BE(value % two32, at + 4);
}

function readU53(source: Uint8Array, at: number): number {
  return readU32(source, at) * two32 + readU32(source, at + 4);
}

function readU32(source: Uint8Array, at: number): number {
  const high = ((source[at] as number) << 24) | ((source[at + 1] as number) << 16);
  return (high | ((source[at + 2] as number) << 8) | (source[at + 3] as number)) >>> 0;
}
