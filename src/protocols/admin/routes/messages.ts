// Messages of a queue: peek without leasing, one whole message, send, and the dead letters of one source.
import { limits } from '../../../base/limits.ts';
import type { Broker, OutgoingMessage, Peek, PeekedMessage, QueueDefinition } from '../../../broker/index.ts';
import { ask, run } from '../ask.ts';
import { messageView } from '../message-view.ts';
import { flag, numberMember, oneOf, pageLimit, textMap, textMember, wholeNumber } from '../parameters.ts';
import { AdminProblem, badRequest } from '../problem.ts';
import { addressText, findQueue, pathAddress } from '../queue-path.ts';
import type { QueueSnapshots } from '../snapshots.ts';
import type { AdminAnswer, AdminCall, AdminDeps, AdminRoute } from '../types.ts';

const path = '/v1/queues/{account}/{region}/{name}';
const delayMsMax = 900_000;

export function messageRoutes(deps: AdminDeps, snapshots: QueueSnapshots): readonly AdminRoute[] {
  return [
    { method: 'GET', path: `${path}/messages`, handle: (call) => peekMessages(deps, call) },
    { method: 'POST', path: `${path}/messages`, handle: (call) => sendMessage(deps, snapshots, call) },
    { method: 'GET', path: `${path}/messages/{sequence}`, handle: (call) => showMessage(deps, call) },
    { method: 'GET', path: `${path}/dead-letters`, handle: (call) => deadLetters(deps, call) },
  ];
}

async function peekMessages(
  { broker }: AdminDeps,
  { path: parameters, query }: AdminCall,
): Promise<AdminAnswer> {
  const { entity } = findQueue(broker, pathAddress(parameters));
  const view = oneOf(query, 'view', ['all', 'ready', 'leased', 'delayed']);
  const after = wholeNumber(query, 'after', 0, Number.MAX_SAFE_INTEGER);
  const page = await ask(broker, { kind: 'peek', entity, view, after, limit: pageLimit(query) }, 'peeked');
  return { status: 200, body: messagePage(page.messages, page.next, flag(query, 'full')) };
}

// Whole bodies are sent up to a number of bytes (one message always); the rest is the next page's.
function messagePage(messages: readonly PeekedMessage[], next: number | undefined, isFull: boolean) {
  const shown: object[] = [];
  let bytes = 0;
  let last = 0;
  for (const one of messages) {
    bytes += isFull ? one.message.bodyBytes : 0;
    if (shown.length > 0 && bytes > limits.adminAnswerBytesMax) return { messages: shown, next: last };
    shown.push(messageView(one, isFull));
    last = one.sequence;
  }
  return { messages: shown, ...(next === undefined ? {} : { next }) };
}

async function showMessage({ broker }: AdminDeps, { path: parameters }: AdminCall): Promise<AdminAnswer> {
  const { entity } = findQueue(broker, pathAddress(parameters));
  const text = parameters['sequence'] ?? '';
  if (!/^[1-9][0-9]{0,15}$/.test(text)) throw badRequest('sequence must be a number');
  const query: Peek = { kind: 'peek', entity, view: 'all', after: Number(text) - 1, limit: 1 };
  const [found] = (await ask(broker, query, 'peeked')).messages;
  if (found?.sequence !== Number(text))
    throw new AdminProblem(404, 'message_gone', `there is no message ${text}`);
  return { status: 200, body: messageView(found, true) };
}

async function sendMessage(
  deps: AdminDeps,
  snapshots: QueueSnapshots,
  call: AdminCall,
): Promise<AdminAnswer> {
  const definition = findQueue(deps.broker, pathAddress(call.path));
  const message = outgoing(definition, call);
  const reply = await run(
    deps.broker,
    { kind: 'send', entity: definition.entity, messages: [message] },
    'sent',
  );
  snapshots.forget();
  const [sent] = reply.messages;
  return { status: 201, body: { id: sent?.id, sequence: sent?.sequence, isDuplicate: sent?.isDuplicate } };
}

function outgoing({ settings }: QueueDefinition, { body, user }: AdminCall): OutgoingMessage {
  const text = textMember(body, 'body');
  if (text === undefined || text === '') throw badRequest('body is missing');
  if (Buffer.byteLength(text) > settings.maxMessageBytes) {
    throw new AdminProblem(
      413,
      'message_too_large',
      `the queue takes messages of ${settings.maxMessageBytes} bytes at most`,
    );
  }
  const group = textMember(body, 'group');
  const dedupId = textMember(body, 'dedupId');
  if (settings.ordering === 'group' && group === undefined)
    throw badRequest('group is missing: the queue is ordered');
  // Sending twice by hand is meant twice: an ordered queue gets an id of its own where none is given.
  const ownId = settings.dedup === 'none' ? undefined : crypto.randomUUID();
  return {
    body: text,
    attributes: Object.entries(textMap(body, 'attributes')).map(([name, value]) => ({
      name,
      type: 'String',
      value,
    })),
    group,
    dedupId: dedupId ?? ownId,
    delayMs: numberMember(body, 'delayMs', delayMsMax),
    sender: user,
  };
}

// What this queue gave up: the messages of its dead-letter queue that came from it.
async function deadLetters(
  { broker }: AdminDeps,
  { path: parameters, query }: AdminCall,
): Promise<AdminAnswer> {
  const source = findQueue(broker, pathAddress(parameters));
  const policy = source.settings.deadLetter;
  if (policy === undefined)
    throw new AdminProblem(409, 'no_dead_letter_queue', 'the queue has no dead-letter policy');
  const target = broker.catalog.find(policy.target);
  if (target === undefined) throw new AdminProblem(404, 'queue_not_found', 'its dead-letter queue is gone');
  const after = wholeNumber(query, 'after', 0, Number.MAX_SAFE_INTEGER);
  const found = await messagesFrom(broker, { source, target, after, limit: pageLimit(query) });
  return {
    status: 200,
    body: {
      deadLetterQueue: addressText(policy.target),
      maxReceives: policy.maxReceives,
      ...messagePage(found.messages, found.next, flag(query, 'full')),
    },
  };
}

interface DeadLetterScan {
  readonly source: QueueDefinition;
  readonly target: QueueDefinition;
  readonly after: number;
  readonly limit: number;
}

async function messagesFrom(broker: Broker, { source, target, after, limit }: DeadLetterScan) {
  const messages: PeekedMessage[] = [];
  let next: number | undefined = after;
  for (let scanned = 0; next !== undefined && scanned < limits.adminDeadLetterScanMessages;) {
    const peek: Peek = {
      kind: 'peek',
      entity: target.entity,
      view: 'all',
      after: next,
      limit: limits.adminPageRowsMax,
    };
    const page = await ask(broker, peek, 'peeked');
    scanned += page.messages.length;
    for (const one of page.messages) {
      const { origin } = one.message;
      if (origin?.namespace !== source.name.namespace || origin.name !== source.name.name) continue;
      messages.push(one);
      if (messages.length === limit) return { messages, next: one.sequence };
    }
    next = page.next;
  }
  return { messages, next };
}
