// The head that a connection reads, line by line beside the one it read last. Clients write the same lines
// again and again, but for a date and a signature: what is equal byte for byte was checked before, and its
// strings are used again. Used by RequestHead alone; it judges nothing and knows no meaning of any line.
import { wordsOf } from './bytes.ts';
import { HeaderList } from './header-list.ts';

/** Longer heads are read anew each time: what a connection keeps has to stay small. */
const rememberedBytesMax = 2048;
const rememberedLinesMax = 32;
/** Room is taken in steps of this. */
const stepBytes = 64;
const noBytes = new Uint8Array(0);
const noWords = new Int32Array(0);

export class RememberedHead {
  #bytes: Uint8Array = noBytes;
  #words: Int32Array = noWords;
  /**
   * Lines of the last head that can be compared with, the request line included; none while it is unknown.
   */
  #knownCount = 0;
  #knownLength = 0;
  /**
   * By line: where it was, relative to its head, and how long. The names lengths are those of header lines.
   */
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  readonly #nameLengths: number[] = [];
  /** By header. Lists of names are those of requests too: replaced, never changed once a head is complete. */
  #knownNames: string[] = [];
  #names: string[] = this.#knownNames;
  /** Those of the last head, written over one by one by the next. */
  #values: string[] = [];
  #hasDuplicate = false;
  #line = 0;
  #position = 0;

  /** Of the last head, its empty line left out; 0 while it is unknown. */
  get knownLength(): number {
    return this.#knownLength;
  }

  /** Another head begins. */
  begin(): void {
    this.#line = 0;
    this.#position = 0;
    this.#names = this.#knownNames;
    this.#hasDuplicate = false;
  }

  /**
   * How many bytes at `at` are those of the line that was in this place last time. An LF follows `at`, so the
   * comparison ends inside `bytes`: the other line has one at its end alone.
   */
  commonLength(bytes: Uint8Array, at: number): number {
    if (this.#line >= this.#knownCount) return 0;
    const start = this.#starts[this.#line] as number;
    const end = start + this.lineLength;
    const shift = at - start;
    let i = start;
    if (((bytes.byteOffset + shift) & 3) === 0) i = this.#commonWords(bytes, shift, { start, end });
    while (i < end && bytes[shift + i] === this.#bytes[i]) i++;
    return i - start;
  }

  /** Of the line that was in this place last time. */
  get lineLength(): number {
    return this.#lengths[this.#line] as number;
  }
  get nameLength(): number {
    return this.#nameLengths[this.#line] as number;
  }
  get name(): string {
    return this.#knownNames[this.#line - 1] as string;
  }

  addRequestLine(length: number): void {
    this.#advance(length, 0);
  }

  /** Adds the header line that was in this place last time. False: this head had one of its name before. */
  repeatHeader(): boolean {
    const index = this.#line - 1;
    this.#advance(this.lineLength, this.nameLength);
    if (this.#names === this.#knownNames) return true;
    return this.#append(this.#knownNames[index] as string, this.#values[index] as string);
  }

  /** `nameLength` and `length` are those of the line. False: this head had one of its name before. */
  addHeader(name: string, value: string, length: number, nameLength: number): boolean {
    const index = this.#line - 1;
    this.#advance(length, nameLength);
    if (this.#names === this.#knownNames) {
      if (this.#names[index] === name) {
        this.#values[index] = value;
        return true;
      }
      this.#names = this.#knownNames.slice(0, index);
    }
    return this.#append(name, value);
  }

  /** The headers of this head, which is complete. */
  takeHeaders(): HeaderList {
    const count = this.#line - 1;
    if (this.#names === this.#knownNames && this.#names.length > count)
      this.#names = this.#names.slice(0, count);
    return new HeaderList(this.#names, this.#values.slice(0, this.#names.length));
  }

  /** This head is complete and in one piece, up to `end`: the next one is compared with it. */
  keep(bytes: Buffer, end: number): void {
    const length = this.#position;
    if (this.#hasDuplicate || length > rememberedBytesMax || this.#line > rememberedLinesMax) {
      this.forget();
      return;
    }
    if (length > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.ceil(length / stepBytes) * stepBytes);
      this.#words = new Int32Array(this.#bytes.buffer);
    }
    bytes.copy(this.#bytes, 0, end - length, end);
    this.#knownNames = this.#names;
    if (this.#values.length > this.#names.length) this.#values.length = this.#names.length;
    this.#knownCount = this.#line;
    this.#knownLength = length;
  }

  /** The next lines are compared with nothing. */
  forget(): void {
    this.#knownCount = 0;
    this.#knownLength = 0;
  }

  /** Gives the memory back; the next head is read as the first one was. */
  release(): void {
    if (this.#bytes.length === 0) return;
    this.forget();
    this.#bytes = noBytes;
    this.#words = noWords;
    this.#knownNames = [];
    this.#names = this.#knownNames;
    this.#values = [];
  }

  #append(name: string, value: string): boolean {
    const former = this.#names.indexOf(name);
    if (former >= 0) {
      this.#hasDuplicate = true;
      this.#values[former] = `${this.#values[former]}, ${value}`;
      return false;
    }
    this.#values[this.#names.length] = value;
    this.#names.push(name);
    return true;
  }

  #advance(length: number, nameLength: number): void {
    this.#starts[this.#line] = this.#position;
    this.#lengths[this.#line] = length;
    this.#nameLengths[this.#line] = nameLength;
    this.#line++;
    this.#position += length;
  }

  /** Both sides are laid out alike in their words; answers a position up to which they are the same. */
  #commonWords(
    bytes: Uint8Array,
    shift: number,
    range: { readonly start: number; readonly end: number },
  ): number {
    const words = wordsOf(bytes);
    const { start, end } = range;
    let i = start;
    while ((i & 3) !== 0 && i < end && bytes[shift + i] === this.#bytes[i]) i++;
    if ((i & 3) !== 0) return i;
    const offset = bytes.byteOffset + shift;
    while (i + 4 <= end && words[(offset + i) >> 2] === this.#words[i >> 2]) i += 4;
    return i;
  }
}
