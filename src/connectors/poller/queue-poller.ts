// Takes messages of one queue in batches and gives them to a target: what it took is settled, what failed
// comes back when its lease ends, and the queue's own dead-letter policy counts. Made by whoever follows the
// definitions (daemon). It remembers nothing over a restart: leases do.
import { limits } from '../../base/limits.ts';
import type {
  Command,
  Delivery,
  LeaseRef,
  QueueDefinition,
  Reply,
  ReplySink,
  ResourceName,
} from '../../broker/index.ts';
import { ask } from '../dead-letter.ts';
import { failure } from '../driver.ts';
import { pauseUntil } from './pause.ts';
import type { BatchOutcome, BatchTarget, Poller, PollerDeps, PollerResult } from './poller.ts';

export interface QueuePoll {
  /** Names it in the log. */
  readonly key: string;
  /** Looked up for each batch: a queue that is deleted and made again is polled again. */
  readonly queue: ResourceName;
  readonly batchItemsMax: number;
  /** Of bodies. A larger message makes a batch of its own. */
  readonly batchBytesMax: number;
  /** How long a batch that is not full waits for more after its first message. */
  readonly windowMs: number;
  /** Batches that are with the target at once. */
  readonly concurrency: number;
  /** The most that the target takes for one batch; leases last that long at least. */
  readonly timeoutMs: number;
  /** What failed is visible again so long after it was taken. Default: the queue's lease. */
  readonly retryAfterMs?: number | undefined;
  /** Messages that it refuses are settled, and the target does not see them. */
  readonly keeps?: ((delivery: Delivery) => boolean) | undefined;
  readonly target: BatchTarget<Delivery>;
}

const WAIT_MS = 20_000;
const STOP_STEP_MS = 10;

export class QueuePoller implements Poller {
  readonly #deps: PollerDeps;
  readonly #poll: QueuePoll;
  readonly #stopped = new AbortController();
  readonly #given = new AbortController();
  /** Taken, but they did not fit into the last batch. */
  #carried: readonly Delivery[] = [];
  #runningCount = 0;
  #wakeRoom: () => void = () => {};
  result: PollerResult = 'none';

  constructor(deps: PollerDeps, poll: QueuePoll) {
    this.#deps = deps;
    this.#poll = poll;
  }

  start(): void {
    void this.#loop();
  }

  async stop(drainMs: number): Promise<void> {
    this.#stopped.abort();
    this.#wakeRoom();
    const queue = this.#deps.broker.catalog.find(this.#poll.queue);
    if (queue !== undefined) await this.#release(queue, this.#carried, 0);
    this.#carried = [];
    await this.#idle(drainMs);
    this.#given.abort();
    await this.#idle(STOP_STEP_MS * 10);
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #loop(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#turn();
      } catch (error) {
        this.#deps.logger.error('poller failed', { poller: this.#poll.key, error });
        await this.#pause();
      }
    }
  }

  async #turn(): Promise<void> {
    const { concurrency, queue: name } = this.#poll;
    if (this.#runningCount >= concurrency)
      return new Promise<void>((resolve) => {
        this.#wakeRoom = resolve;
      });
    const queue = this.#deps.broker.catalog.find(name);
    if (queue === undefined) {
      this.#carried = [];
      this.result = { problem: `there is no queue ${name.name}` };
      return this.#pause();
    }
    const batch = await this.#collect(queue);
    if (batch.length > 0) void this.#run(queue, batch);
  }

  // --- taking ---

  async #collect(queue: QueueDefinition): Promise<readonly Delivery[]> {
    const { batchItemsMax, windowMs } = this.#poll;
    const { clock } = this.#deps;
    const items: Delivery[] = await this.#takeCarried(queue);
    let untilMs = clock.nowMs() + windowMs;
    while (items.length < batchItemsMax && !isOver(items, this.#poll.batchBytesMax)) {
      const isFirst = items.length === 0;
      const waitMs = isFirst ? WAIT_MS : untilMs - clock.nowMs();
      if (!isFirst && waitMs <= 0) break;
      const found = await this.#receive(queue, batchItemsMax - items.length, waitMs);
      if (this.#isStopped) {
        await this.#release(queue, [...items, ...found], 0);
        return [];
      }
      if (found.length === 0) break;
      items.push(...(await this.#kept(queue, found)));
      // The window opens with the first message that counts.
      if (isFirst) untilMs = clock.nowMs() + windowMs;
    }
    const cut = cutAt(items, this.#poll.batchBytesMax);
    this.#carried = items.slice(cut);
    return items.slice(0, cut);
  }

  async #takeCarried(queue: QueueDefinition): Promise<Delivery[]> {
    const carried = this.#carried;
    this.#carried = [];
    // Their leases ran while they waited for room.
    if (carried.length > 0) await this.#release(queue, carried, this.#leaseMs(queue));
    return [...carried];
  }

  async #kept(queue: QueueDefinition, found: readonly Delivery[]): Promise<readonly Delivery[]> {
    const { keeps } = this.#poll;
    if (keeps === undefined) return found;
    const kept = found.filter((delivery) => keeps(delivery));
    const refused = found.filter((delivery) => !kept.includes(delivery));
    await this.#settle(queue, refused);
    return kept;
  }

  #leaseMs(queue: QueueDefinition): number {
    const { timeoutMs, windowMs } = this.#poll;
    return Math.max(queue.settings.leaseMs, timeoutMs + windowMs + limits.pushLeaseSlackMs);
  }

  /** Empty also when it was stopped, and after an error, which is waited for. */
  async #receive(queue: QueueDefinition, messagesMax: number, waitMs: number): Promise<readonly Delivery[]> {
    const { entity } = queue;
    const leaseMs = this.#leaseMs(queue);
    const reply = await this.#ask({ kind: 'receive', entity, messagesMax, leaseMs, waitMs });
    if (reply?.kind === 'received') return reply.deliveries;
    if (reply !== undefined) await this.#pause();
    return [];
  }

  /** Undefined when it was stopped meanwhile: the core then puts back what it would have handed over. */
  #ask(command: Command): Promise<Reply | undefined> {
    const { signal } = this.#stopped;
    const { broker } = this.#deps;
    return new Promise((resolve) => {
      const sink: ReplySink = {
        isOpen: () => !signal.aborted,
        reveal: (reply) => {
          signal.removeEventListener('abort', giveUp);
          resolve(reply);
        },
      };
      const giveUp = (): void => {
        broker.cancel(sink);
        resolve(undefined);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      broker.submit(command, sink);
    });
  }

  // --- one batch ---

  async #run(queue: QueueDefinition, batch: readonly Delivery[]): Promise<void> {
    const takenAtMs = this.#deps.clock.nowMs();
    this.#runningCount++;
    try {
      const outcome = await this.#deliver(batch);
      const isFailed = (index: number): boolean => outcome.kind === 'failed' || outcome.failed.has(index);
      await this.#settle(
        queue,
        batch.filter((_, index) => !isFailed(index)),
      );
      const failed = batch.filter((_, index) => isFailed(index));
      // Ended by the daemon's stop, not by its target: nothing is concluded from it.
      const retryAfterMs = this.#poll.retryAfterMs ?? queue.settings.leaseMs;
      const leftMs = this.#given.signal.aborted ? 0 : takenAtMs + retryAfterMs - this.#deps.clock.nowMs();
      await this.#release(queue, failed, Math.max(0, leftMs));
    } finally {
      this.#runningCount--;
      this.#wakeRoom();
    }
  }

  async #deliver(batch: readonly Delivery[]): Promise<BatchOutcome> {
    const outcome = await this.#attempt(batch);
    if (outcome.kind === 'failed') {
      const { code, message } = outcome;
      this.result = { problem: message };
      this.#deps.logger.warn('batch failed', { poller: this.#poll.key, code, message });
    } else {
      this.result = outcome.failed.size === 0 ? 'ok' : { problem: `${outcome.failed.size} items failed` };
    }
    return outcome;
  }

  async #attempt(batch: readonly Delivery[]): Promise<BatchOutcome> {
    try {
      return await this.#poll.target(batch, this.#given.signal);
    } catch (error) {
      return failure('target_failed', error instanceof Error ? error.message : String(error));
    }
  }

  /** When it is not done, the leases end and the messages are delivered again. */
  async #settle({ entity }: QueueDefinition, done: readonly LeaseRef[]): Promise<void> {
    if (done.length === 0) return;
    const leases = done.map(({ sequence, generation }) => ({ sequence, generation }));
    await this.#submit({ kind: 'settle', entity, leases });
  }

  async #release({ entity }: QueueDefinition, back: readonly LeaseRef[], leaseMs: number): Promise<void> {
    if (back.length === 0) return;
    const leases = back.map(({ sequence, generation }) => ({ sequence, generation, leaseMs }));
    await this.#submit({ kind: 'changeLease', entity, leases });
  }

  async #submit(command: Command): Promise<void> {
    const reply = await ask(this.#deps.broker, command);
    if (reply.kind === 'error' && reply.error.code !== 'queue_not_found')
      this.#deps.logger.warn('outcome not kept', {
        poller: this.#poll.key,
        command: command.kind,
        ...reply.error,
      });
  }

  // --- waiting ---

  #pause(): Promise<void> {
    return pauseUntil(limits.pushAgainMs, this.#stopped.signal);
  }

  async #idle(waitMs: number): Promise<void> {
    for (let leftMs = waitMs; this.#runningCount > 0 && leftMs > 0; leftMs -= STOP_STEP_MS)
      await new Promise((resolve) => setTimeout(resolve, STOP_STEP_MS));
  }
}

/** How many of them fit; one at least. */
function cutAt(items: readonly Delivery[], bytesMax: number): number {
  let bytes = 0;
  for (const [index, { message }] of items.entries()) {
    bytes += message.bodyBytes;
    if (bytes > bytesMax && index > 0) return index;
  }
  return items.length;
}

function isOver(items: readonly Delivery[], bytesMax: number): boolean {
  return items.reduce((bytes, { message }) => bytes + message.bodyBytes, 0) > bytesMax;
}
