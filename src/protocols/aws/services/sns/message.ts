// One message of Publish or of an entry of PublishBatch: everything that SNS checks about it, and the core's
// publication made of it. Hot path: one object for the core, and nothing in between.
import { hash } from 'node:crypto';
import type { MessageAttribute, Publication } from '../../../../broker/index.ts';
import { limits } from '../../../../base/limits.ts';
import type { Call } from '../../engine/service.ts';
import { invalidParameter } from './errors.ts';
import { type AttributeValue, prepareAttributes } from './message-attributes.ts';
import { parseStructure } from './message-structure.ts';

export interface MessageFields {
  readonly Message: string;
  readonly Subject?: string | undefined;
  readonly MessageStructure?: string | undefined;
  readonly MessageAttributes?: Readonly<Record<string, AttributeValue>> | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly MessageGroupId?: string | undefined;
}

/** What of a topic matters to its messages; a phone or an endpoint is a standard topic in this. */
export interface MessageRules {
  readonly isFifo: boolean;
  readonly hasContentDedup: boolean;
}

export interface PreparedMessage {
  readonly publication: Publication;
  /** Message and attributes. */
  readonly bytes: number;
}

export const messageBytesMax = 262_144;
const subjectCharsMax = 100;
const noAttributes: readonly MessageAttribute[] = [];
const idPattern = /^[\x21-\x7e]{1,128}$/;
/** Line ends are controls too. */
const controlCharacters = /\p{Cc}/u;

/** Throws what Publish answers, the size's bound apart. */
export function prepareMessage(rules: MessageRules, fields: MessageFields, call: Call): PreparedMessage {
  const { Message: message, Subject: subject, MessageAttributes: given } = fields;
  if (message === '') throw invalidParameter('Empty message');
  if (subject !== undefined) checkSubject(subject);
  const structured = structureOf(fields.MessageStructure, message);
  const group = groupOf(rules, fields.MessageGroupId);
  const dedupId = dedupIdOf(rules, fields.MessageDeduplicationId, message);
  const prepared = given === undefined ? undefined : prepareAttributes(given);
  return {
    publication: {
      body: structured?.text ?? message,
      variants: structured?.variants,
      attributes: prepared?.attributes ?? noAttributes,
      subject,
      group,
      dedupId,
      sender: call.principal.id,
      trace: traceOf(call),
    },
    bytes: Buffer.byteLength(message) + (prepared?.bytes ?? 0),
  };
}

function structureOf(structure: string | undefined, message: string) {
  if (structure === undefined || structure === '') return undefined;
  if (structure === 'json') return parseStructure(message);
  throw invalidParameter('MessageStructure');
}

function checkSubject(subject: string): void {
  if (subject === '' || subject.length > subjectCharsMax || controlCharacters.test(subject)) {
    throw invalidParameter('Subject');
  }
}

function groupOf({ isFifo }: MessageRules, group: string | undefined): string | undefined {
  if (group === undefined) {
    if (isFifo) throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
    return undefined;
  }
  if (!idPattern.test(group)) throw invalidParameter('MessageGroupId');
  return group;
}

function dedupIdOf(rules: MessageRules, id: string | undefined, message: string): string | undefined {
  if (id !== undefined) {
    if (!rules.isFifo) {
      throw invalidParameter(
        'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not ' +
          'valid for this topic type',
      );
    }
    if (idPattern.test(id)) return id;
    throw invalidParameter('MessageDeduplicationId');
  }
  if (!rules.isFifo) return undefined;
  if (rules.hasContentDedup) return hash('sha256', message, 'hex');
  throw invalidParameter(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided ' +
      'explicitly',
  );
}

/** What queues hand on as their system attribute for tracing. */
function traceOf(call: Call): string | undefined {
  const trace = call.header('x-amzn-trace-id');
  if (trace === undefined || trace === '' || trace.length > limits.sqsTraceCharsMax) return undefined;
  return controlCharacters.test(trace) ? undefined : trace;
}

/** 20 digits, growing within a topic: a fixed head before the core's position, which has 16 at most. */
export function sequenceNumber(sequence: number): string {
  return `1000${String(sequence).padStart(16, '0')}`;
}
