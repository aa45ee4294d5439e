// Resource policies of streams and consumers. The engine evaluates them; here they are kept and given back.
import type { Call } from '../../../engine/service.ts';
import { parsePolicy } from '../../../engine/iam/policy.ts';
import { annotated, annotation } from '../annotations.ts';
import { changeConsumer, changeStream } from '../change.ts';
import { invalidArgument, resourceNotFound } from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { isConsumerArn } from '../names.ts';
import { type Consumer, openConsumer, openStream, type Stream } from '../stream-ref.ts';

export async function putResourcePolicy(
  kinesis: Kinesis,
  input: KinesisInput<'PutResourcePolicy'>,
  call: Call,
): Promise<object> {
  const policy = parsePolicy(input.Policy);
  if (!policy.ok) throw invalidArgument(`The policy is malformed: ${policy.error}.`);
  return setPolicy(kinesis, call, input.ResourceARN, input.Policy);
}

/** None set is `{}` (recorded). */
export function getResourcePolicy(
  kinesis: Kinesis,
  input: KinesisInput<'GetResourcePolicy'>,
  call: Call,
): KinesisOutput<'GetResourcePolicy'> {
  const { policy } = open(kinesis, call, input.ResourceARN).resource;
  return { Policy: policy ?? '{}' };
}

/** A second time there is none to delete (recorded). */
export async function deleteResourcePolicy(
  kinesis: Kinesis,
  input: KinesisInput<'DeleteResourcePolicy'>,
  call: Call,
): Promise<object> {
  return setPolicy(kinesis, call, input.ResourceARN, undefined);
}

function open(kinesis: Kinesis, call: Call, arn: string): Stream | Consumer {
  const action = `kinesis:${call.operationName}`;
  return isConsumerArn(arn)
    ? openConsumer(kinesis, call, arn, action)
    : openStream(kinesis, call, { StreamARN: arn }, action);
}

async function setPolicy(
  kinesis: Kinesis,
  call: Call,
  arn: string,
  policy: string | undefined,
): Promise<object> {
  const change = <A extends Readonly<Record<string, string>>>(current: A) => {
    if (policy === undefined && current[annotation.policy] === undefined) {
      throw resourceNotFound(`No resource policy found for resource ARN ${arn}.`);
    }
    return annotated(current, { [annotation.policy]: policy });
  };
  if (isConsumerArn(arn)) {
    const find = (): Consumer => open(kinesis, call, arn) as Consumer;
    await changeConsumer(call, find, (consumer) => ({
      ...consumer,
      annotations: change(consumer.annotations),
    }));
  } else {
    const find = (): Stream => open(kinesis, call, arn) as Stream;
    await changeStream(call, find, ({ definition }) => ({ annotations: change(definition.annotations) }));
  }
  return {};
}
