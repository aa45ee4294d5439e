// The operations of streams and consumer groups in the description of the admin API. Called by openapi.ts;
// their bodies are in openapi-stream-schemas.ts.
import { choice, type Json, type Operation, query, text, whole } from './openapi-parts.ts';
import { streamPath } from './stream-path.ts';

const rows: Json = query('limit', { ...whole, minimum: 1, maximum: 1000, default: 100 }, 'Rows of one page');

const listing: readonly Json[] = [
  query('prefix', text, 'Names that start with it'),
  query('filter', text, 'Names that contain it, in any case'),
  query('account', text, 'Streams of this account'),
  query('region', text, 'Streams of this region'),
  query('sort', choice('name', 'shards', 'records', 'bytes'), 'What to order by'),
  query('order', { type: 'string', enum: ['asc', 'desc'] }, 'Default: asc by name, desc by number'),
  rows,
  query('next', text, '`next` of the page before'),
];

const reading: readonly Json[] = [
  query('from', whole, 'First sequence: `nextSequence` of the page before'),
  query('position', choice('horizon', 'latest', 'time'), 'Where to begin without `from`'),
  query('timeMs', whole, 'With position=time: the first record that arrived then or later'),
  query('limit', { ...whole, minimum: 1, maximum: 1000, default: 100 }, 'Records; about 1 MiB at the most'),
  query('waitMs', { ...whole, maximum: 20_000, default: 0 }, 'How long to wait when there is no record yet'),
];

type Methods = Readonly<Record<string, Operation>>;

const streams: Readonly<Record<string, Methods>> = {
  '/v1/streams': {
    get: {
      summary: 'Streams with their counters, from a snapshot of at most one second ago',
      tag: 'streams',
      query: listing,
      answer: [200, 'Streams'],
    },
    post: { summary: 'Create a stream', tag: 'streams', body: 'NewStream', answer: [201, 'Declared'] },
  },
  [streamPath]: {
    get: {
      summary: 'One stream: settings, counters, its first 1000 shards',
      tag: 'streams',
      answer: [200, 'StreamDetail'],
    },
    put: {
      summary: 'Create the stream, or bring it to these settings',
      tag: 'streams',
      body: 'StreamSettings',
      answer: [200, 'Declared'],
    },
    delete: { summary: 'Delete the stream and its records', tag: 'streams', answer: [200, 'Map'] },
  },
  [`${streamPath}/shards`]: {
    get: {
      summary: 'Shards that can still be read, closed ones included',
      tag: 'streams',
      query: [rows, query('after', whole, 'Only shards with a larger index: `next` of the page before')],
      answer: [200, 'Shards'],
    },
  },
  [`${streamPath}/resize`]: {
    post: {
      summary: 'Split and merge until so many open shards of equal width are there',
      tag: 'streams',
      body: 'Resize',
      answer: [200, 'Shards'],
    },
  },
  [`${streamPath}/shards/{shard}/split`]: {
    post: {
      summary: 'Close the shard and open two: below the key hash, and from it on',
      tag: 'streams',
      body: 'Split',
      answer: [200, 'Shards'],
    },
  },
  [`${streamPath}/shards/{shard}/merge`]: {
    post: {
      summary: 'Close the shard and its neighbour, open one over both ranges',
      tag: 'streams',
      body: 'Merge',
      answer: [200, 'Shards'],
    },
  },
  [`${streamPath}/shards/{shard}/records`]: {
    get: {
      summary: 'Records of a shard in order; with `waitMs` a long poll',
      tag: 'records',
      query: reading,
      answer: [200, 'Records'],
    },
  },
  [`${streamPath}/records`]: {
    post: { summary: 'Put up to 500 records', tag: 'records', body: 'NewRecords', answer: [201, 'Put'] },
  },
};

const groupPath = `${streamPath}/groups/{group}`;

const groups: Readonly<Record<string, Methods>> = {
  [`${streamPath}/groups`]: {
    get: {
      summary: 'Consumer groups of the stream',
      tag: 'groups',
      query: [rows, query('after', text, 'Only names behind it: `next` of the page before')],
      answer: [200, 'Groups'],
    },
  },
  [groupPath]: {
    get: { summary: 'Members, and who has which shard how far', tag: 'groups', answer: [200, 'Group'] },
    delete: { summary: 'Forget the group with its positions', tag: 'groups', answer: [200, 'Map'] },
  },
  [`${groupPath}/join`]: {
    post: {
      summary: 'Become a member; makes the group when it is not there',
      tag: 'groups',
      body: 'Join',
      answer: [200, 'Membership'],
    },
  },
  [`${groupPath}/heartbeat`]: {
    post: {
      summary: 'Stay a member, give up what was revoked, learn the shards of now',
      tag: 'groups',
      body: 'Member',
      answer: [200, 'Membership'],
    },
  },
  [`${groupPath}/checkpoint`]: {
    post: {
      summary: 'Move the position of a shard, release it, or end it; stays a member too',
      tag: 'groups',
      body: 'Checkpoint',
      answer: [200, 'Membership'],
    },
  },
  [`${groupPath}/leave`]: {
    post: { summary: 'Give up membership and shards', tag: 'groups', body: 'Member', answer: [200, 'Map'] },
  },
};

export const streamOperations: Readonly<Record<string, Methods>> = { ...streams, ...groups };
