// GetDataProtectionPolicy and PutDataProtectionPolicy: the text is kept and shown; nothing is masked by it.
import type { Call } from '../../../engine/service.ts';
import { changeTopic } from '../change.ts';
import { invalidParameter, topicNotFound } from '../errors.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import type { Sns } from '../sns.ts';
import { findTopic, parseTopicArn, type Topic } from '../topic.ts';

const policyCharsMax = 30_720;

export function checkDataProtection(text: string): void {
  if (text.length > policyCharsMax) {
    throw invalidParameter(`DataProtectionPolicy Reason: length must not exceed ${policyCharsMax}`);
  }
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy === 'object' && policy !== null && !Array.isArray(policy)) return;
  } catch {
    // Said below.
  }
  throw invalidParameter('DataProtectionPolicy Reason: failed to parse JSON');
}

export function getDataProtectionPolicy(
  sns: Sns,
  input: SnsInput<'GetDataProtectionPolicy'>,
  call: Call,
): SnsOutput<'GetDataProtectionPolicy'> {
  const { definition } = openProtected(sns, call, input.ResourceArn, 'sns:GetDataProtectionPolicy');
  return { DataProtectionPolicy: definition.annotations['DataProtectionPolicy'] ?? '' };
}

export async function putDataProtectionPolicy(
  sns: Sns,
  input: SnsInput<'PutDataProtectionPolicy'>,
  call: Call,
): Promise<object> {
  const { DataProtectionPolicy: text } = input;
  const find = (): Topic => openProtected(sns, call, input.ResourceArn, 'sns:PutDataProtectionPolicy');
  await changeTopic(call, find, ({ definition }) => {
    const { DataProtectionPolicy: _, ...others } = definition.annotations;
    if (text === '') return { annotations: others };
    checkDataProtection(text);
    return { annotations: { ...others, DataProtectionPolicy: text } };
  });
  return {};
}

function openProtected(sns: Sns, call: Call, text: string, action: string): Topic {
  const topic = findTopic(sns, parseTopicArn(call, text, 'ResourceArn'));
  if (topic === undefined) throw topicNotFound();
  call.authorize(action, topic.resource);
  return topic;
}
