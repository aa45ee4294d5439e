// @ts-check
// Workers that share the shards of a Caudal stream: joins a consumer group, reads the shards that the group
// assigns, hands their records over in order, remembers how far they are, and gives shards back when others
// come. One file, no dependency, for Node 20 and Bun; it speaks to the daemon's admin API and nothing else.
//
//   a shard here:  assigned -> reading <-> batch in onShard -> checkpoint --revoked, end, stop--> given back
//                                                             \--session over, changed hands--> lost

import { Buffer } from 'node:buffer';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @typedef {object} GroupRecord
 * @property {number} sequence Place in the shard; later records have larger ones.
 * @property {string} [key]
 * @property {Uint8Array} data
 * @property {number} arrivedAtMs
 *
 * @typedef {object} Assignment A shard that this member may read, and from where.
 * @property {number} shardIndex
 * @property {number} token Carried by checkpoints: an older one than the group's is refused.
 * @property {number} nextSequence
 * @property {number} subSequence
 * @property {boolean} isRevoked Somebody else is to have it: checkpoint and release.
 *
 * @typedef {object} Conclusion
 * @property {boolean} [isEnd] The shard is closed and read to its end.
 * @property {boolean} [isReleased] Somebody else may have it.
 *
 * @typedef {Conclusion & { shardIndex: number, token: number, nextSequence: number, subSequence?: number }}
 *   ShardPosition All below `nextSequence` is processed, and of a packed record there `subSequence` parts.
 *
 * @typedef {object} MemberOptions
 * @property {string} endpoint Of the admin API: `http://127.0.0.1:8088`.
 * @property {string} stream NAME, or ACCOUNT/REGION/NAME.
 * @property {string} group
 * @property {string} [member] Unique in the group. Default: a random one.
 * @property {string} [auth] ID:SECRET of an administrator.
 * @property {'horizon' | 'latest' | { timeMs: number }} [start] Where a new group begins. Default:
 *   horizon, the oldest record there is.
 * @property {number} [sessionMs] Silent for this long, a member loses its shards. Default 30,000.
 *
 * @typedef {object} BatchContext
 * @property {(record?: GroupRecord) => Promise<void>} checkpoint Everything up to this record of the batch is
 *   done; without one: all of it. What resolves is done anyway: this is for long batches.
 * @property {AbortSignal} signal Aborted when the shard is not this member's any more: what is done from then
 *   on will be done again by others.
 *
 * @typedef {object} WorkerOptions
 * @property {(shard: Assignment, records: GroupRecord[], context: BatchContext) => unknown} onShard One batch
 *   at a time per shard. Returned or resolved: the batch is done. Thrown or rejected: it comes again.
 * @property {(error: Error) => void} [onError] What went wrong and is tried again.
 * @property {number} [recordsMax] Of one batch, up to 1000. Default 500.
 * @property {number} [waitMs] How long a read waits for records, up to 20,000. Default 20,000.
 * @property {number} [heartbeatMs] Default 3,000, or a third of the session if that is less.
 * @property {number} [retryMs] Between attempts. Default 1,000.
 */

const requestMs = 30_000;
/** The group, or the shard, goes on without this member. */
const takenCodes = new Set(['member_not_found', 'assignment_lost', 'shard_not_found']);

/** An answer that is not 2xx. */
export class GroupError extends Error {
  name = 'GroupError';
  /** @param {number} status @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
    this.isTaken = takenCodes.has(code);
    /** Trying again does not help: wrong key, no such stream, a request that is not understood. */
    this.isFatal = status >= 400 && status < 500 && status !== 429 && !this.isTaken;
  }
}

/** What a member can say. Its commands go one after the other, so that the newest answer counts. */
export class GroupMember {
  #base;
  #group;
  #headers;
  #start;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @param {MemberOptions} options */
  constructor({ endpoint, stream, group, member, auth, start = 'horizon', sessionMs = 30_000 }) {
    const parts = stream.split('/');
    const path = parts.length === 3 ? parts : ['000000000000', 'us-east-1', stream];
    this.#base = `${endpoint.replace(/\/+$/, '')}/v1/streams/${path.map(encodeURIComponent).join('/')}`;
    this.#group = `/groups/${encodeURIComponent(group)}`;
    this.#headers = new Headers({ 'content-type': 'application/json' });
    if (auth !== undefined) this.#headers.set('authorization', `Bearer ${auth}`);
    this.#start = typeof start === 'string' ? { start } : { start: 'time', startTimeMs: start.timeMs };
    this.member = member ?? crypto.randomUUID();
    this.sessionMs = sessionMs;
  }

  /** Makes the group when it is not there. */
  join = () => this.#command('join', { sessionMs: this.sessionMs, ...this.#start });
  /** Gives up what was revoked. */
  heartbeat = () => this.#command('heartbeat', {});
  /** A heartbeat too, but what was revoked stays until it is released. @param {ShardPosition} position */
  checkpoint = (position) => this.#command('checkpoint', position);
  /** Gives every shard back. */
  leave = () => this.#command('leave', {});

  /**
   * Records of a shard from a sequence on; waits for some up to `waitMs`.
   * @param {number} shardIndex
   * @param {{ from: number, limit: number, waitMs: number, signal: AbortSignal }} range
   * @returns {Promise<{ records: GroupRecord[], nextSequence: number, isEnd: boolean }>}
   */
  async read(shardIndex, { from, limit, waitMs, signal }) {
    const path = `/shards/${shardIndex}/records?from=${from}&limit=${limit}&waitMs=${waitMs}`;
    const page = await this.#call('GET', path, { timeoutMs: requestMs + waitMs, signal });
    for (const record of page.records) record.data = Buffer.from(record.data, 'base64');
    return page;
  }

  /** @param {string} verb @param {object} body @returns {Promise<Assignment[]>} */
  #command(verb, body) {
    const options = { body: { member: this.member, ...body }, timeoutMs: requestMs };
    const send = async () => (await this.#call('POST', `${this.#group}/${verb}`, options)).assignments ?? [];
    const sent = this.#last.then(send);
    this.#last = sent.catch(() => {});
    return sent;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ body?: object, timeoutMs: number, signal?: AbortSignal }} options
   * @returns {Promise<any>}
   */
  async #call(method, path, { body, timeoutMs, signal }) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(this.#base + path, {
      method,
      headers: this.#headers,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    throw refusal(answer.status, text);
  }
}

/** A worker: `run` it, `stop` it. */
export class ConsumerGroup {
  #member;
  #options;
  /** Shards that are read, and those whose last batch still runs. @type {Map<number, ShardReader>} */
  #readers = new Map();
  #stopping = new AbortController();
  /** When the daemon last answered. */
  #heardAtMs = 0;
  #isDue = true;
  /** @type {Promise<void> | undefined} */
  #running;

  /** @param {MemberOptions & WorkerOptions} options */
  constructor(options) {
    this.#member = new GroupMember(options);
    this.member = this.#member.member;
    this.#options = {
      onError: () => {},
      recordsMax: 500,
      waitMs: 20_000,
      heartbeatMs: Math.min(3_000, this.#member.sessionMs / 3),
      retryMs: 1_000,
      ...options,
    };
  }

  /** Shards that this member reads now. */
  get shards() {
    return [...this.#readers.values()].filter(({ isReading }) => isReading).map((one) => one.shardIndex);
  }

  /** Resolves after `stop`; rejects when going on makes no sense (wrong key, no such stream). */
  run() {
    this.#running ??= this.#work();
    return this.#running;
  }

  /** Lets running batches end, gives every shard back and leaves the group. */
  async stop() {
    this.#stopping.abort();
    await this.#running?.catch(() => {});
  }

  async #work() {
    const { onError } = this.#options;
    try {
      await this.#stayMember();
    } finally {
      this.#stopping.abort();
      const readers = [...this.#readers.values()];
      for (const reader of readers) reader.end();
      // The last batches may take longer than a session.
      const beat = setInterval(() => void this.#keepAlive().catch(onError), this.#options.heartbeatMs);
      await Promise.all(readers.map(({ done }) => done));
      clearInterval(beat);
      await this.#member.leave().catch(onError);
    }
  }

  async #stayMember() {
    const { heartbeatMs, retryMs, onError } = this.#options;
    const { signal } = this.#stopping;
    let isMember = false;
    while (!signal.aborted) {
      try {
        const isDue = this.#isDue || Date.now() - this.#heardAtMs >= heartbeatMs;
        if (!isMember) this.heard(await this.#member.join());
        else if (isDue) this.heard(await this.#keepAlive());
        isMember = true;
      } catch (error) {
        const refused = error instanceof GroupError ? error : undefined;
        if (refused?.isFatal) throw error;
        onError(errorOf(error));
        if (refused?.code === 'member_not_found') isMember = false;
        const isOver = !isMember || Date.now() - this.#heardAtMs > this.#member.sessionMs;
        if (isOver) for (const reader of this.#readers.values()) reader.lose();
      }
      await pause(isMember ? heartbeatMs / 4 : retryMs, signal);
    }
  }

  /** While there is a shard, a checkpoint that moves nothing: unlike a heartbeat it gives up nothing. */
  #keepAlive() {
    const reader = [...this.#readers.values()].find(({ isHeld }) => isHeld);
    return reader === undefined ? this.#member.heartbeat() : reader.checkpoint({});
  }

  /** What this member has now: every answer says it. @param {Assignment[]} assignments */
  heard(assignments) {
    this.#heardAtMs = Date.now();
    this.#isDue = false;
    const byIndex = new Map(assignments.map((assignment) => [assignment.shardIndex, assignment]));
    for (const reader of this.#readers.values()) {
      const assignment = byIndex.get(reader.shardIndex);
      if (assignment?.token !== reader.token) reader.lose();
      else if (assignment.isRevoked) reader.end();
    }
    if (this.#stopping.signal.aborted) return;
    for (const assignment of assignments) this.#read(assignment);
  }

  /** @param {Assignment} assignment */
  #read(assignment) {
    const { shardIndex } = assignment;
    // The last batch of an earlier turn may still run, and no two may overlap: its end asks again.
    if (this.#readers.has(shardIndex)) return;
    const reader = new ShardReader(this.#member, { ...this.#options, group: this }, assignment);
    this.#readers.set(shardIndex, reader);
    void reader.done.then(() => {
      this.#readers.delete(shardIndex);
      this.#isDue = true;
    });
  }
}

/** One shard in this member's hands, from its assignment until it is given back or lost. */
class ShardReader {
  #member;
  #options;
  #assignment;
  /** Ends a read that waits; the running batch goes on. */
  #ending = new AbortController();
  #losing = new AbortController();
  #isLeaving = false;
  /** Everything below is processed. */
  #position;

  /**
   * @param {GroupMember} member
   * @param {Required<WorkerOptions> & { group: ConsumerGroup }} options
   * @param {Assignment} assignment
   */
  constructor(member, options, assignment) {
    this.#member = member;
    this.#options = options;
    this.#assignment = assignment;
    this.shardIndex = assignment.shardIndex;
    this.token = assignment.token;
    this.#position = { nextSequence: assignment.nextSequence, subSequence: assignment.subSequence };
    if (assignment.isRevoked) this.end();
    this.done = this.#read().catch((error) => options.onError(errorOf(error)));
  }

  get isReading() {
    return !this.#ending.signal.aborted;
  }
  /** Still this member's, though maybe not for long. */
  get isHeld() {
    return !this.#isLeaving && !this.#losing.signal.aborted;
  }

  /** After the running batch: checkpoint, and give the shard back. */
  end() {
    this.#ending.abort();
  }
  /** Somebody else has it: no checkpoint any more. */
  lose() {
    this.#losing.abort();
    this.#ending.abort();
  }

  async #read() {
    const { signal } = this.#ending;
    while (this.isReading) {
      try {
        await this.#readOnce();
      } catch (error) {
        // A read that was ended is no error; a batch that failed is, whatever else happened meanwhile.
        if (!signal.aborted || error !== signal.reason) this.#options.onError(errorOf(error));
        if (error instanceof GroupError && error.isTaken) this.lose();
        await pause(this.#options.retryMs, signal);
      }
    }
    await this.#conclude({ isReleased: true });
  }

  async #readOnce() {
    const { recordsMax: limit, waitMs } = this.#options;
    const from = this.#position.nextSequence;
    const { signal } = this.#ending;
    const { records, nextSequence, isEnd } = await this.#member.read(this.shardIndex, {
      from,
      limit,
      waitMs,
      signal,
    });
    if (!this.isReading) return;
    if (records.length > 0) await this.#hand(records);
    this.#move(nextSequence);
    if (records.length > 0 || isEnd) await this.#conclude({ isEnd });
  }

  /** @param {GroupRecord[]} records */
  async #hand(records) {
    const checkpoint = async (record = records[records.length - 1]) => {
      if (record !== undefined) this.#move(record.sequence + 1);
      await this.#conclude({});
    };
    await this.#options.onShard(this.#assignment, records, { checkpoint, signal: this.#losing.signal });
  }

  /** @param {number} nextSequence */
  #move(nextSequence) {
    if (nextSequence > this.#position.nextSequence) this.#position = { nextSequence, subSequence: 0 };
  }

  /** @param {Conclusion} how */
  async #conclude(how) {
    if (this.#losing.signal.aborted) return;
    this.#isLeaving = how.isEnd === true || how.isReleased === true;
    const assignments = await this.checkpoint(how);
    if (this.#isLeaving) this.lose();
    this.#options.group.heard(assignments);
  }

  /** Positions never go back: they grow, and commands go in order. @param {Conclusion} how */
  checkpoint(how) {
    const { shardIndex, token } = this;
    return this.#member.checkpoint({ shardIndex, token, ...this.#position, ...how });
  }
}

/** Of a record that was read through the Kinesis API; a checkpoint names the next. @param {string} number */
export function sequenceOf(number) {
  if (!/^\d{56}$/.test(number)) throw new RangeError('this is no Kinesis sequence number');
  // 47 hexadecimal digits: 11 to 26 are the place in the shard.
  const counter = (BigInt(number) >> 80n) & 0xffff_ffff_ffff_ffffn;
  if (counter > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('this is the end of a closed shard');
  return Number(counter);
}

/** @param {number} status @param {string} text */
function refusal(status, text) {
  try {
    const { code, message } = JSON.parse(text).error;
    return new GroupError(status, code, message);
  } catch {
    return new GroupError(status, 'unknown', `the endpoint answered ${status} without a reason`);
  }
}

/** @param {unknown} error */
function errorOf(error) {
  return error instanceof Error ? error : new Error(String(error));
}

/** @param {number} ms @param {AbortSignal} signal */
async function pause(ms, signal) {
  await delay(ms, undefined, { signal }).catch(() => {});
}
