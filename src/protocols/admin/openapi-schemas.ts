// The bodies of the admin API as JSON schemas: what openapi.ts refers to by name.

import { list, object, ref, schema } from './openapi-parts.ts';
import { streamSchemas } from './openapi-stream-schemas.ts';

const { text, whole, flag, map, textMap } = schema;
const address = { account: text, region: text, name: text };
const queueLine = {
  ...address,
  ordering: { type: 'string', enum: ['none', 'group'] },
  readyCount: whole,
  leasedCount: whole,
  delayedCount: whole,
};
const queueOptional = { oldestAgeMs: whole, deadLetterQueue: text };
const newMessage = { body: text, attributes: textMap, group: text, dedupId: text, delayMs: whole };

export const schemas: Readonly<Record<string, object>> = {
  Text: text,
  Map: map,
  Error: object({ error: object({ code: text, message: text }) }),
  Health: object({
    status: { type: 'string', enum: ['ok', 'draining', 'not_writable'] },
    version: text,
    uptimeSeconds: { type: 'number' },
    isWritable: flag,
    listeners: { type: 'object', additionalProperties: object({ url: text, engine: text }) },
  }),
  Users: object({
    users: list(
      object({ name: text, account: text, isAdmin: flag, keyIds: list(text), policyCount: whole }, [
        'name',
        'account',
        'isAdmin',
        'keyIds',
      ]),
    ),
  }),
  Backup: object({ directory: { type: 'string', description: 'Absolute path' } }),
  Queue: object({ ...queueLine, ...queueOptional }, Object.keys(queueLine)),
  Queues: object({ queues: list(ref('Queue')), totalCount: whole, leftOutCount: whole, next: text }, [
    'queues',
    'totalCount',
  ]),
  QueueDetail: object(
    {
      ...queueLine,
      ...queueOptional,
      entity: whole,
      cell: whole,
      createdAtMs: whole,
      modifiedAtMs: whole,
      settings: map,
      annotations: textMap,
      tags: textMap,
      deadLetterSources: list(text),
      counters: map,
    },
    [...Object.keys(queueLine), 'settings', 'annotations', 'tags', 'deadLetterSources', 'counters'],
  ),
  NewQueue: object({ ...address, attributes: textMap, tags: textMap }, ['name']),
  Declaration: object({ attributes: textMap, tags: textMap }, []),
  Declared: object({ ...address, result: { type: 'string', enum: ['created', 'changed', 'unchanged'] } }),
  NewMessage: object(newMessage, ['body']),
  Sent: object({ id: text, sequence: whole, isDuplicate: flag }),
  Message: object(
    {
      sequence: whole,
      state: { type: 'string', enum: ['ready', 'leased', 'delayed', 'moving'] },
      receiveCount: whole,
      id: text,
      sentAtMs: whole,
      sender: text,
      group: text,
      dedupId: text,
      trace: text,
      origin: text,
      attributes: list(
        object({ name: text, type: text, value: text, encoding: text }, ['name', 'type', 'value']),
      ),
      bodyBytes: whole,
      body: text,
      encoding: { type: 'string', enum: ['base64'] },
      isPreview: flag,
    },
    ['sequence', 'state', 'receiveCount', 'id', 'sentAtMs', 'sender', 'attributes', 'bodyBytes', 'body'],
  ),
  Messages: object({ messages: list(ref('Message')), next: whole }, ['messages']),
  DeadLetters: object(
    { deadLetterQueue: text, maxReceives: whole, messages: list(ref('Message')), next: whole },
    ['deadLetterQueue', 'maxReceives', 'messages'],
  ),
  Redrive: object(
    { target: { type: 'string', description: 'NAME or ACCOUNT/REGION/NAME' }, ratePerSecondMax: whole },
    [],
  ),
  Task: object(
    {
      taskId: text,
      source: text,
      target: text,
      status: { type: 'string', enum: ['running', 'completed', 'cancelling', 'cancelled', 'failed'] },
      startedAtMs: whole,
      movedCount: whole,
      toMoveCount: whole,
      ratePerSecondMax: whole,
      failure: text,
    },
    ['taskId', 'source', 'status', 'startedAtMs', 'movedCount', 'toMoveCount'],
  ),
  Tasks: object({ tasks: list(ref('Task')) }),
  RecordedMessages: object(
    {
      messages: list(
        object({
          id: whole,
          atMs: whole,
          kind: { type: 'string', enum: ['email', 'sms', 'push'] },
          to: list(text),
          text: { type: 'string', description: 'The content as JSON, cut when it is long' },
        }),
      ),
      next: whole,
    },
    ['messages'],
  ),
  ...streamSchemas,
};
