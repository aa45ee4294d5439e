// One message as stored: the byte layout of a body record, its encoder (on the hot path: straight into the
// arena of the group commit) and a lazy reader. Every protocol's message fits into this one form.
//
//   u8  version (1)
//   u8  flags: 1 group, 2 dedup id, 4 trace, 8 origin, 16 body is text, 32 attributes, 64 copy,
//           128 subject
//   f64 sent at, ms            16 B id (UUID)          u16+n sender
//   [u16+n group] [u16+n dedup id] [u16+n trace] [u16+n origin namespace, u16+n origin name]
//   [u16+n subject]
//   [u32 binding, u8 rendering, f64 topic sequence, u16+n publication id, u16+n topic namespace, u16+n name]
//   [u16 count, each: u16+n name, u16+n type, u8 is binary, u32+n value]
//   body: all that is left
//
// To change it: raise VERSION, keep reading the older one, add a frozen fixture under test/compat.
import type { ByteWriter } from '../base/bytes.ts';
import { ByteReader } from '../base/bytes.ts';
import type { MessageAttribute, OutgoingMessage } from './command.ts';
import type { CopyFacts } from './topic-types.ts';

const VERSION = 1;
const HAS_GROUP = 1;
const HAS_DEDUP = 2;
const HAS_TRACE = 4;
const HAS_ORIGIN = 8;
const IS_TEXT = 16;
const HAS_ATTRIBUTES = 32;
const IS_COPY = 64;
const HAS_SUBJECT = 128;

export interface MessageOrigin {
  readonly namespace: string;
  readonly name: string;
}

/** Fields are decoded when asked for; the bytes are its own. */
export interface StoredMessage {
  readonly id: string;
  readonly sentAtMs: number;
  readonly sender: string;
  readonly group: string | undefined;
  readonly dedupId: string | undefined;
  readonly trace: string | undefined;
  readonly subject: string | undefined;
  /** Queue that the message was moved from by its dead-letter policy. */
  readonly origin: MessageOrigin | undefined;
  /** A copy that came through a binding. */
  readonly copy: CopyFacts | undefined;
  readonly attributes: readonly MessageAttribute[];
  readonly bodyBytes: number;
  /** False for bodies that came as bytes. */
  readonly isText: boolean;
  body(): Buffer;
  bodyText(): string;
}

/** The 16 bytes of a message id as four words, as `decide` draws them. */
export type IdWords = Uint32Array;

export interface FixedFacts {
  readonly sentAtMs: number;
  readonly id: IdWords;
  readonly origin?: MessageOrigin | undefined;
  readonly copy?: CopyFacts | undefined;
}

/** Writes one record with its u32 length in front; answers the record's size without the length. */
export function writeMessage(out: ByteWriter, message: OutgoingMessage, fixed: FixedFacts): number {
  const start = out.length;
  out.u32(0);
  out.u8(VERSION);
  out.u8(flagsOf(message, fixed));
  out.f64(fixed.sentAtMs);
  for (let i = 0; i < 4; i++) out.u32(fixed.id[i] as number);
  out.text16(message.sender);
  if (message.group !== undefined) out.text16(message.group);
  if (message.dedupId !== undefined) out.text16(message.dedupId);
  if (message.trace !== undefined) out.text16(message.trace);
  if (fixed.origin !== undefined) {
    out.text16(fixed.origin.namespace);
    out.text16(fixed.origin.name);
  }
  if (message.subject !== undefined) out.text16(message.subject);
  if (fixed.copy !== undefined) writeCopyFacts(out, fixed.copy);
  if (message.attributes.length > 0) writeAttributes(out, message.attributes);
  if (typeof message.body === 'string') out.text(message.body);
  else out.raw(message.body);
  const size = out.length - start - 4;
  out.setU32(start, size);
  return size;
}

function writeCopyFacts(out: ByteWriter, copy: CopyFacts): void {
  out.u32(copy.binding);
  out.u8(copy.rendering);
  out.f64(copy.topicSequence);
  out.text16(copy.publicationId);
  out.text16(copy.topic.namespace);
  out.text16(copy.topic.name);
}

function readCopyFacts(reader: ByteReader): CopyFacts {
  return {
    binding: reader.u32(),
    rendering: reader.u8(),
    topicSequence: reader.f64(),
    publicationId: reader.text16(),
    topic: { namespace: reader.text16(), name: reader.text16() },
  };
}

function flagsOf(message: OutgoingMessage, { origin, copy }: FixedFacts): number {
  let flags = 0;
  if (message.group !== undefined) flags |= HAS_GROUP;
  if (message.dedupId !== undefined) flags |= HAS_DEDUP;
  if (message.trace !== undefined) flags |= HAS_TRACE;
  if (origin !== undefined) flags |= HAS_ORIGIN;
  if (copy !== undefined) flags |= IS_COPY;
  if (message.subject !== undefined) flags |= HAS_SUBJECT;
  if (typeof message.body === 'string') flags |= IS_TEXT;
  if (message.attributes.length > 0) flags |= HAS_ATTRIBUTES;
  return flags;
}

function writeAttributes(out: ByteWriter, attributes: readonly MessageAttribute[]): void {
  out.u16(attributes.length);
  for (const attribute of attributes) {
    out.text16(attribute.name);
    out.text16(attribute.type);
    out.u8(typeof attribute.value === 'string' ? 0 : 1);
    const lengthAt = out.length;
    out.u32(0);
    if (typeof attribute.value === 'string') out.text(attribute.value);
    else out.raw(attribute.value);
    out.setU32(lengthAt, out.length - lengthAt - 4);
  }
}

/** Reads a record; `bytes` must not be reused while the message lives. */
export function readMessage(bytes: Uint8Array): StoredMessage {
  return new RecordMessage(bytes);
}

/** When a stored message was sent, without decoding the rest. */
export function sentAtOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(2, true);
}

class RecordMessage implements StoredMessage {
  readonly sentAtMs: number;
  readonly sender: string;
  readonly group: string | undefined;
  readonly dedupId: string | undefined;
  readonly trace: string | undefined;
  readonly subject: string | undefined;
  readonly origin: MessageOrigin | undefined;
  readonly copy: CopyFacts | undefined;
  readonly #bytes: Buffer;
  readonly #isText: boolean;
  readonly #attributesAt: number;
  #attributes: readonly MessageAttribute[] | undefined;
  #bodyAt = -1;

  constructor(record: Uint8Array) {
    this.#bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
    const reader = new ByteReader(record, 1);
    const flags = reader.u8();
    this.sentAtMs = reader.f64();
    reader.offset += 16;
    this.sender = reader.text16();
    this.group = (flags & HAS_GROUP) === 0 ? undefined : reader.text16();
    this.dedupId = (flags & HAS_DEDUP) === 0 ? undefined : reader.text16();
    this.trace = (flags & HAS_TRACE) === 0 ? undefined : reader.text16();
    this.origin =
      (flags & HAS_ORIGIN) === 0 ? undefined : { namespace: reader.text16(), name: reader.text16() };
    this.subject = (flags & HAS_SUBJECT) === 0 ? undefined : reader.text16();
    this.copy = (flags & IS_COPY) === 0 ? undefined : readCopyFacts(reader);
    this.#isText = (flags & IS_TEXT) !== 0;
    this.#attributesAt = reader.offset;
    if ((flags & HAS_ATTRIBUTES) === 0) {
      this.#attributes = noAttributes;
      this.#bodyAt = reader.offset;
    }
  }

  get id(): string {
    return formatId(this.#bytes, 10);
  }
  get attributes(): readonly MessageAttribute[] {
    return this.#attributes ?? this.#readAttributes();
  }
  get bodyBytes(): number {
    return this.#bytes.length - this.#bodyStart();
  }
  get isText(): boolean {
    return this.#isText;
  }
  body(): Buffer {
    return this.#bytes.subarray(this.#bodyStart());
  }
  bodyText(): string {
    return this.#bytes.toString('utf8', this.#bodyStart());
  }

  #bodyStart(): number {
    if (this.#bodyAt < 0) this.#readAttributes();
    return this.#bodyAt;
  }
  #readAttributes(): readonly MessageAttribute[] {
    const reader = new ByteReader(this.#bytes, this.#attributesAt);
    const attributes: MessageAttribute[] = [];
    for (let left = reader.u16(); left > 0; left--) {
      const name = reader.text16();
      const type = reader.text16();
      const isBinary = reader.u8() === 1;
      const value = isBinary ? reader.raw32() : reader.text(reader.u32());
      attributes.push({ name, type, value });
    }
    this.#bodyAt = reader.offset;
    this.#attributes = attributes;
    return attributes;
  }
}

const noAttributes: readonly MessageAttribute[] = [];

const hexDigits = Buffer.from('0123456789abcdef');
/** Of a UUID's text; 36 characters are put together here, then become one string. */
const idText = Buffer.alloc(36, '-');

/** The words of a UUID's text. */
export function parseId(id: string): IdWords {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  return Uint32Array.of(
    bytes.readUInt32LE(0),
    bytes.readUInt32LE(4),
    bytes.readUInt32LE(8),
    bytes.readUInt32LE(12),
  );
}

/** UUID text of the 16 bytes at `at`. */
export function formatId(bytes: Uint8Array, at: number): string {
  let place = 0;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) place++;
    const byte = bytes[at + i] as number;
    idText[place++] = hexDigits[byte >> 4] as number;
    idText[place++] = hexDigits[byte & 15] as number;
  }
  return idText.toString('latin1');
}

/** Stamps version 4 and the RFC 9562 variant into four random words. */
export function makeUuid4(words: IdWords): IdWords {
  words[1] = ((words[1] as number) & 0xff0fffff) | 0x00400000;
  words[2] = ((words[2] as number) & 0xffffff3f) | 0x00000080;
  return words;
}
