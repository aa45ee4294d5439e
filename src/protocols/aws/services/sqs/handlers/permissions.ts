// AddPermission and RemovePermission: short forms of changing the queue's policy.
import type { Call } from '../../../engine/service.ts';
import type { SqsInput } from '../model.ts';
import type { Queue } from '../queue.ts';
import type { Sqs } from '../sqs.ts';
import { changeQueue, type Change } from '../change.ts';
import { missingParameter } from '../errors.ts';
import { addStatement, removeStatement } from '../permissions.ts';
import { openOwnQueue } from '../queue.ts';

export async function addPermission(sqs: Sqs, input: SqsInput<'AddPermission'>, call: Call): Promise<object> {
  const { Label: label, AWSAccountIds: accounts, Actions: actions = [] } = input;
  const find = (): Queue => openOwnQueue(sqs, call, input.QueueUrl, 'sqs:AddPermission');
  await changeQueue(call, find, (queue) => {
    if (label === undefined) throw missingParameter('Label');
    if (accounts === undefined) throw missingParameter('PrincipalId');
    if (actions.length === 0) throw missingParameter('Actions');
    const { resource } = queue;
    return withPolicy(queue, addStatement(resource.policy, resource.arn, { label, accounts, actions }));
  });
  return {};
}

export async function removePermission(
  sqs: Sqs,
  input: SqsInput<'RemovePermission'>,
  call: Call,
): Promise<object> {
  const { Label: label } = input;
  const find = (): Queue => openOwnQueue(sqs, call, input.QueueUrl, 'sqs:RemovePermission');
  await changeQueue(call, find, (queue) => {
    if (label === undefined) throw missingParameter('Label');
    return withPolicy(queue, removeStatement(queue.resource.policy, label));
  });
  return {};
}

function withPolicy({ definition }: Queue, policy: string): Change {
  const { Policy: _, ...others } = definition.annotations;
  return { annotations: policy === '' ? others : { ...others, Policy: policy } };
}
