// The description of the admin API, served at /openapi.json. A test compares its paths with the routes, so
// that neither can change alone. Schemas are in openapi-schemas.ts.
import { packageVersion } from '../../base/version.ts';
import { choice, type Json, type Operation, query, text, whole } from './openapi-parts.ts';
import { schemas } from './openapi-schemas.ts';
import { streamOperations } from './openapi-streams.ts';

const queuePath = '/v1/queues/{account}/{region}/{name}';

const page = [
  query('limit', { ...whole, minimum: 1, maximum: 1000, default: 100 }, 'Rows of one page'),
  query('after', whole, 'Only messages with a larger sequence: `next` of the page before'),
  query('full', { type: 'boolean', default: false }, 'Whole bodies instead of previews of 2 KiB'),
];

const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/health': {
    get: {
      summary: 'Whether the daemon takes messages; 503 when it drains or its disk is full',
      tag: 'system',
      answer: [200, 'Health'],
      isOpen: true,
    },
  },
  '/metrics': {
    get: {
      summary: 'Metrics in the Prometheus text form; from loopback without a key',
      tag: 'system',
      answer: [200, 'Text'],
    },
  },
  '/openapi.json': {
    get: { summary: 'This document', tag: 'system', answer: [200, 'Map'], isOpen: true },
  },
  '/v1/users': {
    get: { summary: 'Configured users, without secrets', tag: 'system', answer: [200, 'Users'] },
  },
  '/v1/config': {
    get: {
      summary: 'The effective configuration and where each setting came from',
      tag: 'system',
      answer: [200, 'Map'],
    },
  },
  '/v1/backup': {
    post: {
      summary: 'Copy all data as of one moment into an empty directory of the daemon',
      tag: 'system',
      body: 'Backup',
      answer: [200, 'Backup'],
    },
  },
  '/v1/reset': {
    post: { summary: 'Drop all data; only with --allow-reset', tag: 'system', answer: [200, 'Map'] },
  },
  '/v1/recorded-messages': {
    get: {
      summary: 'E-mails, texts and push messages that were recorded instead of sent, oldest first',
      tag: 'system',
      query: [
        query('after', whole, 'Only those with a larger id: `next` of the page before'),
        query('limit', { ...whole, minimum: 1, maximum: 1000, default: 100 }, 'Rows of one page'),
      ],
      answer: [200, 'RecordedMessages'],
    },
  },
  '/v1/tasks': {
    get: { summary: 'Move tasks of all dead-letter queues', tag: 'tasks', answer: [200, 'Tasks'] },
  },
  '/v1/queues': {
    get: {
      summary: 'Queues with their counts, from a snapshot of at most one second ago',
      tag: 'queues',
      query: [
        query('prefix', text, 'Names that start with it'),
        query('filter', text, 'Names that contain it, in any case'),
        query('account', text, 'Queues of this account'),
        query('region', text, 'Queues of this region'),
        query('sort', choice('name', 'ready', 'leased', 'delayed', 'age'), 'What to order by'),
        query('order', { type: 'string', enum: ['asc', 'desc'] }, 'Default: asc by name, desc by number'),
        query('limit', { ...whole, minimum: 1, maximum: 1000, default: 100 }, 'Rows of one page'),
        query('next', text, '`next` of the page before'),
      ],
      answer: [200, 'Queues'],
    },
    post: { summary: 'Create a queue', tag: 'queues', body: 'NewQueue', answer: [201, 'Declared'] },
  },
  [queuePath]: {
    get: { summary: 'One queue: settings, counts, counters', tag: 'queues', answer: [200, 'QueueDetail'] },
    put: {
      summary: 'Create the queue, or bring it to these attributes',
      tag: 'queues',
      body: 'Declaration',
      answer: [200, 'Declared'],
    },
    delete: { summary: 'Delete the queue and its messages', tag: 'queues', answer: [200, 'Map'] },
  },
  [`${queuePath}/purge`]: {
    post: { summary: 'Drop all messages of the queue', tag: 'queues', answer: [200, 'Map'] },
  },
  [`${queuePath}/messages`]: {
    get: {
      summary: 'Look at messages without leasing them',
      tag: 'messages',
      query: [query('view', choice('all', 'ready', 'leased', 'delayed'), 'Which messages'), ...page],
      answer: [200, 'Messages'],
    },
    post: { summary: 'Send one message', tag: 'messages', body: 'NewMessage', answer: [201, 'Sent'] },
  },
  [`${queuePath}/messages/{sequence}`]: {
    get: { summary: 'One message with its whole body', tag: 'messages', answer: [200, 'Message'] },
  },
  [`${queuePath}/dead-letters`]: {
    get: {
      summary: 'What this queue gave up, as it lies in its dead-letter queue',
      tag: 'messages',
      query: page,
      answer: [200, 'DeadLetters'],
    },
  },
  [`${queuePath}/redrive`]: {
    post: {
      summary: 'Move the messages of a dead-letter queue back, or to a target',
      tag: 'tasks',
      body: 'Redrive',
      answer: [201, 'Task'],
    },
  },
  [`${queuePath}/tasks`]: {
    get: { summary: 'Move tasks of this queue, newest first', tag: 'tasks', answer: [200, 'Tasks'] },
  },
  [`${queuePath}/tasks/{taskId}`]: {
    delete: { summary: 'Cancel a move task', tag: 'tasks', answer: [200, 'Task'] },
  },
  ...streamOperations,
};

const reference = (schema: string): Json => ({ $ref: `#/components/schemas/${schema}` });

function operationOf(path: string, operation: Operation): Json {
  const [status, schema] = operation.answer;
  const media = schema === 'Text' ? 'text/plain' : 'application/json';
  const parameters = [...path.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
  }));
  const error = { description: 'Refused', content: { 'application/json': { schema: reference('Error') } } };
  return {
    summary: operation.summary,
    tags: [operation.tag],
    ...(operation.isOpen === true ? { security: [] } : {}),
    parameters: [...parameters, ...(operation.query ?? [])],
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: reference(operation.body) } },
          },
        }),
    responses: {
      [String(status)]: { description: 'Done', content: { [media]: { schema: reference(schema) } } },
      default: error,
    },
  };
}

export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [path, methods] of Object.entries(operations)) {
    const entries = Object.entries(methods).map(([method, operation]) => [
      method,
      operationOf(path, operation),
    ]);
    paths[path] = Object.fromEntries(entries) as Json;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Caudal admin API',
      version: packageVersion(),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ basic: [] }, { bearer: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'Key id and secret of an administrator' },
        bearer: { type: 'http', scheme: 'bearer', description: 'ID:SECRET' },
      },
    },
  };
}
