// Records of a stream: read a shard from a position (people peek with it, members of consumer groups live
// on it), and put a few. Producers with more to say use a protocol made for that.
import { RecordBatchWriter } from '../../../broker/index.ts';
import type { Broker, StreamPosition } from '../../../broker/index.ts';
import { limits } from '../../../base/limits.ts';
import { ask, run } from '../ask.ts';
import { oneOf, pageLimit, textMember, wholeNumber } from '../parameters.ts';
import { AdminProblem, badRequest } from '../problem.ts';
import { readRecords } from '../record-read.ts';
import type { StreamSnapshots } from '../snapshots.ts';
import { findStream, shardIndexOf, streamPath } from '../stream-path.ts';
import { hashMember } from '../stream-settings.ts';
import type { AdminAnswer, AdminCall, AdminDeps, AdminRoute } from '../types.ts';

const sequenceMax = Number.MAX_SAFE_INTEGER;
const keyCharsMax = 256;
const batch = new RecordBatchWriter(limits.adminPutRecordsMax);

export function recordRoutes(deps: AdminDeps, snapshots: StreamSnapshots): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: `${streamPath}/shards/{shard}/records`,
      handle: (call) => showRecords(deps, call),
    },
    { method: 'POST', path: `${streamPath}/records`, handle: (call) => putRecords(deps, snapshots, call) },
  ];
}

async function showRecords({ broker }: AdminDeps, call: AdminCall): Promise<AdminAnswer> {
  const { query, path, client } = call;
  const { entity } = findStream(broker, path);
  const shardIndex = shardIndexOf(path);
  const recordsMax = pageLimit(query);
  const waitMs = wholeNumber(query, 'waitMs', 0, limits.adminWaitMsMax);
  const from = await startOf(broker, { entity, shardIndex }, query);
  const range = { entity, shardIndex, from, recordsMax, bytesMax: limits.adminRecordBytesMax };
  return { status: 200, body: await readRecords(broker, range, { waitMs, client }) };
}

interface Place {
  readonly entity: number;
  readonly shardIndex: number;
}

/** A sequence, or a position by name: the oldest record when nothing is said. */
async function startOf(broker: Broker, place: Place, query: URLSearchParams): Promise<number> {
  if (query.has('from')) return wholeNumber(query, 'from', 0, sequenceMax);
  const found = await ask(
    broker,
    { kind: 'findPosition', ...place, position: positionOf(query) },
    'position',
  );
  return found.sequence;
}

function positionOf(query: URLSearchParams): StreamPosition {
  const at = oneOf(query, 'position', ['horizon', 'latest', 'time']);
  if (at !== 'time') return { at };
  if (!query.has('timeMs')) throw badRequest('timeMs is missing: milliseconds since 1970');
  return { at, timeMs: wholeNumber(query, 'timeMs', 0, sequenceMax) };
}

async function putRecords(
  { broker }: AdminDeps,
  snapshots: StreamSnapshots,
  { path, body }: AdminCall,
): Promise<AdminAnswer> {
  const { entity, settings } = findStream(broker, path);
  const records = body['records'];
  if (!Array.isArray(records) || records.length === 0 || records.length > limits.adminPutRecordsMax)
    throw badRequest(`records must be a list of 1 to ${limits.adminPutRecordsMax}`);
  batch.reset();
  for (const [index, record] of records.entries()) {
    pack(record, index);
    if (batch.lastRecordBytes > settings.maxRecordBytes) throw tooLarge(index, settings.maxRecordBytes);
  }
  // The core reads the batch before the call returns, so the next request may fill it again.
  const reply = await run(broker, { kind: 'append', entity, records: batch }, 'appended');
  snapshots.forget();
  return {
    status: 201,
    body: {
      arrivedAtMs: reply.arrivedAtMs,
      records: Array.from(reply.sequences, (sequence, index) => ({
        shardIndex: reply.shardIndexes[index],
        sequence,
      })),
    },
  };
}

function pack(record: unknown, index: number): void {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw badRequest(`record ${index} must be a map`);
  const given = record as Readonly<Record<string, unknown>>;
  const key = textMember(given, 'key');
  if (key === undefined || key === '' || key.length > keyCharsMax)
    throw badRequest(`record ${index}: key must have 1 to ${keyCharsMax} characters`);
  const data = dataOf(given, index);
  const hash = hashMember(given, 'hash');
  batch.begin();
  batch.keyText(key);
  if (hash !== undefined)
    batch.hash([96n, 64n, 32n, 0n].map((shift) => Number((hash >> shift) & 0xffff_ffffn)));
  batch.data(data);
  batch.end();
}

/** Text as it is, or base64 where the record says so: the form that records are shown in. */
function dataOf(record: Readonly<Record<string, unknown>>, index: number): Buffer {
  const text = textMember(record, 'data');
  if (text === undefined) throw badRequest(`record ${index}: data is missing`);
  const encoding = textMember(record, 'encoding') ?? 'text';
  if (encoding === 'text') return Buffer.from(text, 'utf8');
  const isBase64 = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
  if (encoding !== 'base64' || !isBase64)
    throw badRequest(`record ${index}: data must be text, or base64 with encoding: base64`);
  return Buffer.from(text, 'base64');
}

function tooLarge(index: number, bytesMax: number): AdminProblem {
  const message = `record ${index}: the stream takes records of ${bytesMax} bytes at most, key included`;
  return new AdminProblem(413, 'record_too_large', message);
}
