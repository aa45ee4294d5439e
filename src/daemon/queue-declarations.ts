// Brings queues to what caudal.yaml (or the admin API) says of them, through the SQS service's own attribute
// code, so that names, attributes and their errors mean the same everywhere. Called by compose.ts.
import { err, ok, type Result } from '../base/result.ts';
import type { Broker } from '../broker/index.ts';
import type { QueueDeclaration } from '../protocols/admin/index.ts';
import { AwsError } from '../protocols/aws/engine/errors.ts';
import { declareQueues } from '../protocols/aws/services/sqs/index.ts';

export type Declared = 'created' | 'changed' | 'unchanged';

/** All of them, in any order; the error names the queue. */
export async function declareAll(
  broker: Broker,
  queues: readonly QueueDeclaration[],
): Promise<Result<void, string>> {
  try {
    await declareQueues(broker, queues.map(complete));
    return ok(undefined);
  } catch (error) {
    if (error instanceof AwsError) return err(error.message);
    throw error;
  }
}

export async function declareOne(broker: Broker, queue: QueueDeclaration): Promise<Result<Declared, string>> {
  const name = { namespace: `${queue.account}/${queue.region}`, kind: 'queue', name: queue.name } as const;
  const before = broker.catalog.find(name)?.revision;
  const result = await declareAll(broker, [queue]);
  if (!result.ok) return result;
  if (before === undefined) return ok('created');
  return ok(broker.catalog.find(name)?.revision === before ? 'unchanged' : 'changed');
}

// What a person may leave out in a configuration: the FifoQueue that the name says already, and the ARN
// around the name of a dead-letter queue of the same account and region.
export function complete(queue: QueueDeclaration): QueueDeclaration {
  const attributes = { ...queue.attributes };
  if (queue.name.endsWith('.fifo')) attributes['FifoQueue'] ??= 'true';
  const policy = attributes['RedrivePolicy'];
  if (policy !== undefined) attributes['RedrivePolicy'] = withArn(policy, queue);
  return { ...queue, attributes };
}

function withArn(text: string, { account, region }: QueueDeclaration): string {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    return text;
  }
  const target = (policy as { deadLetterTargetArn?: unknown } | null)?.deadLetterTargetArn;
  if (typeof target !== 'string' || target.includes(':')) return text;
  return JSON.stringify({
    ...(policy as object),
    deadLetterTargetArn: `arn:aws:sqs:${region}:${account}:${target}`,
  });
}
