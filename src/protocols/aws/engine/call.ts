// One request on its way: what handlers see of it (service.ts), and the sink that the core answers to. On the
// hot path it is the only object the engine makes per request; there is no promise and no closure in it.
import { AssertionError } from '../../../base/assert.ts';
import type { Logger } from '../../../base/log.ts';
import type { Broker, Command, Query, Reply, ReplySink } from '../../../broker/index.ts';
import type { HttpReply, HttpRequest } from '../../../net/http.ts';
import type { AccessControl } from './access.ts';
import { AwsError } from './errors.ts';
import { openEventStream } from './event-stream-reply.ts';
import type { Credential } from './identity/credentials.ts';
import type { LimitsLookup } from './limits-profile.ts';
import type { OperationPlan, ServicePlan } from './plan.ts';
import type { RequestIds } from './request-id.ts';
import type { Route } from './router.ts';
import type {
  Call,
  EventStreamReply,
  LimitsProfile,
  Pending,
  Principal,
  Resource,
  Respond,
} from './service.ts';
import type { Verified } from './sigv4/verify.ts';
import { internalFailure, type Exchange, type FormNode, type Wire } from './wire.ts';

/** What all calls of one daemon share. */
export interface CallContext {
  readonly broker: Broker;
  readonly logger: Logger;
  readonly access: AccessControl;
  readonly limitsFor: LimitsLookup;
  readonly requestIds: RequestIds;
}

/** What `submit` and `query` return: the answer will come through the sink. */
const pending = Object.freeze({}) as unknown as Pending;

export class EngineCall implements Call, Exchange, ReplySink {
  readonly requestId: string;
  readonly reply: HttpReply;
  readonly wire: Wire;
  readonly service: ServicePlan | undefined;
  readonly operation: OperationPlan | undefined;
  readonly form: FormNode | undefined;
  readonly labels: readonly string[] | undefined;
  request: HttpRequest;
  region = '';
  credential: Credential | undefined;
  readonly #context: CallContext;
  #respond: Respond<unknown> | undefined;
  #respondContext: unknown;
  #isAnswered = false;
  #eventStream: EventStreamReply | undefined;

  constructor(context: CallContext, request: HttpRequest, reply: HttpReply, route: Route) {
    this.#context = context;
    this.requestId = context.requestIds.next();
    this.request = request;
    this.reply = reply;
    this.wire = route.wire;
    this.service = route.service;
    this.operation = route.operation;
    this.form = route.form;
    this.labels = route.labels;
  }

  /** Called once, when it is proven who calls. */
  admit(verified: Verified): void {
    this.credential = verified.credential;
    this.region = verified.region;
    if (verified.body !== undefined) this.request = { ...this.request, body: verified.body };
  }

  get operationName(): string {
    return this.operation?.name ?? '';
  }

  get principal(): Principal {
    return this.credential!.identity;
  }

  get isQuery(): boolean {
    return this.wire.isQuery;
  }

  get path(): string {
    return this.request.path;
  }

  get baseUrl(): string {
    const scheme = this.request.isSecure ? 'https' : 'http';
    return `${scheme}://${this.request.headers.get('host') ?? 'localhost'}`;
  }

  get sourceIp(): string {
    return this.request.remoteAddress;
  }

  get limitsProfile(): LimitsProfile {
    return this.#context.limitsFor(this.service!.service.id);
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name);
  }

  submit<C>(command: Command, respond: Respond<C>, context: C): Pending {
    this.#expectReply(respond as Respond<unknown>, context);
    // Only a receive waits for long; whatever else finds its client gone just answers nobody.
    if (command.kind === 'receive' && command.waitMs !== 0) this.#withdrawOnClose();
    this.#context.broker.submit(command, this);
    return pending;
  }

  query<C>(query: Query, respond: Respond<C>, context: C): Pending {
    this.#expectReply(respond as Respond<unknown>, context);
    this.#context.broker.query(query, this);
    return pending;
  }

  run(command: Command): Promise<Reply> {
    return new Promise((resolve) => {
      this.#context.broker.submit(command, { reveal: resolve, isOpen: () => this.isOpen() });
    });
  }

  ask(query: Query): Promise<Reply> {
    return new Promise((resolve) => {
      this.#context.broker.query(query, { reveal: resolve, isOpen: () => this.isOpen() });
    });
  }

  openEventStream(): EventStreamReply {
    // The reply takes one answer; whatever the handler returns or throws from here on is none.
    this.#isAnswered = true;
    this.#eventStream = openEventStream(this);
    return this.#eventStream;
  }

  authorize(action: string, resource: Resource): void {
    const { request, region } = this;
    const { identity } = this.credential!;
    if (this.#context.access.isAllowed({ identity, action, resource, request, region })) return;
    throw this.service!.module.errors.accessDenied(action, resource.arn, identity.arn);
  }

  isOpen(): boolean {
    return this.reply.isOpen;
  }

  hasRoom(): boolean {
    return this.reply.hasRoom ?? true;
  }

  /** ReplySink: the commit that the answer rests on is done. */
  reveal(reply: Reply): void {
    const respond = this.#respond;
    const context = this.#respondContext;
    // A sink that somebody keeps must not keep the request's data.
    this.#respond = undefined;
    this.#respondContext = undefined;
    if (respond === undefined || !this.reply.isOpen) return;
    try {
      this.finish(respond(reply, this, context));
    } catch (error) {
      this.fail(error);
    }
  }

  finish(output: object): void {
    if (output === pending || this.#isAnswered) return;
    // Encoding comes first: should it fail, there is still an error to answer with.
    this.wire.sendOutput(this, this.operation!, output);
    this.#isAnswered = true;
  }

  /** Programmer errors that an assertion found end the process; any other surprise ends one request. */
  fail(cause: unknown): void {
    if (cause instanceof AssertionError) throw cause;
    if (this.#isAnswered) return this.#failLate(cause);
    this.#isAnswered = true;
    this.wire.sendError(this, cause instanceof AwsError ? cause : this.#unforeseen(cause));
  }

  /** After the answer: an event stream can still say it. */
  #failLate(cause: unknown): void {
    const isForClient = cause instanceof AwsError && this.#eventStream !== undefined;
    const error = isForClient ? cause : this.#unforeseen(cause);
    this.#eventStream?.fail(error);
  }

  #expectReply(respond: Respond<unknown>, context: unknown): void {
    this.#respond = respond;
    this.#respondContext = context;
  }

  #withdrawOnClose(): void {
    this.reply.onClose(() => this.#context.broker.cancel(this));
  }

  #unforeseen(cause: unknown): AwsError {
    this.#logFailure(cause);
    return this.service?.module.errors.internal(cause) ?? internalFailure();
  }

  #logFailure(cause: unknown): void {
    const { requestId, operationName: operation } = this;
    this.#context.logger.error('request failed', { requestId, operation, cause });
  }
}
