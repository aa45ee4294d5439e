// Subscribers of one stream in the generator's thread, so that puts and events have one clock: each a
// connection that carries the events of one shard to one consumer. Accounts for every record by consumer and
// measures from the time at which its put was intended to the time at which it is here.
import net from 'node:net';
import type { RecordableHistogram } from 'node:perf_hooks';
import { performance } from 'node:perf_hooks';
import { EventStreamReader } from './event-stream-reader.ts';
import { createLatency, recordMs } from './latency.ts';
import type { Ledger } from './ledger.ts';
import type { EventsResult, SubscribeSpec } from './messages.ts';
import { NeedleFinder } from './needle-finder.ts';
import { Stamp } from './stamp.ts';
import { ShardCounters } from './workloads/kinesis/shard-counters.ts';

const openMsMax = 10_000;
const openCheckMs = 20;
const initialRecords = 1 << 16;
const readBufferBytes = 64 * 1024;

interface Subscriber {
  readonly socket: net.Socket;
  readonly reader: EventStreamReader;
}

export class Subscriptions {
  readonly #ledger: Ledger;
  readonly #stamp: Stamp;
  readonly #subscribers: Subscriber[] = [];
  readonly #counters = new ShardCounters();
  /** By consumer: a byte for every record that came. */
  readonly #received: Uint8Array[] = [];
  /** When the put of a record was intended. */
  #issuedAtMs = new Float64Array(initialRecords);
  #latency = createLatency();
  #receivedCount = 0;
  #duplicatedCount = 0;
  #unknownCount = 0;
  #reorderedCount = 0;
  #problem = '';

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#stamp = new Stamp(ledger.tag);
  }

  noteIssued(firstSequence: number, count: number, atMs: number): void {
    const end = firstSequence + count;
    if (end > this.#issuedAtMs.length) {
      const larger = new Float64Array(end * 2);
      larger.set(this.#issuedAtMs);
      this.#issuedAtMs = larger;
    }
    this.#issuedAtMs.fill(atMs, firstSequence, end);
  }

  /** Resolves when every subscription has been answered: what is put from then on has to come. */
  async open(endpoint: string, specs: readonly SubscribeSpec[]): Promise<void> {
    const { hostname: host, port } = new URL(endpoint);
    for (const spec of specs) this.#subscribe({ host, port: Number(port) }, spec);
    for (let waitedMs = 0; waitedMs < openMsMax; waitedMs += openCheckMs) {
      if (this.#problem !== '') throw new Error(this.#problem);
      if (this.#subscribers.every(({ reader }) => reader.frameCount > 0)) return;
      await new Promise((resolve) => setTimeout(resolve, openCheckMs));
    }
    throw new Error('subscriptions were not answered in time');
  }

  /** What came since the start; the latencies since the last call. */
  take(): EventsResult {
    const latency: RecordableHistogram = this.#latency;
    this.#latency = createLatency();
    return {
      receivedCount: this.#receivedCount,
      lostCount: this.#lostCount(),
      duplicatedCount: this.#duplicatedCount,
      unknownCount: this.#unknownCount,
      reorderedCount: this.#reorderedCount,
      problem: this.#problem,
      latency,
    };
  }

  close(): void {
    for (const { socket } of this.#subscribers) socket.removeAllListeners('close').destroy();
  }

  #subscribe(address: { host: string; port: number }, spec: SubscribeSpec): void {
    const visit = this.#visitorOf(spec);
    const reader = new EventStreamReader(visit);
    const fail = (problem: string): void => {
      if (this.#problem === '') this.#problem = problem;
      socket.destroy();
    };
    const onRead = (byteCount: number, piece: Uint8Array): boolean => {
      const problem = reader.feed((piece as Buffer).subarray(0, byteCount));
      if (problem !== undefined) fail(`a subscription failed: ${problem}`);
      return true;
    };
    const onread = { buffer: Buffer.alloc(readBufferBytes), callback: onRead };
    const socket = net.connect({ ...address, noDelay: true, onread });
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('a subscription ended'));
    socket.write(spec.request, 'latin1');
    this.#subscribers.push({ socket, reader });
  }

  #visitorOf({ consumer, shardIndex }: SubscribeSpec) {
    // Behind quotes: the number to continue from ends in the same name.
    const numbers = new NeedleFinder('"SequenceNumber":"');
    const datas = new NeedleFinder('"Data":"');
    let lastCounter = -1;
    return (bytes: Buffer, start: number, end: number): void => {
      const event = bytes.subarray(start, end);
      const nowMs = performance.now();
      let dataAt = datas.first(event);
      for (let at = numbers.first(event); at >= 0; at = numbers.next(event, at)) {
        const counter = this.#counters.counterAt(event, at, shardIndex);
        if (counter <= lastCounter) this.#reorderedCount += 1;
        lastCounter = counter;
        const sequence = dataAt < 0 ? -1 : this.#stamp.sequenceAt(event, dataAt, 'base64');
        this.#receive(consumer, sequence, nowMs);
        dataAt = dataAt < 0 ? -1 : datas.next(event, dataAt);
      }
    };
  }

  #receive(consumer: number, sequence: number, nowMs: number): void {
    if (sequence < 0 || sequence >= this.#issuedAtMs.length) {
      this.#unknownCount += 1;
      return;
    }
    let received = (this.#received[consumer] ??= new Uint8Array(initialRecords));
    if (sequence >= received.length) {
      received = new Uint8Array(sequence * 2);
      received.set(this.#received[consumer]);
      this.#received[consumer] = received;
    }
    if (received[sequence] === 1) this.#duplicatedCount += 1;
    received[sequence] = 1;
    this.#receivedCount += 1;
    recordMs(this.#latency, nowMs - (this.#issuedAtMs[sequence] as number));
  }

  /** Confirmed records that one of the consumers did not get (yet). */
  #lostCount(): number {
    let lost = 0;
    for (const received of this.#received) {
      for (let sequence = 0; sequence < this.#ledger.sequenceEnd; sequence++) {
        if (received[sequence] !== 1 && this.#ledger.isConfirmed(sequence)) lost += 1;
      }
    }
    return lost;
  }
}
