// A queue that is to be made: its name checked against its type, its attributes turned into settings. For
// CreateQueue and for queues declared in the configuration.
import type { ResourceName } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import type { Sqs } from './sqs.ts';
import {
  applyAttributes,
  fixDedupScope,
  type GivenAttributes,
  newQueueDraft,
  type QueueDraft,
} from './attributes.ts';
import { invalidParameter } from './errors.ts';
import { isFifoName, isQueueName } from './names.ts';
import { applyRedrive } from './redrive.ts';

/** Settings and annotations of a queue that these attributes make; throws what CreateQueue answers. */
export function draftNewQueue(
  sqs: Pick<Sqs, 'broker'>,
  call: Pick<Call, 'isQuery'>,
  name: ResourceName,
  given: GivenAttributes,
): QueueDraft {
  const draft = newQueueDraft(checkNewName(name.name, given));
  applyAttributes(draft, given);
  fixDedupScope(draft);
  applyRedrive(sqs, call, name, { given, draft });
  return draft;
}

/** The suffix and the attribute go together, or not at all. */
export function checkNewName(name: string, given: GivenAttributes): boolean {
  const isFifo = given['FifoQueue']?.toLowerCase() === 'true';
  if (isQueueName(name) && isFifoName(name) === isFifo) return isFifo;
  if (isFifo) {
    throw invalidParameter(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, ' +
        'must end with ' +
        '.fifo suffix and be 1 to 80 in length',
    );
  }
  throw invalidParameter(
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  );
}
