// A stream read as a queue: competing consumers lease single records, whatever shard they are in; records of
// one key come in order, one lease holder at a time; what is settled is remembered by a consumer group of its
// own. Leases end by deadline, with their session, or with the daemon: then the records come again, counted
// anew.
import type { BrokerError } from './errors.ts';
import type { GroupStart } from './group-types.ts';

/** Makes the view when it is not there. */
export interface OpenView {
  readonly kind: 'openView';
  readonly entity: number;
  readonly view: string;
  readonly start: GroupStart;
}

export interface ReceiveFromView {
  readonly kind: 'receiveFromView';
  readonly entity: number;
  readonly view: string;
  readonly recordsMax: number;
  readonly leaseMs: number;
  /** 0: answer at once. */
  readonly waitMs: number;
  /** The leases have no deadline: they end with this session. */
  readonly session?: number | undefined;
}

/** Names one lease of one record. */
export interface ViewLeaseRef {
  readonly shardIndex: number;
  readonly sequence: number;
  readonly generation: number;
}

export interface ViewDelivery extends ViewLeaseRef {
  /** This one included; since the daemon started. */
  readonly receiveCount: number;
  readonly arrivedAtMs: number;
  readonly key: string | undefined;
  readonly data: Uint8Array;
}

export interface ViewReply {
  readonly kind: 'viewReceived';
  readonly entity: number;
  readonly view: string;
  readonly deliveries: readonly ViewDelivery[];
}

/** The records are done. One outcome per lease; a lease that is over is refused. */
export interface SettleInView {
  readonly kind: 'settleInView';
  readonly entity: number;
  readonly view: string;
  readonly leases: readonly ViewLeaseRef[];
}

/** Moves the deadline to now + leaseMs; 0: the record is back in its place at once. */
export interface ChangeLeaseInView {
  readonly kind: 'changeLeaseInView';
  readonly entity: number;
  readonly view: string;
  readonly leases: readonly (ViewLeaseRef & { readonly leaseMs: number })[];
}

export interface ViewOutcomesReply {
  readonly kind: 'outcomes';
  readonly outcomes: readonly (BrokerError | undefined)[];
}

export type ViewCommand = OpenView | ReceiveFromView | SettleInView | ChangeLeaseInView;
