// What a service is: rows of operations plus one function each. The engine does everything around them:
// routing, SigV4, policies, parsing, validation, request ids, error bodies, every wire form.
import type { Command, Query, Reply } from '../../../broker/index.ts';
import type { ProtocolDeps } from '../../types.ts';
import type { Dialect } from './dialect.ts';
import type { AwsError } from './errors.ts';
import type { Credential, Credentials } from './identity/credentials.ts';
import type { Sessions } from './identity/sessions.ts';
import type { Paging } from './paginate.ts';
import type { Infer, StructShape } from './shapes.ts';
import type { WireName } from './wire.ts';

export interface Operation<I extends StructShape = StructShape, O extends StructShape = StructShape> {
  readonly input: I;
  readonly output: O;
  /** IAM action, `sqs:SendMessage`. */
  readonly action: string;
  /** Model name of each modelled error that the operation may answer with. */
  readonly errors: readonly string[];
  /** Also answered without a signature (ConfirmSubscription); the caller is nobody then. */
  readonly isOpen?: boolean;
  /** Where it is found over REST-JSON; the rows of its members say which part of a request they are. */
  readonly http?: HttpBinding;
  /**
   * Query/XML: answers `<ActionResult/>` although that has no members, as clients of its model look for it.
   */
  readonly hasEmptyResult?: boolean;
  /**
   * Reads a body by hand where the rows cost too much (thousands of records in one request). What it
   * answers goes to the handler as it is, so it has to keep every bound of the rows; undefined hands the
   * body to the ordinary decoder, which also knows the words for what is wrong with it.
   */
  readonly decodeBody?: (body: Buffer, wire: WireName) => object | undefined;
  /** Writes the body of a success by hand; undefined leaves that to the ordinary encoder. JSON and CBOR. */
  readonly encodeOutput?: (output: object, wire: WireName) => Buffer | string | undefined;
}

export interface HttpBinding {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/schedules/{Name}`; a last `{ResourceArn+}` takes all that is left of the path. */
  readonly uri: string;
  /** Of a success; default 200. */
  readonly status?: number;
  /** Of an answer that is one blob; default application/octet-stream. */
  readonly contentType?: string;
}

export interface Service<
  Ops extends { readonly [name: string]: Operation } = { readonly [name: string]: Operation },
> {
  /** SigV4 service name and the first part of IAM actions: `sqs`. */
  readonly id: string;
  readonly apiVersion: string;
  /** `X-Amz-Target` before the dot: `AmazonSQS`. Without one it does not speak AWS JSON. */
  readonly targetPrefix?: string;
  readonly jsonVersion?: '1.0' | '1.1';
  /** How it words errors over REST-JSON; given by every service that has operations with `http`. */
  readonly rest?: RestErrors;
  /** Also spoken as Query/XML, in this namespace. */
  readonly queryNamespace?: string;
  /** Errors over Query have no `<Detail/>`; SQS's have one (recorded). */
  readonly isQueryErrorPlain?: boolean;
  /** Also spoken as `application/x-amz-cbor-1.1`. */
  readonly hasCbor?: boolean;
  /** How its framework treats types, ids and strange requests; default: as SQS's. */
  readonly dialect?: Dialect;
  /** `__type` prefix of modelled errors: `com.amazonaws.sqs`. Nothing where there is no AWS JSON. */
  readonly errorNamespace?: string;
  /** Larger requests are refused with RequestEntityTooLarge before anything in them is read. */
  readonly bodyBytesMax?: number;
  readonly operations: Ops;
}

export interface RestErrors {
  /** Member with the text. */
  readonly messageKey: 'message' | 'Message';
  /** Lambda: `"Type":"User"`, or `Service`. */
  readonly hasFault?: boolean;
}

export interface Principal {
  readonly account: string;
  /** `arn:aws:iam::ACCOUNT:user/NAME`, or of an assumed role. */
  readonly arn: string;
  /** Unique id, as in SQS SenderId: the user's or `ROLEID:session`. */
  readonly id: string;
}

/** One request on its way through a handler. */
export interface Call {
  readonly requestId: string;
  readonly operationName: string;
  readonly principal: Principal;
  readonly region: string;
  readonly isQuery: boolean;
  /** `/ACCOUNT/NAME` style path of the request; `/` for most. */
  readonly path: string;
  /** First value of a request header (lower-case name). */
  header(name: string): string | undefined;
  /** `http://127.0.0.1:4566`: scheme and host under which the client reached us. */
  readonly baseUrl: string;
  readonly sourceIp: string;
  /** The limits profile in force for this service; ServiceDeps.limitsFor knows it for one resource. */
  readonly limitsProfile: LimitsProfile;
  /**
   * Hands a command to the core and answers with what `respond` makes of the reply, without a promise:
   * the way of the hot path. The handler returns what this returns. `respond` is a plain function of the
   * module, not a closure; `context` carries what it needs from the input.
   */
  submit<C>(command: Command, respond: Respond<C>, context: C): Pending;
  query<C>(query: Query, respond: Respond<C>, context: C): Pending;
  /** The same as a promise, for control-plane handlers. A broker `error` reply is an ordinary value. */
  run(command: Command): Promise<Reply>;
  ask(query: Query): Promise<Reply>;
  /**
   * Answers with an event stream: sends the head and the initial response at once. The handler returns what
   * this returns; until it is called, an error is an ordinary answer.
   */
  openEventStream(): EventStreamReply;
  /** Throws AccessDenied unless identity and resource policies allow the action on the resource. */
  authorize(action: string, resource: Resource): void;
}

export interface Resource {
  readonly arn: string;
  readonly account: string;
  /** Resource policy, JSON text. */
  readonly policy?: string | undefined;
  /** Condition keys of this service beside the global ones, lower case: `sts:externalid`. */
  readonly context?: Readonly<Record<string, string | undefined>>;
}

export type Respond<C> = (reply: Reply, call: Call, context: C) => object;

declare const pendingBrand: unique symbol;
/** The answer will come through the reply sink. */
export interface Pending {
  readonly [pendingBrand]: true;
}

/** An answer that goes on: frames (engine/event-stream.ts) until one side ends it. */
export interface EventStreamReply extends Pending {
  /** False once either side has ended it; what is written then goes nowhere. */
  readonly isOpen: boolean;
  /** False: the client does not keep up; wait for onDrain. A frame may be written to many streams. */
  write(frame: Uint8Array): boolean;
  /** Called each time the client has caught up; a second registration replaces the first. */
  onDrain(listener: () => void): void;
  /** Called at most once, when the client goes away before the stream was ended; the last one counts. */
  onClose(listener: () => void): void;
  end(): void;
  /** Ends the stream with an exception: one of the operation's modelled errors. */
  fail(error: AwsError): void;
}

/** Throw an AwsError (engine/errors.ts) for the service's own errors, in handlers and responders alike. */
export type Handler<I, O> = (input: I, call: Call) => O | Pending | Promise<O | Pending>;

export type Handlers<S extends Service> = {
  readonly [K in keyof S['operations']]: Handler<
    InputOf<S['operations'][K]>,
    Infer<S['operations'][K]['output']>
  >;
};

/** An operation that reads bodies by hand gets the one or the other. */
type InputOf<Op extends Operation> = Op extends { readonly decodeBody: (...given: never) => infer R }
  ? Infer<Op['input']> | NonNullable<R>
  : Infer<Op['input']>;

export interface ServiceModule {
  readonly service: Service;
  readonly handlers: { readonly [name: string]: Handler<never, object> };
  /** Broker, validation and engine errors in the service's own words. */
  readonly errors: ServiceErrors;
  /** What `limits: aws` switches in this service: rows of the generated docs/reference/limits.md. */
  readonly limits?: readonly LimitRow[];
}

export type LimitsProfile = 'relaxed' | 'aws';

export interface LimitRow {
  readonly what: string;
  readonly relaxed: string;
  readonly aws: string;
}

/** What the engine has to say before or instead of a handler, put into the service's words. */
export interface ServiceErrors {
  /** A member broke a bound of its shape (missing, too long ...), or came in the wrong type. */
  validation(failures: readonly ValidationFailure[]): AwsError;
  /** `principal` is the caller's ARN. */
  accessDenied(action: string, resource: string, principal: string): AwsError;
  /** Over REST-JSON `name` is method and path, and the error's status, 404 there, is what the client sees. */
  unknownOperation(name: string): AwsError;
  /** A broker error that a responder did not handle itself, and everything unforeseen. */
  internal(cause: unknown): AwsError;
}

export interface ValidationFailure {
  /** `entries.1.member.id` in the service model's way of writing paths. */
  readonly path: string;
  readonly member: string;
  /** `items`, `keys`, `values`: one of the scalars in a list or map broke a bound of theirs. */
  readonly constraint: 'required' | 'min' | 'max' | 'pattern' | 'enum' | 'type' | 'items' | 'keys' | 'values';
  readonly shape: { readonly type: string };
  readonly value: unknown;
}

/** What a service may use beside the core. A factory that asks for ProtocolDeps alone fits too. */
export interface ServiceDeps extends ProtocolDeps {
  readonly homeRegion: string;
  /** Opaque paging tokens (engine/paginate.ts). */
  readonly paging: Paging;
  /** The profile for one resource: its own, else its service's, else the daemon's. */
  limitsFor(serviceId: string, resourceName: string): LimitsProfile;
  /** STS alone needs these: who signs, and sessions that are sealed and opened. */
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  credentialOf(call: Call): Credential;
}

/** Builds a service's module for one daemon. */
export type ServiceFactory = (deps: ServiceDeps) => ServiceModule;
