// The bodies of the stream and consumer group operations as JSON schemas. Called by openapi-schemas.ts, which
// holds all others.
import { list, object, ref, schema } from './openapi-parts.ts';

const { text, whole, flag, textMap } = schema;
const hash = { type: 'string', description: 'Key hash: a decimal number of 128 bits' };
const sharding = { type: 'string', enum: ['fixed', 'automatic'] };

const settings = {
  shardCount: whole,
  retentionMs: { type: 'integer', minimum: 86_400_000, maximum: 31_536_000_000 },
  sharding,
  maxRecordBytes: whole,
  tags: textMap,
};

const line = {
  account: text,
  region: text,
  name: text,
  sharding,
  retentionMs: whole,
  readyAtMs: whole,
  openShardCount: whole,
  recordCount: whole,
  recordBytes: whole,
  readRecordCount: whole,
  readBytes: whole,
  refusedCount: whole,
};

const detail = {
  entity: whole,
  cell: whole,
  createdAtMs: whole,
  modifiedAtMs: whole,
  maxRecordBytes: whole,
  initialShardCount: whole,
  consumers: list(schema.map),
  annotations: textMap,
  tags: textMap,
  shards: list(ref('Shard')),
  shardCount: whole,
};

const assignment = {
  shardIndex: whole,
  token: whole,
  nextSequence: whole,
  subSequence: whole,
  isRevoked: flag,
};
const groupLine = {
  name: text,
  memberCount: whole,
  shardCount: whole,
  doneShardCount: whole,
  behindCount: whole,
};
const groupShard = { ...assignment, isDone: flag, behindCount: whole };

export const streamSchemas: Readonly<Record<string, object>> = {
  Stream: object({ ...line, deletesAtMs: whole }, Object.keys(line)),
  Streams: object({ streams: list(ref('Stream')), totalCount: whole, leftOutCount: whole, next: text }, [
    'streams',
    'totalCount',
  ]),
  StreamDetail: object({ ...line, deletesAtMs: whole, ...detail }, [
    ...Object.keys(line),
    ...Object.keys(detail),
  ]),
  NewStream: object({ account: text, region: text, name: text, ...settings }, ['name']),
  StreamSettings: object(settings, []),
  Shard: object(
    {
      index: whole,
      startHash: hash,
      endHash: hash,
      createdAtMs: whole,
      closedAtMs: whole,
      parents: list(whole),
      firstSequence: whole,
      nextSequence: whole,
    },
    ['index', 'startHash', 'endHash', 'createdAtMs', 'parents', 'firstSequence', 'nextSequence'],
  ),
  Shards: object({ shards: list(ref('Shard')), totalCount: whole, next: whole }, ['shards', 'totalCount']),
  Resize: object({ shardCount: whole }),
  Split: object(
    { atHash: { ...hash, description: 'First key hash of the upper shard; default: the middle' } },
    [],
  ),
  Merge: object({ with: { type: 'integer', description: 'Index of the neighbour, on either side' } }),
  Record: object(
    {
      sequence: whole,
      arrivedAtMs: whole,
      key: text,
      dataBytes: whole,
      data: { type: 'string', contentEncoding: 'base64' },
    },
    ['sequence', 'arrivedAtMs', 'dataBytes', 'data'],
  ),
  Records: object({
    shard: ref('Shard'),
    records: list(ref('Record')),
    nextSequence: whole,
    behindMs: whole,
    isEnd: flag,
    children: list(whole),
  }),
  NewRecords: object({
    records: list(
      object({ key: text, data: text, encoding: { type: 'string', enum: ['text', 'base64'] }, hash }, [
        'key',
        'data',
      ]),
    ),
  }),
  Put: object({
    arrivedAtMs: whole,
    records: list(object({ shardIndex: whole, sequence: whole })),
  }),
  GroupLine: object(groupLine),
  Groups: object({ groups: list(ref('GroupLine')), totalCount: whole, next: text }, ['groups', 'totalCount']),
  Group: object({
    ...groupLine,
    members: list(object({ member: text, sessionMs: whole })),
    shards: list(object({ ...groupShard, member: text }, Object.keys(groupShard))),
  }),
  Join: object(
    {
      member: text,
      sessionMs: { type: 'integer', minimum: 1000, maximum: 3_600_000, default: 30_000 },
      start: { type: 'string', enum: ['horizon', 'latest', 'time'], default: 'horizon' },
      startTimeMs: whole,
    },
    ['member'],
  ),
  Member: object({ member: text }),
  Checkpoint: object(
    {
      member: text,
      shardIndex: whole,
      token: { type: 'integer', description: 'From the assignment; an older one is refused' },
      nextSequence: { type: 'integer', description: 'Everything below is processed' },
      subSequence: {
        type: 'integer',
        description: 'Of a record that carries several: how many are processed',
      },
      isEnd: {
        type: 'boolean',
        description: 'The shard is closed and read to its end: its children come next',
      },
      isReleased: { type: 'boolean', description: 'Somebody else may have the shard' },
    },
    ['member', 'shardIndex', 'token', 'nextSequence'],
  ),
  Assignment: object(assignment),
  Membership: object({ member: text, sessionMs: whole, assignments: list(ref('Assignment')) }),
};
