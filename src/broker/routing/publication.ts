// What a publication is in the log: its message stored once per cell as a body of an entity of its own, with
// the list of those that refer to it, and a short reference per copy as the body of the target's message.
// Written by publish.ts; read wherever a message is.
//
//   reference (a body of the target queue):
//   u8 version (2)   u32+u16 sequence of the publication   u32 binding   u8 rendering
//
//   publication (a body of `publicationsEntity`):
//   u8  version (3)   u8 hops   u32 where the message starts   f64 topic sequence
//   u16+n topic namespace   u16+n topic name
//   u32 copies in this cell, each: u32 queue entity, u32+u16 sequence
//   u16 routes, each: f64 outbox sequence, u16 cell, u32 copies, each: u8 kind, u32 target, u32 binding,
//       u8 rendering, u16+n key
//   message record (message.ts), its length in front
//
// To change them: other versions, and keep reading these.
import { ByteReader } from '../../base/bytes.ts';
import type { ByteWriter } from '../../base/bytes.ts';
import type { CellLog } from '../../storage/types.ts';
import { formatId, makeUuid4, parseId, readMessage, sentAtOf } from '../message.ts';
import type { FixedFacts, StoredMessage } from '../message.ts';
import { writeMessage } from '../message.ts';
import type { OutgoingMessage } from '../command.ts';
import type { CopyFacts } from '../topic-types.ts';
import { scramble } from '../queue/dedup-hash.ts';

/** No queue has this incarnation id: they are handed out from 1 on. */
export const publicationsEntity = 0xffff_ffff;

const REFERENCE = 2;
const PUBLICATION = 3;
const messageStartAt = 2;

export interface LocalCopy {
  readonly entity: number;
  readonly sequence: number;
}
export type RemoteKind = 'queue' | 'stream' | 'topic';
const remoteKinds: readonly RemoteKind[] = ['queue', 'stream', 'topic'];

export interface RemoteCopy {
  readonly kind: RemoteKind;
  readonly target: number;
  readonly binding: number;
  readonly rendering: number;
  /** Streams: the record's key. */
  readonly key: string;
}
export interface Route {
  readonly outboxSequence: number;
  readonly cell: number;
  readonly copies: readonly RemoteCopy[];
}

export interface PublicationFacts {
  readonly hops: number;
  readonly topicSequence: number;
  readonly topic: { readonly namespace: string; readonly name: string };
}

export interface NewPublication extends PublicationFacts {
  readonly message: OutgoingMessage;
  readonly fixed: FixedFacts;
  readonly locals: readonly LocalCopy[];
  readonly routes: readonly Route[];
}

/** With its length in front, as every body. */
export function writePublication(out: ByteWriter, publication: NewPublication): void {
  const start = out.length;
  out.u32(0);
  out.u8(PUBLICATION);
  out.u8(publication.hops);
  out.u32(0);
  out.f64(publication.topicSequence);
  out.text16(publication.topic.namespace);
  out.text16(publication.topic.name);
  out.u32(publication.locals.length);
  for (const { entity, sequence } of publication.locals) {
    out.u32(entity);
    writeSequence(out, sequence);
  }
  out.u16(publication.routes.length);
  for (const { outboxSequence, cell, copies } of publication.routes) {
    out.f64(outboxSequence);
    out.u16(cell);
    out.u32(copies.length);
    for (const copy of copies) {
      out.u8(remoteKinds.indexOf(copy.kind));
      out.u32(copy.target);
      out.u32(copy.binding);
      out.u8(copy.rendering);
      out.text16(copy.key);
    }
  }
  out.setU32(start + 4 + messageStartAt, out.length - start - 4);
  writeMessage(out, publication.message, publication.fixed);
  out.setU32(start, out.length - start - 4);
}

export function writeReference(
  out: ByteWriter,
  reference: { readonly publication: number; readonly binding: number; readonly rendering: number },
): void {
  out.u32(12);
  out.u8(REFERENCE);
  writeSequence(out, reference.publication);
  out.u32(reference.binding);
  out.u8(reference.rendering);
}

function writeSequence(out: ByteWriter, sequence: number): void {
  out.u32(sequence >>> 0);
  out.u16(Math.floor(sequence / 4294967296));
}
function readSequence(reader: ByteReader): number {
  return reader.u32() + reader.u16() * 4294967296;
}

/** The stored message of a queue, wherever its bytes are; undefined when it is not stored (any more). */
export function storedMessage(log: CellLog, entity: number, sequence: number): StoredMessage | undefined {
  const bytes = log.body(entity, sequence);
  if (bytes === undefined) return undefined;
  if (bytes[0] !== REFERENCE) return readMessage(Buffer.from(bytes));
  const reader = new ByteReader(bytes, 1);
  const publication = readSequence(reader);
  const binding = reader.u32();
  const rendering = reader.u8();
  const shared = log.body(publicationsEntity, publication);
  return shared === undefined
    ? undefined
    : copyOf(Buffer.from(shared), { entity, sequence }, { binding, rendering });
}

/** When the message was sent; cheap. */
export function storedSentAt(log: CellLog, entity: number, sequence: number): number | undefined {
  const bytes = log.body(entity, sequence);
  if (bytes === undefined) return undefined;
  if (bytes[0] !== REFERENCE) return sentAtOf(bytes);
  const shared = log.body(publicationsEntity, readSequence(new ByteReader(bytes, 1)));
  return shared === undefined ? undefined : sentAtOf(messageBytes(shared));
}

/** One copy of a publication, as a message. */
function copyOf(
  publication: Buffer,
  place: LocalCopy,
  { binding, rendering }: Pick<CopyFacts, 'binding' | 'rendering'>,
): StoredMessage {
  const { topic, topicSequence } = publicationFacts(publication);
  const message = readMessage(messageBytes(publication));
  const publicationId = message.id;
  return new CopyMessage(message, place, { topic, binding, rendering, publicationId, topicSequence });
}

export function publicationMessage(publication: Buffer): StoredMessage {
  return readMessage(messageBytes(publication));
}

export function publicationFacts(publication: Uint8Array): PublicationFacts {
  const reader = new ByteReader(publication, 1);
  const hops = reader.u8();
  reader.offset += 4;
  const topicSequence = reader.f64();
  return { hops, topicSequence, topic: { namespace: reader.text16(), name: reader.text16() } };
}

export function publicationCopies(publication: Uint8Array): {
  readonly locals: LocalCopy[];
  readonly routes: Route[];
} {
  const reader = new ByteReader(publication, messageStartAt + 4 + 8);
  reader.text16();
  reader.text16();
  const locals: LocalCopy[] = [];
  for (let left = reader.u32(); left > 0; left--)
    locals.push({ entity: reader.u32(), sequence: readSequence(reader) });
  const routes: Route[] = [];
  for (let left = reader.u16(); left > 0; left--) {
    const outboxSequence = reader.f64();
    const cell = reader.u16();
    const copies: RemoteCopy[] = [];
    for (let copiesLeft = reader.u32(); copiesLeft > 0; copiesLeft--) {
      copies.push({
        kind: remoteKinds[reader.u8()] as RemoteKind,
        target: reader.u32(),
        binding: reader.u32(),
        rendering: reader.u8(),
        key: reader.text16(),
      });
    }
    routes.push({ outboxSequence, cell, copies });
  }
  return { locals, routes };
}

function messageBytes(publication: Uint8Array): Uint8Array {
  const at = new ByteReader(publication, messageStartAt).u32();
  return publication.subarray(at + 4);
}

/** The publication's message with an id of its own. */
class CopyMessage implements StoredMessage {
  readonly copy: CopyFacts;
  readonly #message: StoredMessage;
  readonly #place: LocalCopy;
  #id: string | undefined;

  constructor(message: StoredMessage, place: LocalCopy, copy: CopyFacts) {
    this.#message = message;
    this.#place = place;
    this.copy = copy;
  }
  get id(): string {
    this.#id ??= copyId(this.copy.publicationId, this.#place);
    return this.#id;
  }
  get sentAtMs(): number {
    return this.#message.sentAtMs;
  }
  get sender(): string {
    return this.#message.sender;
  }
  get group(): string | undefined {
    return this.#message.group;
  }
  get dedupId(): string | undefined {
    return this.#message.dedupId;
  }
  get trace(): string | undefined {
    return this.#message.trace;
  }
  get subject(): string | undefined {
    return this.#message.subject;
  }
  get origin(): undefined {
    return undefined;
  }
  get attributes(): StoredMessage['attributes'] {
    return this.#message.attributes;
  }
  get bodyBytes(): number {
    return this.#message.bodyBytes;
  }
  get isText(): boolean {
    return this.#message.isText;
  }
  body(): Buffer {
    return this.#message.body();
  }
  bodyText(): string {
    return this.#message.bodyText();
  }
}

/** Each copy has its own id, which follows from what it is. */
function copyId(publicationId: string, { entity, sequence }: LocalCopy): string {
  const words = parseId(publicationId);
  for (let i = 0; i < 4; i++)
    words[i] = scramble(
      (words[i] as number) ^ Math.imul(entity + i, 0x9e3779b1) ^ Math.imul(sequence >>> 0, 0x85ebca6b),
    );
  return formatId(new Uint8Array(makeUuid4(words).buffer), 0);
}
