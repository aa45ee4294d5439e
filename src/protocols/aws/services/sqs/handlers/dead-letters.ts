// ListDeadLetterSourceQueues: the queues that name this one in their RedrivePolicy.
import type { Call } from '../../../engine/service.ts';
import type { SqsInput, SqsOutput } from '../model.ts';
import type { Sqs } from '../sqs.ts';
import { urlOf } from '../names.ts';
import { pageOf } from '../paging.ts';
import { openQueue } from '../queue.ts';

export function listDeadLetterSourceQueues(
  sqs: Sqs,
  input: SqsInput<'ListDeadLetterSourceQueues'>,
  call: Call,
): SqsOutput<'ListDeadLetterSourceQueues'> {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:ListDeadLetterSourceQueues');
  const sources = sqs.broker.catalog.deadLetterSources(queue.definition.name);
  const page = pageOf(sqs, call, input, {
    scope: queue.resource.arn,
    read(after, limit) {
      const start = after === undefined ? 0 : sources.findIndex(({ name }) => name.name > after);
      return start < 0 ? [] : sources.slice(start, start + limit);
    },
  });
  return { queueUrls: page.names.map((name) => urlOf(call.baseUrl, name)), NextToken: page.nextToken };
}
