// AddPermission and RemovePermission: short forms of changing the topic's policy.
import type { Call } from '../../../engine/service.ts';
import { changeTopic, type TopicChange } from '../change.ts';
import type { SnsInput } from '../model.ts';
import { addStatement, defaultPolicy, removeStatement } from '../permissions.ts';
import type { Sns } from '../sns.ts';
import { openTopic, type Topic } from '../topic.ts';

export async function addPermission(sns: Sns, input: SnsInput<'AddPermission'>, call: Call): Promise<object> {
  const grant = { label: input.Label, accounts: input.AWSAccountId, actions: input.ActionName };
  const find = (): Topic => openTopic(sns, call, input.TopicArn, 'sns:AddPermission');
  await changeTopic(call, find, (topic) =>
    withPolicy(topic, addStatement(policyOf(topic), topic.arn, grant)),
  );
  return {};
}

export async function removePermission(
  sns: Sns,
  input: SnsInput<'RemovePermission'>,
  call: Call,
): Promise<object> {
  const find = (): Topic => openTopic(sns, call, input.TopicArn, 'sns:RemovePermission');
  await changeTopic(call, find, (topic) => withPolicy(topic, removeStatement(policyOf(topic), input.Label)));
  return {};
}

function policyOf({ definition }: Topic): string {
  return definition.annotations['Policy'] ?? defaultPolicy(definition);
}

function withPolicy({ definition }: Topic, policy: string): TopicChange {
  return { annotations: { ...definition.annotations, Policy: policy } };
}
