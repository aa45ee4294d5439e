// One message of SendMessage or of an entry of SendMessageBatch: everything that SQS checks about it, and
// the core's message made of it. Hot path: one object for the core, one for the answer, nothing in between.
import { hash } from 'node:crypto';
import type { MessageAttribute, OutgoingMessage } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import type { SqsInput } from './model.ts';
import type { Queue } from './queue.ts';
import { limits } from '../../../../base/limits.ts';
import {
  invalidMessageContents,
  invalidParameter,
  invalidValue,
  missingParameter,
  noDedupId,
} from './errors.ts';
import { md5OfAttributes, md5OfBody } from './md5.ts';
import { prepareAttributes } from './message-attributes.ts';
import { hasInvalidCharacters, idReason, isMessageId } from './message-text.ts';

export type MessageFields = Omit<SqsInput<'SendMessage'>, 'QueueUrl'>;

/** A checked message with what the answer needs of it. */
export interface PreparedMessage {
  readonly message: OutgoingMessage;
  readonly bytes: number;
  readonly bodyMd5: string;
  readonly attributesMd5: string | undefined;
  readonly systemAttributesMd5: string | undefined;
}

const noAttributes: readonly MessageAttribute[] = [];
const delaySecondsMax = 900;

/**
 * Throws what SendMessage answers; a batch makes a failed entry of it. Size is left to the caller, who
 * words it.
 */
export function prepareMessage(queue: Queue, fields: MessageFields, call: Call): PreparedMessage {
  const body = fields.MessageBody;
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  if (hasInvalidCharacters(body)) throw invalidMessageContents();
  const delayMs = delayOf(queue, fields.DelaySeconds);
  const group = groupOf(queue, fields.MessageGroupId);
  const dedupId = dedupIdOf(queue, fields.MessageDeduplicationId, body);
  const given = fields.MessageAttributes;
  const prepared = given === undefined ? undefined : prepareAttributes(given);
  const attributes = prepared?.attributes ?? noAttributes;
  const traced = fields.MessageSystemAttributes === undefined ? undefined : systemTrace(fields);
  return {
    message: {
      body,
      attributes,
      group,
      dedupId,
      delayMs,
      sender: call.principal.id,
      trace: traced ?? headerTrace(call),
    },
    bytes: Buffer.byteLength(body) + (prepared?.bytes ?? 0),
    bodyMd5: md5OfBody(body),
    attributesMd5: attributes.length === 0 ? undefined : md5OfAttributes(attributes),
    systemAttributesMd5: traced === undefined ? undefined : md5OfAttributes([traceAttribute(traced)]),
  };
}

function delayOf(queue: Queue, seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  if (!(seconds >= 0 && seconds <= delaySecondsMax)) {
    throw invalidValue('DelaySeconds', seconds, `DelaySeconds must be >= 0 and <= ${delaySecondsMax}.`);
  }
  if (!queue.isFifo) return seconds * 1000;
  // FIFO queues delay as a whole; an explicit 0 is legal there and means the queue's delay (recorded).
  if (seconds === 0) return undefined;
  throw invalidValue(
    'DelaySeconds',
    seconds,
    'The request include parameter that is not valid for this queue type.',
  );
}

function groupOf(queue: Queue, group: string | undefined): string | undefined {
  if (group === undefined) {
    if (queue.isFifo) throw missingParameter('MessageGroupId');
  } else if (!isMessageId(group)) {
    throw invalidValue('MessageGroupId', group, idReason('MessageGroupId'));
  }
  return group;
}

function dedupIdOf(queue: Queue, id: string | undefined, body: string): string | undefined {
  if (id !== undefined) {
    if (!queue.isFifo) {
      throw invalidValue(
        'MessageDeduplicationId',
        id,
        'The request includes a parameter that is not valid for this queue type.',
      );
    }
    if (isMessageId(id)) return id;
    throw invalidValue('MessageDeduplicationId', id, idReason('MessageDeduplicationId'));
  }
  if (!queue.isFifo) return undefined;
  if (queue.hasContentDedup) return hash('sha256', body, 'hex');
  throw noDedupId();
}

/** The one system attribute there is. It does not count to the size of the message. */
function systemTrace(fields: MessageFields): string | undefined {
  let trace: string | undefined;
  for (const [name, value] of Object.entries(fields.MessageSystemAttributes ?? {})) {
    if (name !== 'AWSTraceHeader') {
      throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
    }
    if (value.DataType !== 'String') {
      throw invalidParameter(
        `The message system attribute '${name}' has an invalid message system attribute type, the set of ` +
          'supported type prefixes is String.',
      );
    }
    trace = value.StringValue;
    if (trace === undefined || trace === '') {
      throw invalidParameter(
        `Message (system) attribute '${name}' must contain a non-empty value of type 'String'.`,
      );
    }
    if (!isTrace(trace))
      throw invalidParameter(`The value of message (system) attribute '${name}' is invalid.`);
  }
  return trace;
}

/** Recorded: the header of the request stands in for the attribute. One that can't be stored is not. */
function headerTrace(call: Call): string | undefined {
  const trace = call.header('x-amzn-trace-id');
  return trace !== undefined && isTrace(trace) ? trace : undefined;
}

function isTrace(text: string): boolean {
  return text.length > 0 && text.length <= limits.sqsTraceCharsMax && !hasInvalidCharacters(text);
}

function traceAttribute(value: string): MessageAttribute {
  return { name: 'AWSTraceHeader', type: 'String', value };
}
