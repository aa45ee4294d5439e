// Request bodies in the two wires of Kinesis, member by member: JSON carries data as base64, CBOR as bytes,
// with maps and lists of indefinite length, as the Java SDK writes them. For templates and for small
// requests; what is written per record of a window goes through put-template.ts.
import type { StampForm } from '../../stamp.ts';
import type { KinesisWire } from '../../workload.ts';

/** `text` and `data` answer where the value begins. Texts are ASCII without quotes. */
export interface BodyWriter {
  readonly dataForm: StampForm;
  startMap(): void;
  endMap(): void;
  startList(name: string): void;
  endList(): void;
  text(name: string, value: string): number;
  data(name: string, bytes: Buffer): number;
  number(name: string, value: number): void;
  finish(): Buffer;
}

export function bodyWriter(wire: KinesisWire): BodyWriter {
  return wire === 'json' ? new JsonBody() : new CborBody();
}

class JsonBody implements BodyWriter {
  readonly dataForm = 'base64';
  #text = '';

  startMap(): void {
    if (this.#text.endsWith('}')) this.#text += ',';
    this.#text += '{';
  }
  endMap(): void {
    this.#text += '}';
  }
  startList(name: string): void {
    this.#name(name);
    this.#text += '[';
  }
  endList(): void {
    this.#text += ']';
  }
  text(name: string, value: string): number {
    this.#name(name);
    const at = this.#text.length + 1;
    this.#text += `"${value}"`;
    return at;
  }
  data(name: string, bytes: Buffer): number {
    return this.text(name, bytes.toString('base64'));
  }
  number(name: string, value: number): void {
    this.#name(name);
    this.#text += value;
  }
  finish(): Buffer {
    return Buffer.from(this.#text, 'latin1');
  }

  #name(name: string): void {
    this.#text += `${this.#text.endsWith('{') ? '' : ','}"${name}":`;
  }
}

const startOfList = 0x9f;
const startOfMap = 0xbf;
const end = 0xff;
const numberKind = 0x00;
const bytesKind = 0x40;
const textKind = 0x60;

class CborBody implements BodyWriter {
  readonly dataForm = 'bytes';
  readonly #parts: Buffer[] = [];
  #length = 0;

  startMap(): void {
    this.#add(Buffer.of(startOfMap));
  }
  endMap(): void {
    this.#add(Buffer.of(end));
  }
  startList(name: string): void {
    this.#string(textKind, Buffer.from(name));
    this.#add(Buffer.of(startOfList));
  }
  endList(): void {
    this.#add(Buffer.of(end));
  }
  text(name: string, value: string): number {
    this.#string(textKind, Buffer.from(name));
    return this.#string(textKind, Buffer.from(value));
  }
  data(name: string, bytes: Buffer): number {
    this.#string(textKind, Buffer.from(name));
    return this.#string(bytesKind, bytes);
  }
  number(name: string, value: number): void {
    this.#string(textKind, Buffer.from(name));
    this.#add(cborHead(numberKind, value));
  }
  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #string(kind: number, bytes: Buffer): number {
    this.#add(cborHead(kind, bytes.length));
    const at = this.#length;
    this.#add(bytes);
    return at;
  }
  #add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }
}

function cborHead(kind: number, value: number): Buffer {
  if (value < 24) return Buffer.of(kind + value);
  if (value < 0x100) return Buffer.of(kind + 24, value);
  if (value < 0x10000) return Buffer.of(kind + 25, value >> 8, value & 255);
  return Buffer.of(kind + 26, value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
}

/** What stands in front of a member's text or data, to be found in replies. */
export function valueNeedle(wire: KinesisWire, name: string, valueBytes: number): string {
  if (wire === 'json') return `${name}":"`;
  const kind = name === 'Data' ? bytesKind : textKind;
  return name + cborHead(kind, valueBytes).toString('latin1');
}
