// What the admin API is given by the daemon, and the forms its routes share.
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Result } from '../../base/result.ts';
import type { Broker } from '../../broker/index.ts';
import type { HttpReply, HttpRequest } from '../../net/http.ts';

export interface AdminUser {
  readonly name: string;
  readonly account: string;
  readonly keys: readonly { readonly id: string; readonly secret: string }[];
  readonly isAdmin: boolean;
  /** Undefined: everything in the account is allowed. */
  readonly policyCount: number | undefined;
}

/** A queue as SQS attributes describe it; who declares it does not know what they mean. */
export interface QueueDeclaration {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Health {
  readonly isHealthy: boolean;
  readonly report: Readonly<Record<string, unknown>>;
}

/** The commit times of all cells, as the daemon measures them around the log. */
export interface CommitTimes {
  onCommit: ((cell: string, seconds: number) => void) | undefined;
}

/** A message that was recorded instead of sent; `text` is its content as JSON, cut when it is long. */
export interface RecordedMessage {
  /** Counts up from 1. */
  readonly id: number;
  readonly atMs: number;
  readonly kind: 'email' | 'sms' | 'push';
  readonly to: readonly string[];
  readonly text: string;
}

export interface AdminDeps {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly users: readonly AdminUser[];
  /** `--auth none`: whoever reaches the loopback port is an administrator. */
  readonly isOpen: boolean;
  /** Whether the built-in key `test`/`test` works, from loopback. */
  readonly hasDefaultKey: boolean;
  readonly canReset: boolean;
  readonly region: string;
  readonly metrics: { readonly isPerQueue: boolean; readonly queuesMax: number };
  readonly commitTimes: CommitTimes;
  readonly health: () => Health;
  /** The effective configuration without secrets. */
  readonly describeConfig: () => Readonly<Record<string, unknown>>;
  /** Creates the queue or brings it to these attributes; the error is a sentence. */
  readonly declareQueue: (
    queue: QueueDeclaration,
  ) => Promise<Result<'created' | 'changed' | 'unchanged', string>>;
  /** Oldest first, those after the id. */
  readonly recorded: (query: {
    readonly after: number;
    readonly limit: number;
  }) => readonly RecordedMessage[];
}

/** Who waits for the answer: a route that waits itself stops when nobody is there any more. */
export type AdminClient = Pick<HttpReply, 'isOpen' | 'onClose'>;

export interface AdminCall {
  readonly request: HttpRequest;
  readonly client: AdminClient;
  /** Decoded path parameters by name. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body; an empty map when there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly user: string;
}

export interface AdminAnswer {
  readonly status: number;
  /** A plain value is sent as JSON; a text as it is. */
  readonly body: object | string;
  readonly contentType?: string;
}

export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/v1/queues/{account}/{region}/{name}`. */
  readonly path: string;
  /** `open`: answered to everybody; `loopback`: without a key from this machine only. Default: by key. */
  readonly access?: 'open' | 'loopback';
  readonly handle: (call: AdminCall) => AdminAnswer | Promise<AdminAnswer>;
}
