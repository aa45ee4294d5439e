// One AWS error: what the client's exception is made of. Thrown by handlers, encoded by the wire modules.

export interface AwsErrorOptions {
  /** Shape name, the JSON `__type` after the `#`: `QueueDoesNotExist`. */
  readonly type: string;
  /** Code of the Query wire, also the first half of `x-amzn-query-error`. Default: the shape name. */
  readonly code?: string;
  /** Status on the Query wire and for clients in query mode; plain JSON clients see every 4xx as 400. */
  readonly status?: number;
  readonly fault?: 'Sender' | 'Receiver';
  /** Namespace of `__type`; default: the service's for modelled errors. */
  readonly namespace?: string;
  /** Coral writes the text of its own type errors under a capital. */
  readonly messageKey?: 'message' | 'Message';
  /** What its shape holds beside the text; REST-JSON writes it. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export class AwsError extends Error {
  override name = 'AwsError';
  readonly type: string;
  readonly code: string;
  readonly status: number;
  readonly fault: 'Sender' | 'Receiver';
  readonly namespace: string | undefined;
  readonly messageKey: 'message' | 'Message';
  readonly members: Readonly<Record<string, unknown>> | undefined;
  constructor(message: string, options: AwsErrorOptions) {
    super(message);
    this.type = options.type;
    this.code = options.code ?? options.type;
    this.status = options.status ?? 400;
    this.fault = options.fault ?? (this.status >= 500 ? 'Receiver' : 'Sender');
    this.namespace = options.namespace;
    this.messageKey = options.messageKey ?? 'message';
    this.members = options.members;
  }
}
