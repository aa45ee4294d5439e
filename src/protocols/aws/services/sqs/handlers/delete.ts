// DeleteMessage and DeleteMessageBatch: leases that end for good. What is already gone counts as deleted.
// Hot path.
import type { BrokerError, LeaseRef, Reply } from '../../../../../broker/index.ts';
import type { AwsError } from '../../../engine/errors.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import type { FailedEntry } from '../batch.ts';
import type { SqsInput, SqsOutput } from '../model.ts';
import type { Sqs } from '../sqs.ts';
import { checkBatch, failedEntry } from '../batch.ts';
import { brokerFailure, missingParameter, receiptHandleExpired, receiptHandleInvalid } from '../errors.ts';
import { openQueue } from '../queue.ts';
import { expectReply } from '../reply.ts';

export function deleteMessage(sqs: Sqs, input: SqsInput<'DeleteMessage'>, call: Call): Pending {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:DeleteMessage');
  const handle = input.ReceiptHandle;
  const lease = leaseOf(sqs, queue.entity, handle);
  sqs.gate.admitCall(queue, 'DeleteMessage');
  return call.submit({ kind: 'settle', entity: queue.entity, leases: [lease] }, respondDeleted, handle!);
}

function leaseOf(sqs: Sqs, entity: number, handle: string | undefined): LeaseRef {
  if (handle === undefined) throw missingParameter('ReceiptHandle');
  const lease = sqs.receipts.decode(entity, handle);
  if (lease === undefined) throw receiptHandleInvalid(handle);
  return lease;
}

const nothing = {};

function respondDeleted(reply: Reply, call: Call, handle: string): object {
  const outcome = expectReply(reply, 'outcomes', call).outcomes[0];
  if (!isDeleted(outcome)) throw deleteFailure(outcome, handle, call);
  return nothing;
}

/** Deleting twice is deleting (recorded). */
function isDeleted(outcome: BrokerError | undefined): outcome is undefined {
  return outcome === undefined || outcome.code === 'message_gone';
}

function deleteFailure(error: BrokerError, handle: string, call: Call): AwsError {
  if (error.code === 'lease_invalid') return receiptHandleInvalid(handle);
  if (error.code === 'lease_expired') return receiptHandleExpired(handle);
  return brokerFailure(error, call);
}

interface BatchContext {
  readonly ids: string[];
  readonly handles: string[];
  readonly failed: FailedEntry[];
}

export function deleteMessageBatch(
  sqs: Sqs,
  input: SqsInput<'DeleteMessageBatch'>,
  call: Call,
): Pending | SqsOutput<'DeleteMessageBatch'> {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:DeleteMessage');
  const entries = input.Entries ?? [];
  checkBatch(entries, 'DeleteMessageBatchRequestEntry');
  const context: BatchContext = { ids: [], handles: [], failed: [] };
  const leases: LeaseRef[] = [];
  for (const { Id: id, ReceiptHandle: handle } of entries) {
    try {
      leases.push(leaseOf(sqs, queue.entity, handle));
      context.ids.push(id!);
      context.handles.push(handle!);
    } catch (error) {
      context.failed.push(failedEntry(id!, error));
    }
  }
  sqs.gate.admitCall(queue, 'DeleteMessageBatch');
  if (leases.length === 0) return { Successful: [], Failed: context.failed };
  return call.submit({ kind: 'settle', entity: queue.entity, leases }, respondBatch, context);
}

function respondBatch(reply: Reply, call: Call, context: BatchContext): SqsOutput<'DeleteMessageBatch'> {
  const { outcomes } = expectReply(reply, 'outcomes', call);
  const successful: { Id: string }[] = [];
  const { ids, handles, failed } = context;
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i];
    if (isDeleted(outcome)) successful.push({ Id: ids[i]! });
    else failed.push(failedEntry(ids[i]!, deleteFailure(outcome, handles[i]!, call)));
  }
  return { Successful: successful, Failed: failed };
}
