// ChangeMessageVisibility and its batch: the deadline of a lease becomes now plus what is given. Hot path.
import type { BrokerError, ChangeLease, Reply } from '../../../../../broker/index.ts';
import type { AwsError } from '../../../engine/errors.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import type { FailedEntry } from '../batch.ts';
import type { SqsInput, SqsOutput } from '../model.ts';
import type { Queue } from '../queue.ts';
import type { Sqs } from '../sqs.ts';
import { checkBatch, failedEntry } from '../batch.ts';
import {
  brokerFailure,
  invalidParameter,
  invalidValue,
  leaseTooLongText,
  messageNotThere,
  missingParameter,
  receiptHandleInvalid,
} from '../errors.ts';
import { openQueue } from '../queue.ts';
import { expectReply } from '../reply.ts';

const visibilitySecondsMax = 43_200;

export function checkVisibility(seconds: number): void {
  if (seconds >= 0 && seconds <= visibilitySecondsMax) return;
  throw invalidValue(
    'VisibilityTimeout',
    seconds,
    `VisibilityTimeout must be an integer between 0 and ${visibilitySecondsMax}`,
  );
}

/** What an outcome may have to be worded with. */
interface Change {
  readonly handle: string;
  readonly seconds: number;
}
type LeaseChange = ChangeLease['leases'][number];

function leaseChange(
  sqs: Sqs,
  queue: Queue,
  handle: string | undefined,
  seconds: number | undefined,
): LeaseChange {
  if (handle === undefined) throw missingParameter('ReceiptHandle');
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  checkVisibility(seconds);
  const lease = sqs.receipts.decode(queue.entity, handle);
  if (lease === undefined) throw receiptHandleInvalid(handle);
  return { sequence: lease.sequence, generation: lease.generation, leaseMs: seconds * 1000 };
}

export function changeMessageVisibility(
  sqs: Sqs,
  input: SqsInput<'ChangeMessageVisibility'>,
  call: Call,
): Pending {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:ChangeMessageVisibility');
  const { ReceiptHandle: handle, VisibilityTimeout: seconds } = input;
  const lease = leaseChange(sqs, queue, handle, seconds);
  sqs.gate.admitCall(queue, 'ChangeMessageVisibility');
  const command = { kind: 'changeLease', entity: queue.entity, leases: [lease] } as const;
  return call.submit(command, respondChanged, { handle: handle!, seconds: seconds! });
}

const nothing = {};

function respondChanged(reply: Reply, call: Call, change: Change): object {
  const outcome = expectReply(reply, 'outcomes', call).outcomes[0];
  if (outcome !== undefined) throw changeFailure(outcome, change, call);
  return nothing;
}

function changeFailure(error: BrokerError, { handle, seconds }: Change, call: Call): AwsError {
  switch (error.code) {
    case 'lease_invalid':
      return receiptHandleInvalid(handle);
    case 'lease_expired':
    case 'message_gone':
      return messageNotThere(handle);
    case 'lease_too_long':
      return invalidParameter(leaseTooLongText(seconds));
    default:
      return brokerFailure(error, call);
  }
}

interface BatchContext {
  readonly ids: string[];
  readonly changes: Change[];
  readonly failed: FailedEntry[];
}

export function changeMessageVisibilityBatch(
  sqs: Sqs,
  input: SqsInput<'ChangeMessageVisibilityBatch'>,
  call: Call,
): Pending | SqsOutput<'ChangeMessageVisibilityBatch'> {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:ChangeMessageVisibility');
  const entries = input.Entries ?? [];
  checkBatch(entries, 'ChangeMessageVisibilityBatchRequestEntry');
  const context: BatchContext = { ids: [], changes: [], failed: [] };
  const leases: LeaseChange[] = [];
  for (const { Id: id, ReceiptHandle: handle, VisibilityTimeout: seconds } of entries) {
    try {
      leases.push(leaseChange(sqs, queue, handle, seconds));
      context.ids.push(id!);
      context.changes.push({ handle: handle!, seconds: seconds! });
    } catch (error) {
      context.failed.push(failedEntry(id!, error));
    }
  }
  sqs.gate.admitCall(queue, 'ChangeMessageVisibilityBatch');
  if (leases.length === 0) return { Successful: [], Failed: context.failed };
  return call.submit({ kind: 'changeLease', entity: queue.entity, leases }, respondBatch, context);
}

function respondBatch(
  reply: Reply,
  call: Call,
  context: BatchContext,
): SqsOutput<'ChangeMessageVisibilityBatch'> {
  const { outcomes } = expectReply(reply, 'outcomes', call);
  const successful: { Id: string }[] = [];
  const { ids, changes, failed } = context;
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i];
    if (outcome === undefined) successful.push({ Id: ids[i]! });
    else failed.push(failedEntry(ids[i]!, changeFailure(outcome, changes[i]!, call)));
  }
  return { Successful: successful, Failed: failed };
}
