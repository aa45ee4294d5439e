// State of 512 messages with consecutive sequences of one queue: which are there, which are hidden from
// receivers, how often each was received. Pages are what is evicted, checkpointed and loaded again; the
// bodies are elsewhere. A page is current to `position`: replay leaves it alone for records at or below that.
//
//   u8 version | u8 parts: 1 receives, 2 groups, 4 delayed | f64 position | f64 sent min | f64 sent max
//   64 B live bitmap | 64 B hidden bitmap | [64 B delayed bitmap]
//   [f64 base ms, 512 x u16 receive count, 512 x u32 first receive after base, ms]  [512 x f64 group hash]
//   u16 lease count, each: u16 slot, f64 generation, f64 until ms
//
// To change it: raise VERSION and keep reading the older one; pages are derived, so a page that is not
// understood may also be dropped together with the checkpoint and replayed.
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { assert } from '../../base/assert.ts';
import type { PageRow } from '../../storage/types.ts';
import type { Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';

export const PAGE_MESSAGES = 512;
const WORDS = PAGE_MESSAGES / 32;
const VERSION = 1;
const HAS_RECEIVES = 1;
const HAS_GROUPS = 2;
const HAS_DELAYED = 4;

export function pageIndexOf(sequence: number): number {
  return Math.floor(sequence / PAGE_MESSAGES);
}

/** Sequence of the first message of a page. */
export function firstSequenceOf(index: number): number {
  return index * PAGE_MESSAGES;
}

/** A lease as it is written into its page. */
export interface PageLease {
  readonly slot: number;
  readonly generation: number;
  readonly untilMs: number;
}

export class MessagePage implements Persistent {
  readonly kind = rowKind.messages;
  readonly entity: number;
  readonly index: number;
  /** Replay leaves the page alone for batches at or below this one: its row holds them. */
  loadedPosition = 0;
  dirtySince = 0;
  isSaving = false;
  /** A row of this page exists (or is being written). */
  hasRow = false;
  /** Leases of this page, from the cell's lease table; set by the store that owns the page. */
  leases: (page: MessagePage) => readonly PageLease[] = noLeases;
  /** Use count of the page cache's clock hand. */
  isRecent = true;
  liveCount = 0;
  sentMinMs = Infinity;
  sentMaxMs = -Infinity;
  readonly live = new Uint32Array(WORDS);
  readonly hidden = new Uint32Array(WORDS);
  delayed: Uint32Array | undefined;
  receiveCounts: Uint16Array | undefined;
  #firstReceives: Uint32Array | undefined;
  #firstBaseMs = 0;
  groups: Float64Array | undefined;
  #leasesInRow = 0;
  /** The row that lists this page as one with leases exists. */
  #isListed = false;

  constructor(entity: number, index: number) {
    this.entity = entity;
    this.index = index;
  }

  get firstSequence(): number {
    return firstSequenceOf(this.index);
  }
  /** Rough size in memory, for the page budget. */
  get residentBytes(): number {
    let bytes = 512;
    if (this.receiveCounts !== undefined) bytes += PAGE_MESSAGES * 6 + 256;
    if (this.groups !== undefined) bytes += PAGE_MESSAGES * 8 + 128;
    if (this.delayed !== undefined) bytes += 192;
    return bytes;
  }

  isLive(slot: number): boolean {
    return ((this.live[slot >> 5] as number) & (1 << (slot & 31))) !== 0;
  }
  isHidden(slot: number): boolean {
    return ((this.hidden[slot >> 5] as number) & (1 << (slot & 31))) !== 0;
  }
  isDelayed(slot: number): boolean {
    return this.delayed !== undefined && ((this.delayed[slot >> 5] as number) & (1 << (slot & 31))) !== 0;
  }
  isReady(slot: number): boolean {
    const word = slot >> 5;
    return ((this.live[word] as number) & ~(this.hidden[word] as number) & (1 << (slot & 31))) !== 0;
  }

  /** First ready slot at or after `from`, or -1. */
  nextReady(from: number): number {
    return nextBit(this.live, this.hidden, from);
  }
  /** First live slot at or after `from`, or -1. */
  nextLive(from: number): number {
    return nextBit(this.live, undefined, from);
  }

  add(slot: number, sentAtMs: number): void {
    assert(!this.isLive(slot), 'a sequence is used once');
    set(this.live, slot);
    this.liveCount++;
    if (sentAtMs < this.sentMinMs) this.sentMinMs = sentAtMs;
    if (sentAtMs > this.sentMaxMs) this.sentMaxMs = sentAtMs;
  }
  /** The message is done, whatever its state was. */
  remove(slot: number): void {
    if (!this.isLive(slot)) return;
    clear(this.live, slot);
    clear(this.hidden, slot);
    if (this.delayed !== undefined) clear(this.delayed, slot);
    this.liveCount--;
    if (this.liveCount === 0) this.#dropFacts();
  }

  /** The last page of a quiet queue stays: without messages it needs no facts about any. */
  #dropFacts(): void {
    this.receiveCounts = undefined;
    this.#firstReceives = undefined;
    this.groups = undefined;
    this.delayed = undefined;
    this.sentMinMs = Infinity;
    this.sentMaxMs = -Infinity;
  }
  hide(slot: number): void {
    set(this.hidden, slot);
  }
  show(slot: number): void {
    clear(this.hidden, slot);
  }
  delay(slot: number): void {
    this.delayed ??= new Uint32Array(WORDS);
    set(this.delayed, slot);
    set(this.hidden, slot);
  }
  endDelay(slot: number): void {
    if (!this.isDelayed(slot)) return;
    clear(this.delayed as Uint32Array, slot);
    clear(this.hidden, slot);
  }
  setGroup(slot: number, group: number): void {
    this.groups ??= new Float64Array(PAGE_MESSAGES);
    this.groups[slot] = group;
  }
  groupOf(slot: number): number {
    return this.groups === undefined ? 0 : (this.groups[slot] as number);
  }

  receiveCount(slot: number): number {
    return this.receiveCounts === undefined ? 0 : (this.receiveCounts[slot] as number);
  }
  /** When the message was first received; meaningful only with a receive count above 0. */
  firstReceivedAtMs(slot: number): number {
    return this.#firstBaseMs + (this.#firstReceives?.[slot] ?? 0);
  }
  /** Sets count and, when it becomes 1, the time of the first receive. Counts saturate at 65,535. */
  countReceive(slot: number, count: number, nowMs: number): void {
    if (this.receiveCounts === undefined) {
      this.receiveCounts = new Uint16Array(PAGE_MESSAGES);
      this.#firstReceives = new Uint32Array(PAGE_MESSAGES);
      this.#firstBaseMs = nowMs;
    }
    this.receiveCounts[slot] = Math.min(count, 0xffff);
    if (count === 1) this.#setFirst(slot, nowMs);
  }
  /** Corrects the count (a receive that never reached its client) and leaves the first receive as it is. */
  setCount(slot: number, count: number): void {
    if (this.receiveCounts !== undefined) this.receiveCounts[slot] = count;
  }
  /** Takes a moved-in message's history over: its count and first receive go on where they were. */
  setReceives(slot: number, count: number, firstAtMs: number): void {
    if (this.receiveCounts === undefined) this.countReceive(slot, 0, firstAtMs);
    (this.receiveCounts as Uint16Array)[slot] = Math.min(count, 0xffff);
    this.#setFirst(slot, firstAtMs);
  }

  /** A time before the base (a moved-in message) or 49 days after it (a slow queue) moves the base. */
  #setFirst(slot: number, atMs: number): void {
    const offsets = this.#firstReceives as Uint32Array;
    if (atMs < this.#firstBaseMs || atMs - this.#firstBaseMs > 0xffffffff) {
      const base = atMs < this.#firstBaseMs ? atMs : atMs - 0x7fffffff;
      const shift = this.#firstBaseMs - base;
      // What is clamped here was received 24 days ago: no queue keeps a message that long.
      for (let i = 0; i < PAGE_MESSAGES; i++) {
        offsets[i] = Math.min(0xffffffff, Math.max(0, (offsets[i] as number) + shift));
      }
      this.#firstBaseMs = base;
    }
    offsets[slot] = atMs - this.#firstBaseMs;
  }

  /** Drops everything below `floor` (purged or expired as a whole). */
  trim(floor: number): void {
    const end = Math.min(PAGE_MESSAGES, floor - this.firstSequence);
    for (let slot = this.nextLive(0); slot >= 0 && slot < end; slot = this.nextLive(slot + 1))
      this.remove(slot);
  }

  encode(position: number): Buffer | null {
    if (this.liveCount === 0) {
      this.#leasesInRow = 0;
      this.hasRow = false;
      return null;
    }
    const leases = this.leases(this);
    this.#leasesInRow = leases.length;
    this.hasRow = true;
    const out = scratch;
    out.reset();
    out.u8(VERSION);
    const receives = this.receiveCounts;
    out.u8(
      (receives === undefined ? 0 : HAS_RECEIVES) |
        (this.groups === undefined ? 0 : HAS_GROUPS) |
        (this.delayed === undefined ? 0 : HAS_DELAYED),
    );
    out.f64(position);
    out.f64(this.sentMinMs);
    out.f64(this.sentMaxMs);
    writeBitmap(out, this.live);
    writeBitmap(out, this.hidden);
    if (this.delayed !== undefined) writeBitmap(out, this.delayed);
    if (receives !== undefined) {
      out.f64(this.#firstBaseMs);
      out.raw(bytesOf(receives));
      out.raw(bytesOf(this.#firstReceives as Uint32Array));
    }
    if (this.groups !== undefined) out.raw(bytesOf(this.groups));
    out.u16(leases.length);
    for (const lease of leases) {
      out.u16(lease.slot);
      out.f64(lease.generation);
      out.f64(lease.untilMs);
    }
    return out.bytes();
  }

  /** A start has to find the leases again without reading every page: pages that hold some are listed. */
  companions(): readonly PageRow[] {
    if (this.#leasesInRow === 0 && !this.#isListed) return [];
    const marker = this.#leasesInRow > 0 ? listed : null;
    return [{ kind: rowKind.leasedPages, entity: this.entity, index: this.index, bytes: marker }];
  }

  saved(): void {
    this.#isListed = this.#leasesInRow > 0;
  }

  static decode(
    entity: number,
    index: number,
    bytes: Uint8Array,
  ): { page: MessagePage; leases: PageLease[] } {
    const reader = new ByteReader(bytes);
    const version = reader.u8();
    assert(version === VERSION, `message page version ${version} is not known`);
    const parts = reader.u8();
    const page = new MessagePage(entity, index);
    page.loadedPosition = reader.f64();
    page.hasRow = true;
    page.sentMinMs = reader.f64();
    page.sentMaxMs = reader.f64();
    readBitmap(reader, page.live);
    readBitmap(reader, page.hidden);
    page.liveCount = countBits(page.live);
    if ((parts & HAS_DELAYED) !== 0) {
      page.delayed = new Uint32Array(WORDS);
      readBitmap(reader, page.delayed);
    }
    if ((parts & HAS_RECEIVES) !== 0) {
      page.#firstBaseMs = reader.f64();
      page.receiveCounts = new Uint16Array(PAGE_MESSAGES);
      bytesOf(page.receiveCounts).set(reader.raw(PAGE_MESSAGES * 2));
      page.#firstReceives = new Uint32Array(PAGE_MESSAGES);
      bytesOf(page.#firstReceives).set(reader.raw(PAGE_MESSAGES * 4));
    }
    if ((parts & HAS_GROUPS) !== 0) {
      page.groups = new Float64Array(PAGE_MESSAGES);
      bytesOf(page.groups).set(reader.raw(PAGE_MESSAGES * 8));
    }
    const leases: PageLease[] = [];
    for (let left = reader.u16(); left > 0; left--) {
      leases.push({ slot: reader.u16(), generation: reader.f64(), untilMs: reader.f64() });
    }
    page.#isListed = leases.length > 0;
    return { page, leases };
  }
}

/** One encoding at a time. */
const scratch = new ByteWriter(16_384);
const listed = new Uint8Array([1]);
const noLeases = (): readonly PageLease[] => [];

function set(bitmap: Uint32Array, slot: number): void {
  bitmap[slot >> 5] = (bitmap[slot >> 5] as number) | (1 << (slot & 31));
}
function clear(bitmap: Uint32Array, slot: number): void {
  bitmap[slot >> 5] = (bitmap[slot >> 5] as number) & ~(1 << (slot & 31));
}

/** First set bit of `bits` without `mask` at or after `from`, or -1. */
function nextBit(bits: Uint32Array, mask: Uint32Array | undefined, from: number): number {
  let word = from >> 5;
  if (word >= WORDS) return -1;
  let found = (bits[word] as number) & (-1 << (from & 31));
  if (mask !== undefined) found &= ~(mask[word] as number);
  while (found === 0) {
    if (++word >= WORDS) return -1;
    found = bits[word] as number;
    if (mask !== undefined) found &= ~(mask[word] as number);
  }
  return (word << 5) + (31 - Math.clz32(found & -found));
}

function countBits(bitmap: Uint32Array): number {
  let count = 0;
  for (const word of bitmap) for (let bits = word; bits !== 0; bits &= bits - 1) count++;
  return count;
}

// Word by word: asking such a small array for its buffer would move it out of V8's heap for good.
function writeBitmap(out: ByteWriter, bitmap: Uint32Array): void {
  for (let word = 0; word < WORDS; word++) out.u32(bitmap[word] as number);
}
function readBitmap(reader: ByteReader, bitmap: Uint32Array): void {
  for (let word = 0; word < WORDS; word++) bitmap[word] = reader.u32();
}

function bytesOf(array: Uint32Array | Uint16Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
