// JSON bodies of the SQS requests that the workloads send, built by concatenation (every part is ASCII
// without quotes), and the few needles that read their replies. It knows the wire of SQS and nothing about
// lanes.
import type { Ledger } from '../ledger.ts';
import { NeedleFinder } from '../needle-finder.ts';
import type { Reply } from '../reply-reader.ts';
import type { WorkloadSpec } from '../workload.ts';

export const batchMessagesMax = 10;

/** Picks the queue of the n-th request: one queue, or many in turn. */
export function queueUrlOf(spec: WorkloadSpec, requestIndex: number): string {
  const queueCount = spec.queueCount ?? 1;
  return queueCount === 1 ? spec.queueUrl : `${spec.queueUrl}${requestIndex % queueCount}`;
}

function messageFields(ledger: Ledger, sequence: number, bodyBytes: number): string {
  const body = `"MessageBody":"${ledger.body(sequence, bodyBytes)}"`;
  if (ledger.groupCount === 0) return body;
  const group = sequence % ledger.groupCount;
  return `${body},"MessageGroupId":"g${group}","MessageDeduplicationId":"${ledger.tag}-${sequence}"`;
}

export function sendBody(ledger: Ledger, queueUrl: string, sequence: number, bodyBytes: number): string {
  return `{"QueueUrl":"${queueUrl}",${messageFields(ledger, sequence, bodyBytes)}}`;
}

export interface SendBatch {
  readonly queueUrl: string;
  readonly firstSequence: number;
  readonly count: number;
  readonly bodyBytes: number;
}

export function sendBatchBody(ledger: Ledger, batch: SendBatch): string {
  let entries = '';
  for (let index = 0; index < batch.count; index++) {
    const fields = messageFields(ledger, batch.firstSequence + index, batch.bodyBytes);
    entries += `${index === 0 ? '' : ','}{"Id":"${index}",${fields}}`;
  }
  return `{"QueueUrl":"${batch.queueUrl}","Entries":[${entries}]}`;
}

export function receiveBody(queueUrl: string, count: number, visibilitySeconds: number | undefined): string {
  const visibility = visibilitySeconds === undefined ? '' : `,"VisibilityTimeout":${visibilitySeconds}`;
  return `{"QueueUrl":"${queueUrl}","MaxNumberOfMessages":${count}${visibility}}`;
}

export function deleteBody(queueUrl: string, receiptHandle: string): string {
  return `{"QueueUrl":"${queueUrl}","ReceiptHandle":"${receiptHandle}"}`;
}

export function deleteBatchBody(queueUrl: string, receiptHandles: readonly string[]): string {
  let entries = '';
  for (let index = 0; index < receiptHandles.length; index++) {
    entries += `${index === 0 ? '' : ','}{"Id":"${index}","ReceiptHandle":"${receiptHandles[index]}"}`;
  }
  return `{"QueueUrl":"${queueUrl}","Entries":[${entries}]}`;
}

/** Messages of one receive; the arrays are reused by the lane that owns them. */
export interface ReceivedMessages {
  readonly handles: string[];
  readonly sequences: number[];
}

/**
 * Reads handles and stamps out of ReceiveMessage replies; cheaper than JSON.parse, exact for JSON without
 * spaces.
 */
export class MessageReader {
  readonly #handles = new NeedleFinder('"ReceiptHandle":"');
  readonly #bodies = new NeedleFinder('"Body":"');

  read(reply: Reply, ledger: Ledger, into: ReceivedMessages): number {
    into.handles.length = 0;
    into.sequences.length = 0;
    // The shortest message is far longer than an empty list.
    if (reply.bodyEnd - reply.bodyStart < 64) return 0;
    const body = reply.buffer.subarray(reply.bodyStart, reply.bodyEnd);
    let handleAt = this.#handles.first(body);
    let bodyAt = this.#bodies.first(body);
    while (handleAt >= 0 && bodyAt >= 0) {
      into.handles.push(body.toString('latin1', handleAt, body.indexOf(34, handleAt)));
      into.sequences.push(ledger.sequenceAt(body, bodyAt));
      handleAt = this.#handles.next(body, handleAt);
      bodyAt = this.#bodies.next(body, bodyAt);
    }
    return into.handles.length;
  }
}

const failedName = Buffer.from('"Failed":');

/** True when a batch reply lists an entry that failed: looks behind each `[`, of which there are two. */
export function hasFailedEntry(reply: Reply): boolean {
  const { buffer, bodyStart, bodyEnd } = reply;
  for (let at = buffer.indexOf(91, bodyStart); at >= 0 && at < bodyEnd; at = buffer.indexOf(91, at + 1)) {
    const nameAt = at - failedName.length;
    const isFailedList =
      nameAt >= bodyStart && buffer.compare(failedName, 0, failedName.length, nameAt, at) === 0;
    if (isFailedList && buffer[at + 1] === 123) return true;
  }
  return false;
}
