// GetQueueAttributes and SetQueueAttributes: what a queue shows of itself, and changes to it, whole or not at
// all. Messages are counted by the core, and only when somebody asks for a count.
import type { QueueStats } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import type { SqsInput, SqsOutput } from '../model.ts';
import type { Queue } from '../queue.ts';
import type { Sqs } from '../sqs.ts';
import { applyAttributes, attributeNames, attributeText, countNames, draftOf } from '../attributes.ts';
import { changeQueue, type Change } from '../change.ts';
import { missingParameter, unknownAttribute } from '../errors.ts';
import { openOwnQueue, openQueue } from '../queue.ts';
import { applyRedrive } from '../redrive.ts';
import { expectReply } from '../reply.ts';

const known: ReadonlySet<string> = new Set(attributeNames);
const counted: ReadonlySet<string> = new Set(countNames);

export async function getQueueAttributes(
  sqs: Sqs,
  input: SqsInput<'GetQueueAttributes'>,
  call: Call,
): Promise<SqsOutput<'GetQueueAttributes'>> {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:GetQueueAttributes');
  const names = wantedNames(input.AttributeNames ?? []);
  const stats = names.some((name) => counted.has(name))
    ? expectReply(await call.ask({ kind: 'queueStats', entity: queue.entity }), 'queueStats', call)
    : undefined;
  const attributes: Record<string, string> = {};
  for (const name of names) {
    const text = counted.has(name) ? countText(stats!, name) : shownText(queue, name);
    if (text !== undefined) attributes[name] = text;
  }
  return { Attributes: Object.keys(attributes).length === 0 ? undefined : attributes };
}

function wantedNames(asked: readonly string[]): readonly string[] {
  for (const name of asked) if (name !== 'All' && !known.has(name)) throw unknownAttribute(name);
  return asked.includes('All') ? attributeNames : asked;
}

function shownText(queue: Queue, name: string): string | undefined {
  return attributeText(queue.definition, name, queue.resource.arn);
}

/** Visible, in flight and delayed: a message is in one of them. */
function countText(stats: QueueStats, name: string): string {
  if (name === 'ApproximateNumberOfMessages') return String(stats.readyCount);
  if (name === 'ApproximateNumberOfMessagesNotVisible') return String(stats.leasedCount);
  return String(stats.delayedCount);
}

export async function setQueueAttributes(
  sqs: Sqs,
  input: SqsInput<'SetQueueAttributes'>,
  call: Call,
): Promise<object> {
  const given = input.Attributes ?? {};
  const find = (): Queue => openOwnQueue(sqs, call, input.QueueUrl, 'sqs:SetQueueAttributes');
  await changeQueue(call, find, ({ definition }): Change => {
    if (Object.keys(given).length === 0) throw missingParameter('Attribute.Name');
    const draft = draftOf(definition);
    applyAttributes(draft, given);
    applyRedrive(sqs, call, definition.name, { given, draft });
    return draft;
  });
  return {};
}
