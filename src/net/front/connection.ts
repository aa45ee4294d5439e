// One client connection of the front: decides between HTTP/1.1 and HTTP/2 by its first bytes, feeds the
// parser, runs requests in order, and stops reading when replies or requests pile up. Made by FrontServer.
//
//   sniffing --(PRI)--> handed over to node:http2
//      +--> open --(last reply, refusal, drain, FIN)--> input closed --(replies out)--> lingering --> gone
import type { Socket } from 'node:net';
import type { Peer } from '../peer.ts';
import { refusals, type Refusal } from '../refusal.ts';
import { Output } from './output.ts';
import { RequestParser } from './parser.ts';
import type { ReplyHead } from './reply-head.ts';
import { FrontReply } from './reply.ts';
import { ReceivedRequest } from './request.ts';
import type { FrontServer } from './server.ts';

const preface = Buffer.from('PRI');
const continueLine = 'HTTP/1.1 100 Continue\r\n\r\n';
const noRequest = { method: '', httpVersion: '1.1', memory: undefined } as const;
/** After so long a silence a connection is likely to be one of many that only wait. */
const restMs = 5_000;

export class Connection {
  readonly #server: FrontServer;
  #socket: Socket;
  readonly #peer: Peer;
  #output: Output;
  readonly #parser: RequestParser;
  #firstReply: FrontReply | undefined;
  #lastReply: FrontReply | undefined;
  /** Replies that are due, held ones included: what bounds pipelining. */
  #dueCount = 0;
  #heldBytes = 0;
  #heldSinceMs = 0;
  /** Since when this connection is in the state that the sweep judges it by. */
  #sinceMs: number;
  #stalledSinceMs = 0;
  #firstBytes: Buffer | undefined;
  #isSniffed = false;
  #isAdvancing = false;
  #isSettling = false;
  /** Requests may be waiting in the parser: too many run already, or too much output is unsent. */
  #isFull = false;
  #isPaused = false;
  #isInputClosed = false;
  #isOutputClosed = false;
  #isGone = false;

  constructor(server: FrontServer, socket: Socket, peer: Peer) {
    this.#server = server;
    this.#socket = socket;
    this.#peer = peer;
    this.#output = new Output(socket, server.unsent);
    this.#parser = new RequestParser(server.limits, server.bodies, peer);
    this.#sinceMs = server.nowMs;
  }

  receive(chunk: Buffer): void {
    if (this.#isInputClosed) return;
    if (!this.#isSniffed) this.#sniff(chunk);
    else this.#take(chunk);
  }

  /** The same for bytes that are lent: they are gone when this returns. */
  receiveLent(lent: Buffer): void {
    if (this.#isInputClosed) return;
    // Without room for its replies nothing is parsed now, so nothing would be copied either.
    if (this.#parser.takesPieceOf(lent.length) && this.#hasRoom()) return this.#take(lent);
    const own = Buffer.allocUnsafe(lent.length);
    lent.copy(own);
    this.#take(own);
  }

  /** The socket has written what it held. */
  drained(): void {
    this.#output.isStalled = false;
    this.#settle();
  }

  /** FIN from the client: as node:http does, it is taken as gone, whatever still runs. */
  peerEnded(): void {
    this.#isInputClosed = true;
    this.#abandonReplies();
    this.#settle();
  }

  closed(): void {
    this.#isGone = true;
    this.#isInputClosed = true;
    this.#abandonReplies();
    this.#output.drop();
    this.#parser.drop();
    this.#server.forget(this);
  }

  /** Stops taking requests: ends now when idle, otherwise with the reply that is due. */
  drain(): void {
    if (this.#dueCount === 0 && this.#parser.isIdle) {
      this.#isInputClosed = true;
      this.#settle();
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Judges the timeouts; called about once a second. */
  sweep(nowMs: number): void {
    const { limits } = this.#server;
    const ageMs = nowMs - this.#sinceMs;
    if (this.#output.isStalled) {
      if (nowMs - this.#stalledSinceMs > limits.writeTimeoutMs) this.destroy();
    } else if (this.#isOutputClosed) {
      if (ageMs > limits.lingerMs) this.destroy();
    } else if (this.#isInputClosed || this.#isPaused) {
      return;
    } else if (this.#parser.isIdle && this.#firstBytes === undefined) {
      if (ageMs > restMs) this.#parser.rest();
      if (this.#dueCount === 0 && ageMs > limits.idleTimeoutMs) this.drain();
    } else if (ageMs > (this.#parser.isInBody ? limits.bodyTimeoutMs : limits.headerTimeoutMs)) {
      this.#refuse(refusals.timedOut);
      this.#settle();
    }
  }

  /** Reply bytes that nobody has taken any of for this long. */
  stuckBytes(nowMs: number, stuckMs: number): number {
    const sinceMs = this.#output.isStalled ? this.#stalledSinceMs : this.#heldSinceMs;
    const bytes = this.#output.unsentBytes + this.#heldBytes;
    return nowMs - sinceMs >= stuckMs ? bytes : 0;
  }

  // --- called by replies ---

  isTurnOf(reply: FrontReply): boolean {
    return reply === this.#firstReply;
  }

  encodeHead(head: ReplyHead): string {
    return this.#server.heads.encode(head);
  }

  /** While the server drains, the newest reply is the last one of its connection. */
  markIfLast(reply: FrontReply): void {
    if (this.#server.isDraining && reply === this.#lastReply && this.#parser.isIdle) reply.isLast = true;
    if (reply.isLast) this.#isInputClosed = true;
  }

  write(piece: string | Buffer): void {
    if (typeof piece === 'string') this.#output.addLatin1(piece);
    else this.#output.addBytes(piece);
  }

  /** Keeps output of a reply whose turn has not come. */
  hold(reply: FrontReply, piece: string | Buffer): void {
    if (this.#heldBytes === 0) this.#heldSinceMs = this.#server.nowMs;
    this.#heldBytes += piece.length;
    this.#server.unsent.add(piece.length);
    (reply.held ??= []).push(piece);
  }

  canTake(reply: FrontReply): boolean {
    return this.isTurnOf(reply) && this.#output.unsentBytes < this.#server.limits.outputBytesMax;
  }

  get hasReplyRoom(): boolean {
    const { unsent, limits } = this.#server;
    const ownBytes = this.#output.unsentBytes + this.#heldBytes;
    return unsent.hasRoom && ownBytes < limits.connectionUnsentBytesMax;
  }

  finish(reply: FrontReply): void {
    if (reply.memory !== undefined) this.#server.bodies.give(reply.memory);
    if (reply === this.#firstReply) this.#passTurn();
    this.settleSoon();
  }

  /** Once per loop turn, so that the replies of a group commit leave together. */
  settleSoon(): void {
    if (this.#isAdvancing || this.#isSettling) return;
    this.#isSettling = true;
    this.#server.settleLater(this);
  }

  settleNow(): void {
    this.#isSettling = false;
    this.#settle();
  }

  // --- input ---

  #sniff(chunk: Buffer): void {
    const bytes = this.#firstBytes === undefined ? chunk : Buffer.concat([this.#firstBytes, chunk]);
    const seen = Math.min(bytes.length, preface.length);
    if (bytes.compare(preface, 0, seen, 0, seen) === 0) {
      if (this.#firstBytes === undefined) this.#sinceMs = this.#server.nowMs;
      this.#firstBytes = bytes;
      if (seen === preface.length) this.#server.handOver(this, this.#socket, this.#peer, bytes);
      return;
    }
    this.#isSniffed = true;
    this.#firstBytes = undefined;
    if (!this.#peer.isSecure) {
      this.#socket = this.#server.shareReads(this, this.#socket);
      this.#output = new Output(this.#socket, this.#server.unsent);
    }
    this.#take(bytes);
  }

  #take(chunk: Buffer): void {
    if (this.#parser.isIdle) this.#sinceMs = this.#server.nowMs;
    this.#parser.push(chunk);
    this.#advance();
    this.#settle();
  }

  /** Runs every request that is complete and may run. */
  #advance(): void {
    this.#isAdvancing = true;
    this.#isFull = false;
    while (!this.#isInputClosed) {
      this.#isFull = !this.#hasRoom();
      const outcome = this.#isFull ? undefined : this.#parser.next();
      if (outcome === undefined) break;
      this.#sinceMs = this.#server.nowMs;
      if (outcome instanceof ReceivedRequest) this.#run(outcome);
      else this.#refuse(outcome);
    }
    this.#isAdvancing = false;
  }

  #hasRoom(): boolean {
    const { pipelinedMax, outputBytesMax } = this.#server.limits;
    return this.#dueCount < pipelinedMax && this.#output.unsentBytes + this.#heldBytes <= outputBytesMax;
  }

  #run(request: ReceivedRequest): void {
    const reply = new FrontReply(this, request, !request.isKeptAlive);
    if (reply.isLast) this.#isInputClosed = true;
    this.#enqueue(reply);
    this.#server.handler(request, reply);
  }

  #refuse(refusal: Refusal): void {
    this.#isInputClosed = true;
    this.#parser.drop();
    const reply = new FrontReply(this, noRequest, true);
    this.#enqueue(reply);
    reply.send(refusal.status, ['Content-Type', 'text/plain'], `${refusal.reason}\n`);
  }

  // --- output ---

  #enqueue(reply: FrontReply): void {
    this.#dueCount++;
    if (this.#lastReply === undefined) this.#firstReply = reply;
    else this.#lastReply.next = reply;
    this.#lastReply = reply;
  }

  /** The first reply is out: those behind it that are ready follow, up to one that is not. */
  #passTurn(): void {
    let reply = this.#firstReply;
    while (reply?.isDone === true) {
      this.#dueCount--;
      reply = reply.next;
      this.#firstReply = reply;
      if (reply === undefined) {
        this.#lastReply = undefined;
      } else if (reply.held !== undefined) {
        for (const piece of reply.held) {
          this.#heldBytes -= piece.length;
          this.#server.unsent.remove(piece.length);
          this.write(piece);
        }
        reply.held = undefined;
      }
    }
  }

  /** All are marked before anybody is told: a listener may well reply to another request of this client. */
  #abandonReplies(): void {
    const first = this.#firstReply;
    this.#firstReply = undefined;
    this.#lastReply = undefined;
    this.#dueCount = 0;
    this.#server.unsent.remove(this.#heldBytes);
    this.#heldBytes = 0;
    for (let reply = first; reply !== undefined; reply = reply.next) {
      // Its handler may be at work on the body still.
      if (reply.abandon() && reply.memory !== undefined) this.#server.bodies.abandon(reply.memory);
    }
    for (let reply = first; reply !== undefined; reply = reply.next) reply.tellClosed();
  }

  /** Brings the socket in line with the state: writes, pauses, resumes, ends. */
  #settle(): void {
    if (this.#isGone || this.#isAdvancing) return;
    this.#flush();
    while (this.#isFull && !this.#isInputClosed && this.#hasRoom()) {
      this.#advance();
      this.#flush();
    }
    if (this.#firstReply === undefined) this.#settleIdle();
    this.#throttle();
    if (this.#isInputClosed && this.#firstReply === undefined && this.#output.isEmpty) this.#endOutput();
    if (this.#output.unsentBytes <= this.#server.limits.outputBytesMax / 2) this.#firstReply?.tellDrained();
  }

  /** No reply is due: the client may be waiting for leave to send a body, or has nothing to say. */
  #settleIdle(): void {
    if (this.#parser.isContinueWanted && !this.#isInputClosed) {
      this.#parser.isContinueWanted = false;
      this.#output.addLatin1(continueLine);
      this.#flush();
    }
    if (this.#parser.isIdle) this.#sinceMs = this.#server.nowMs;
  }

  #flush(): void {
    if (this.#output.isStalled) return;
    this.#output.flush();
    if (this.#output.isStalled) this.#stalledSinceMs = this.#server.nowMs;
  }

  #throttle(): void {
    const mustPause = this.#isFull && !this.#isInputClosed;
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (mustPause) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Sends FIN and then reads on for a while: closing on unread input would reset the reply away. */
  #endOutput(): void {
    if (this.#isOutputClosed) return;
    this.#isOutputClosed = true;
    this.#sinceMs = this.#server.nowMs;
    this.#parser.drop();
    this.#socket.end();
  }
}
