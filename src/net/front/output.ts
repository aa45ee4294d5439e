// The unsent output of one connection. Small replies of one loop turn are joined into one text and leave
// in one write; large bodies leave in slices, so that a client which reads slowly is seen to make progress.
import type { Socket } from 'node:net';
import type { UnsentBytes } from '../unsent-bytes.ts';

/** Up to here a body is cheaper to join with its head (one copy, one write) than to write by itself. */
const joinedBytesMax = 12 * 1024;
/** Below the 64 KiB mark of a socket: a slice that the kernel takes at once does not look like a stall. */
const sliceBytes = 48 * 1024;

export class Output {
  readonly #socket: Socket;
  /** Of the whole listener; knows of the queue, not of small texts on their way. */
  readonly #unsent: UnsentBytes;
  #text = '';
  #queue: (string | Buffer)[] | undefined;
  #queuedBytes = 0;
  /** The socket has asked to wait for `drain`. */
  isStalled = false;

  constructor(socket: Socket, unsent: UnsentBytes) {
    this.#socket = socket;
    this.#unsent = unsent;
  }

  /** Bytes that the kernel has not taken yet. */
  get unsentBytes(): number {
    return this.#text.length + this.#queuedBytes + this.#socket.writableLength;
  }

  get isEmpty(): boolean {
    return this.#text.length === 0 && this.#queue === undefined && !this.isStalled;
  }

  /** One character is one byte. */
  addLatin1(text: string): void {
    this.#text += text;
    if (this.#text.length > joinedBytesMax * 4) this.#closeText();
  }

  addBytes(bytes: Buffer): void {
    if (bytes.length <= joinedBytesMax) {
      this.addLatin1(bytes.toString('latin1'));
      return;
    }
    this.#closeText();
    for (let at = 0; at < bytes.length; at += sliceBytes) this.#enqueue(bytes.subarray(at, at + sliceBytes));
  }

  flush(): void {
    if (this.isStalled) return;
    if (this.#queue === undefined) {
      if (this.#text.length > 0) this.#writeText();
      return;
    }
    this.#closeText();
    const queue = this.#queue;
    const queuedBytes = this.#queuedBytes;
    let written = 0;
    while (written < queue.length && !this.isStalled) {
      const piece = queue[written++] as string | Buffer;
      this.#queuedBytes -= piece.length;
      this.isStalled = !this.#write(piece);
    }
    this.#queue = written === queue.length ? undefined : queue.slice(written);
    this.#unsent.remove(queuedBytes - this.#queuedBytes);
  }

  /** The client is gone. */
  drop(): void {
    this.#unsent.remove(this.#queuedBytes);
    this.#queuedBytes = 0;
    this.#queue = undefined;
    this.#text = '';
  }

  #write(piece: string | Buffer): boolean {
    return typeof piece === 'string' ? this.#socket.write(piece, 'latin1') : this.#socket.write(piece);
  }

  #writeText(): void {
    const text = this.#text;
    this.#text = '';
    this.isStalled = !this.#socket.write(text, 'latin1');
  }

  #closeText(): void {
    if (this.#text.length === 0) return;
    this.#enqueue(this.#text);
    this.#text = '';
  }

  #enqueue(piece: string | Buffer): void {
    this.#queue ??= [];
    this.#queue.push(piece);
    this.#queuedBytes += piece.length;
    this.#unsent.add(piece.length);
  }
}
