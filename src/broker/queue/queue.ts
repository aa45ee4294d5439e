// One queue as its cell holds it in memory: counters and the resident pages. Its messages' bodies are in the
// log, their states in pages, its definition in the catalog.
//
// The life of a message (counted in exactly one of ready, leased, delayed, moving):
//
//   send --delay--> delayed --due--> READY <--release, expiry, undelivered-- LEASED --settle--> gone
//     \------------------------------^  \--receive---------------------------^
//                                        \--received too often, move task--> moving --accepted--> gone
//                                                                              \--refused--> READY
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import type { Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';
import type { GroupWindow } from './group-window.ts';
import type { MessagePage } from './message-page.ts';
import { ReadyCursor } from './ready-cursor.ts';

export type MessageState = 'ready' | 'leased' | 'delayed' | 'moving';
/** As numbers in records. */
export const messageStates: readonly MessageState[] = ['ready', 'leased', 'delayed', 'moving'];

const VERSION = 1;
/** One encoding at a time. */
const scratch = new ByteWriter(256);

/** Stands for an empty lane, so that a queue without tenants has none of its own. Never written to. */
const none: number[] = [];

export class Queue implements Persistent {
  readonly kind = rowKind.queue;
  readonly entity: number;
  readonly index = 0;
  dirtySince = 0;
  isSaving = false;
  /** Replay leaves counters alone for batches at or below this one. */
  loadedPosition = 0;
  isDropped = false;

  nextSequence = 1;
  /** Messages below it are gone, whatever their pages say: purged or expired as a whole. */
  floor = 1;
  /** Ids of deduplication that were sent below it are forgotten. */
  purgedBelow = 1;
  readonly counts: Record<MessageState, number> = { ready: 0, leased: 0, delayed: 0, moving: 0 };
  /** Receivers of one group exclude each other. */
  isOrdered = false;
  /** Some messages have a group or tenant. */
  hasGroups = false;
  /** Some messages came from other queues and may be older than their neighbours. */
  hasArrivals = false;

  // --- volatile: neither hashed nor saved ---
  readonly pages = new Map<number, MessagePage>();
  readonly ready = new ReadyCursor();
  window: GroupWindow | undefined;
  /** Leased messages by tenant (unordered queues with groups). */
  tenants: Map<number, number> | undefined;
  /** Messages of quiet tenants, to be served before a noisy tenant's backlog. */
  quietLane: number[] = none;
  /** Pages up to this sequence were searched for quiet tenants' messages. */
  quietCursor = 0;
  /** Rows of pages below the floor may still exist. */
  needsSweep = false;
  /** Nothing of it expires before this time. */
  nextExpiryMs = 0;
  /** Changes with every use, so that the least recently used window can be found. */
  usedAt = 0;
  readonly counters = {
    sentCount: 0,
    receivedCount: 0,
    settledCount: 0,
    expiredLeaseCount: 0,
    deadLetteredCount: 0,
    sentBytes: 0,
  };

  constructor(entity: number) {
    this.entity = entity;
  }

  get liveCount(): number {
    return this.counts.ready + this.counts.leased + this.counts.delayed + this.counts.moving;
  }

  encode(position: number): Uint8Array | null {
    if (this.isDropped) return null;
    const out = scratch;
    out.reset();
    out.u8(VERSION);
    const isPurged = this.purgedBelow > 1;
    out.u8(
      (this.isOrdered ? 1 : 0) | (this.hasGroups ? 2 : 0) | (this.hasArrivals ? 4 : 0) | (isPurged ? 8 : 0),
    );
    out.f64(position);
    out.f64(this.nextSequence);
    out.f64(this.floor);
    for (const state of messageStates) out.f64(this.counts[state]);
    if (isPurged) out.f64(this.purgedBelow);
    return out.bytes();
  }

  static decode(entity: number, bytes: Uint8Array): Queue {
    const queue = new Queue(entity);
    const reader = new ByteReader(bytes, 1);
    const flags = reader.u8();
    queue.isOrdered = (flags & 1) !== 0;
    queue.hasGroups = (flags & 2) !== 0;
    queue.hasArrivals = (flags & 4) !== 0;
    queue.loadedPosition = reader.f64();
    queue.nextSequence = reader.f64();
    queue.floor = reader.f64();
    for (const state of messageStates) queue.counts[state] = reader.f64();
    if ((flags & 8) !== 0) queue.purgedBelow = reader.f64();
    queue.ready.next = queue.floor;
    queue.needsSweep = queue.floor > 1;
    return queue;
  }
}
