// The thread that reads sealed bodies (started by sealed-reader.ts): one question after the other. Verifies
// every block, because the main thread then takes them as they are. Keeps a few files open, and none that
// was released. Never writes.
import { parentPort } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { limits } from '../base/limits.ts';
import { bodyBytesOf, countOf, lastSequenceOf } from './block.ts';
import type { SegmentContext } from './body-segment.ts';
import { BodySegment } from './body-segment.ts';
import type { Room } from './lmdb-env.ts';
import { PageCacheReader } from './page-cache-reader.ts';
import type {
  BlocksQuestion,
  SealedAnswer,
  SealedRelease,
  SealedReply,
  SealedRequest,
} from './sealed-reader.ts';

const noRoom: Room = { take: () => {}, give: () => {} };

/** Problems of the question that is being answered. */
let problems: { key: string; problem: string }[] = [];
const context: SegmentContext = {
  disk: noRoom,
  isRandom: true,
  damages: { report: (_file: string, key: string, problem: string) => problems.push({ key, problem }) },
};
interface OpenSegment {
  readonly segment: BodySegment;
  /** Made when more than a little of it is asked for. */
  ahead: PageCacheReader | undefined;
}

/** By path, least recently used first. */
const open = new Map<string, OpenSegment>();

const port = parentPort;
assert(port !== null, 'this file runs as a worker');
let last: Promise<void> = Promise.resolve();
port.on('message', (message: SealedRequest | SealedRelease | 'close') => {
  last = last.then(async () => {
    if (message === 'close') {
      for (const path of open.keys()) await close(path);
      port.close();
    } else if ('released' in message) {
      await close(message.released);
    } else {
      const reply = await replyTo(message);
      port.postMessage(reply, reply.answer === undefined ? [] : [reply.answer.memory]);
    }
  });
});

async function replyTo({ id, question, memory }: SealedRequest): Promise<SealedReply> {
  problems = [];
  try {
    const opened = await openedSegment(question.path);
    const found =
      question.kind === 'fence' ? fenceOf(opened.segment) : await blocksOf(opened, question, memory);
    return { id, answer: { ...found, problems } };
  } catch (cause) {
    return { id, error: `${question.path}: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}

async function openedSegment(path: string): Promise<OpenSegment> {
  const known = open.get(path);
  const opened = known ?? {
    segment: new BodySegment({ number: 0, recordBytes: 0 }, path, context),
    ahead: undefined,
  };
  open.delete(path);
  open.set(path, opened);
  for (const oldest of open.keys()) {
    if (open.size <= limits.readAheadFilesOpenMax) break;
    await close(oldest);
  }
  return opened;
}

async function close(path: string): Promise<void> {
  const opened = open.get(path);
  open.delete(path);
  await opened?.ahead?.close();
  await opened?.segment.close();
}

type Found = Omit<SealedAnswer, 'problems'>;

function fenceOf(segment: BodySegment): Found {
  const table = segment.loadFenceTable();
  const memory = new ArrayBuffer(table.length);
  table.copy(Buffer.from(memory));
  return { memory, ends: [table.length] };
}

async function blocksOf(
  opened: OpenSegment,
  question: BlocksQuestion,
  memory = new ArrayBuffer(0),
): Promise<Found> {
  const { segment } = opened;
  const { entity, from, bytes } = question;
  opened.ahead ??= new PageCacheReader(question.path, segment.loadFence());
  await opened.ahead.read(entity, from, bytes);
  let target = Buffer.from(memory);
  let used = 0;
  const ends: number[] = [];
  let next = from;
  let left = bytes;
  while (left > 0 || ends.length === 0) {
    const value = segment.valueAtOrAfter(entity, next);
    if (value === undefined) break;
    // One that is too large for the cache's ring is there alone; and very small bodies have an end, too.
    const isTooLarge = value.length > limits.readAheadBytesMax || used > 2 * limits.readAheadBytesMax;
    if (ends.length > 0 && isTooLarge) break;
    if (used + value.length > target.length) {
      const larger = Buffer.from(new ArrayBuffer(used + value.length + left + limits.blockBytesMax));
      target.copy(larger, 0, 0, used);
      target = larger;
    }
    next = lastSequenceOf(value) + 1;
    value.copy(target, used);
    used += value.length;
    if (ends.length > 0 || countOf(value) === 1) left -= bodyBytesOf(value);
    ends.push(used);
  }
  return { memory: target.buffer, ends };
}
