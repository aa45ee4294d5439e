// Publish: to a topic, and, through a topic that nobody sees, to a phone number or an endpoint of an
// application. To a topic it is the hot path: no promise, no closure.
import type { Reply } from '../../../../../broker/index.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import { publishToEndpoint, publishToPhone } from '../direct.ts';
import { invalidParameter, topicNotFound } from '../errors.ts';
import { messageBytesMax, prepareMessage, sequenceNumber } from '../message.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { parseArn } from '../names.ts';
import { expectReply } from '../reply.ts';
import type { Sns } from '../sns.ts';
import { findTopic, parseTopicArn, type Topic } from '../topic.ts';

type Input = SnsInput<'Publish'>;
type Output = SnsOutput<'Publish'>;

export function publish(sns: Sns, input: Input, call: Call): Pending | Promise<Output> {
  const { TopicArn: topicArn, TargetArn: targetArn, PhoneNumber: phone } = input;
  if (topicArn !== undefined) return publishToTopic(openPublished(sns, call, topicArn), input, call);
  if (phone !== undefined) return publishToPhone(sns, phone, input, call);
  if (targetArn === undefined)
    throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  const arn = parseArn('TargetArn', targetArn);
  if (arn.resource.startsWith('endpoint/')) return publishToEndpoint(sns, targetArn, input, call);
  return publishToTopic(openPublished(sns, call, targetArn, 'TargetArn'), input, call);
}

function openPublished(sns: Sns, call: Call, text: string, parameter = 'TopicArn'): Topic {
  const topic = findTopic(sns, parseTopicArn(call, text, parameter));
  if (topic === undefined) throw topicNotFound();
  call.authorize('sns:Publish', topic.resource);
  return topic;
}

function publishToTopic(topic: Topic, input: Input, call: Call): Pending {
  const { publication, bytes } = prepareMessage(topic, input, call);
  if (bytes > messageBytesMax) throw invalidParameter('Message too long');
  const command = { kind: 'publish', entity: topic.entity, messages: [publication] } as const;
  return call.submit(command, topic.isFifo ? respondInOrder : respondPublished, undefined);
}

function respondPublished(reply: Reply): Output {
  return { MessageId: expectReply(reply, 'published').messages[0]!.id };
}

function respondInOrder(reply: Reply): Output {
  const { id, sequence } = expectReply(reply, 'published').messages[0]!;
  return { MessageId: id, SequenceNumber: sequenceNumber(sequence) };
}
