// What a load run does, one lane (connection) at a time: the contract between the loops, which know time and
// lanes, and the workloads, which know requests and replies. No loop looks into a reply; no workload keeps
// time.
import type { Verification } from './ledger.ts';
import type { Reply } from './reply-reader.ts';

export type WorkloadKind = 'send' | 'cycle' | 'receive' | 'drain' | 'create';

export interface WorkloadSpec {
  readonly kind: WorkloadKind;
  /** With more than one queue, a number from 0 on is appended. */
  readonly queueUrl: string;
  readonly queueCount?: number;
  readonly bodyBytes?: number;
  /** Messages a request: 1 uses the single actions, more the batch ones. */
  readonly batch?: number;
  readonly groupCount?: number;
  readonly visibilitySeconds?: number;
  /** Workloads with the same ledger name account for the same messages. */
  readonly ledger: string;
  readonly allowsRedelivery?: boolean;
  /** Ends the run after this many messages (or queues). */
  readonly messagesMax?: number;
  /** JSON of the attributes that created queues get. */
  readonly attributes?: string;
}

export type KinesisWire = 'json' | 'cbor';

/** A load on one stream. Signed for Kinesis in the content type of its wire. */
export interface KinesisWorkloadSpec {
  readonly kind: 'put-records' | 'put-record' | 'get-records';
  readonly wire: KinesisWire;
  readonly streamName: string;
  readonly shardCount: number;
  /** Data of one record. */
  readonly recordBytes: number;
  /** Records a request: of a put always, of a get at most. */
  readonly batch: number;
  /**
   * Record after record to shard after shard by explicit hash keys; otherwise keys are distinct and land
   * where they hash.
   */
  readonly isSpreadEvenly?: boolean;
  /**
   * A get that ends at the tip of its shard, having checked every record; otherwise it begins again at the
   * horizon.
   */
  readonly isReadBack?: boolean;
  /** Workloads with the same ledger name account for the same records. */
  readonly ledger: string;
  /** Ends the run after this many records. */
  readonly messagesMax?: number;
}

/** Messages to one topic; a unit is a copy in a queue. */
export interface PublishWorkloadSpec {
  readonly kind: 'publish';
  readonly topicArn: string;
  /** Queues that get a copy of each message. */
  readonly queueCount: number;
  /** Messages a request: 1 is Publish, more PublishBatch. */
  readonly batch: number;
  readonly bodyBytes: number;
  readonly ledger: string;
}

export type LoadSpec = WorkloadSpec | KinesisWorkloadSpec | PublishWorkloadSpec;

export interface Tally {
  readonly failures: number;
  readonly firstFailure: string;
  readonly emptyReceives: number;
  readonly signedInline: number;
  readonly verification: Verification;
}

/**
 * What a reply means for the lane's operation: `takeReply` answers one of these or a count of units above 0.
 */
export const operationGoesOn = 0;
export const operationFailed = -1;

export interface Workload {
  /** Signs about as many requests as that many operations need, before the window opens. */
  prepare(operationCount: number, nowMs: number): void;
  /** The lane's next request; `atMs` is when its operation should begin: now, unless an open loop is late. */
  nextRequest(lane: number, atMs: number): Buffer;
  /** Takes the reply to the lane's last request; answers the units that its operation completed with. */
  takeReply(lane: number, reply: Reply): number;
  /** True when no lane should begin another operation. */
  isFinished(): boolean;
  tally(): Tally;
}

/** Counts what went wrong in a workload and keeps the first case word for word. */
export class FailureLog {
  count = 0;
  first = '';

  add(reply: Reply): number {
    this.count += 1;
    if (this.first === '') {
      const body = reply.buffer.toString(
        'latin1',
        reply.bodyStart,
        Math.min(reply.bodyEnd, reply.bodyStart + 400),
      );
      this.first = `HTTP ${reply.status}: ${body}`;
    }
    return operationFailed;
  }
}
