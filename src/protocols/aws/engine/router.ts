// Finds the wire, the service and the operation of a request: X-Amz-Target for JSON and CBOR, method and
// path for REST-JSON, Action for Query. The signature's scope, the host and the API version tell services
// with actions of the same name apart. A service with a front end of its own (dialect.ts) is asked first what
// it has to say.
import type { HttpRequest } from '../../../net/http.ts';
import { isCborType, mediaTypeOf } from './content-type.ts';
import type { EdgeAnswer } from './dialect.ts';
import { AwsError } from './errors.ts';
import { formValue, parseForm } from './form.ts';
import type { OperationPlan, ServicePlan } from './plan.ts';
import { RestPaths, type RestMatch } from './rest-paths.ts';
import { hintOfHost } from './route-host.ts';
import { cborWire } from './wire-cbor.ts';
import { jsonWire } from './wire-json.ts';
import { queryWire } from './wire-query.ts';
import { restWire } from './wire-rest.ts';
import { coralNamespace, type FormNode, type Wire } from './wire.ts';

export interface Route {
  readonly wire: Wire;
  readonly service: ServicePlan | undefined;
  readonly operation: OperationPlan | undefined;
  readonly form: FormNode | undefined;
  /** Why there is no operation. */
  readonly error: AwsError | undefined;
  /** Of a REST-JSON path, as sent. */
  readonly labels?: readonly string[];
  /** The service's front end has answered already. */
  readonly answer?: EdgeAnswer;
}

/** The routes of one operation. Where there is but one, it is found without a look at anything else. */
interface Target {
  readonly json: Route;
  readonly cbor: Route | undefined;
  readonly service: ServicePlan;
  readonly isPlain: boolean;
}

export class Router {
  readonly #services = new Map<string, ServicePlan>();
  readonly #prefixes = new Map<string, ServicePlan>();
  /** `AmazonSQS.SendMessage` to its routes: the whole routing of a JSON request is one lookup. */
  readonly #targets = new Map<string, Target>();
  /** Services with a front end of their own. */
  readonly #edged: ServicePlan[] = [];
  readonly #paths: RestPaths;

  constructor(services: readonly ServicePlan[]) {
    this.#paths = new RestPaths(services);
    for (const service of services) {
      const { id, targetPrefix } = service.service;
      this.#services.set(id, service);
      if (service.dialect.edge !== undefined) this.#edged.push(service);
      if (targetPrefix === undefined) continue;
      this.#prefixes.set(targetPrefix, service);
      for (const operation of service.operations.values()) {
        this.#targets.set(`${targetPrefix}.${operation.name}`, targetOf(service, operation));
      }
    }
  }

  /** Undefined: the request has nothing of any AWS API in it. */
  route(request: HttpRequest): Route | undefined {
    const target = request.headers.get('x-amz-target');
    if (target !== undefined) {
      const known = this.#targets.get(target);
      if (known === undefined) return this.#unknownTarget(target, request);
      return known.isPlain ? known.json : routeOf(known, request);
    }
    const restful = this.#paths.find(
      request,
      scopeOf(request),
      hintOfHost(request.headers.get('host')).service,
    );
    if (restful !== undefined) return restRoute(restful, request);
    const edged = this.#edgedService(request);
    if (edged !== undefined) return unknownOperation(edged, '', request);
    if (request.body.length === 0 && request.query === '') return undefined;
    return this.#routeQuery(request);
  }

  #unknownTarget(target: string, request: HttpRequest): Route {
    const dot = target.lastIndexOf('.');
    const named = dot < 0 ? undefined : this.#prefixes.get(target.slice(0, dot));
    const service = named ?? this.#edgedService(request);
    if (service !== undefined) return unknownOperation(service, target.slice(dot + 1), request);
    const error = unknownService();
    return { wire: jsonWire, service, operation: undefined, form: undefined, error };
  }

  /** Whose front end a request without a target of ours met: by its signature, its host, its content type. */
  #edgedService(request: HttpRequest): ServicePlan | undefined {
    if (this.#edged.length === 0) return undefined;
    const { headers } = request;
    const id = credentialOf(headers.get('authorization'))?.split('/').at(-2);
    const hinted = id ?? hintOfHost(headers.get('host')).service;
    const service = this.#edged.find((edged) => edged.service.id === hinted);
    if (service !== undefined || id !== undefined) return service;
    const mediaType = mediaTypeOf(headers.get('content-type'));
    return this.#edged.find(
      (edged) =>
        edged.jsonContentType === mediaType || (edged.service.hasCbor === true && isCborType(mediaType)),
    );
  }

  #routeQuery(request: HttpRequest): Route | undefined {
    const form = parseRequest(request);
    if (form instanceof AwsError)
      return { wire: queryWire, service: undefined, operation: undefined, form: undefined, error: form };
    const action = formValue(form, 'Action');
    if (action === undefined) return undefined;
    const service = this.#serviceOf(request, form, action);
    const operation = service?.operations.get(action);
    let error: AwsError | undefined;
    if (service === undefined) error = unknownAction(action, formValue(form, 'Version'));
    else if (operation === undefined) error = service.module.errors.unknownOperation(action);
    return { wire: queryWire, service, operation, form, error };
  }

  #serviceOf(request: HttpRequest, form: FormNode, action: string): ServicePlan | undefined {
    const credential =
      credentialOf(request.headers.get('authorization')) ?? formValue(form, 'X-Amz-Credential');
    const scoped = this.#querying(credential?.split('/').at(-2));
    if (scoped !== undefined) return scoped;
    const hosted = this.#querying(hintOfHost(request.headers.get('host')).service);
    if (hosted !== undefined) return hosted;
    const version = formValue(form, 'Version');
    let found: ServicePlan | undefined;
    for (const service of this.#services.values()) {
      if (service.service.queryNamespace === undefined) continue;
      if (version !== undefined && version === service.service.apiVersion) return service;
      if (version === undefined && service.operations.has(action)) found ??= service;
    }
    return found;
  }

  #querying(id: string | undefined): ServicePlan | undefined {
    const service = id === undefined ? undefined : this.#services.get(id);
    return service?.service.queryNamespace === undefined ? undefined : service;
  }
}

function targetOf(service: ServicePlan, operation: OperationPlan): Target {
  const json: Route = { wire: jsonWire, service, operation, form: undefined, error: undefined };
  const cbor = service.service.hasCbor === true ? { ...json, wire: cborWire } : undefined;
  return { json, cbor, service, isPlain: cbor === undefined && service.dialect.edge === undefined };
}

function restRoute({ service, operation, labels }: RestMatch, { method, path }: HttpRequest): Route {
  const { errors } = service.module;
  const error = operation === undefined ? errors.unknownOperation(`${method} ${path}`) : undefined;
  return { wire: restWire, service, operation, form: undefined, error, labels };
}

/** The service that the signature is for, in its header or in a presigned URL. */
function scopeOf({ headers, query }: HttpRequest): string | undefined {
  const credential =
    credentialOf(headers.get('authorization')) ?? /(?:^|&)X-Amz-Credential=([^&]*)/.exec(query)?.[1];
  return credential?.split(/\/|%2f/i).at(-2);
}

function routeOf(target: Target, request: HttpRequest): Route {
  const answer = target.service.dialect.edge?.refuse(request, target.service, true);
  if (answer !== undefined) return { ...target.json, answer };
  if (target.cbor === undefined) return target.json;
  return isCborType(mediaTypeOf(request.headers.get('content-type'))) ? target.cbor : target.json;
}

function unknownOperation(service: ServicePlan, name: string, request: HttpRequest): Route {
  const answer = service.dialect.edge?.refuse(request, service, false);
  const isCbor =
    service.service.hasCbor === true && isCborType(mediaTypeOf(request.headers.get('content-type')));
  const error = service.module.errors.unknownOperation(name);
  const wire = isCbor ? cborWire : jsonWire;
  const route = { wire, service, operation: undefined, form: undefined, error };
  return answer === undefined ? route : { ...route, answer };
}

/** The query string and, unless it says that it is something else, the body; the body's values win. */
function parseRequest(request: HttpRequest): FormNode | AwsError {
  try {
    const form = parseForm(request.query);
    const type = request.headers.get('content-type');
    const isForm = type === undefined || type.startsWith('application/x-www-form-urlencoded');
    return isForm && request.body.length > 0 ? parseForm(request.body.toString('utf8'), form) : form;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

/** `KEY/20261125/us-east-1/sqs/aws4_request` of an Authorization header. */
export function credentialOf(authorization: string | undefined): string | undefined {
  const label = 'Credential=';
  const start = authorization?.indexOf(label) ?? -1;
  if (authorization === undefined || start < 0) return undefined;
  const end = authorization.indexOf(',', start);
  return authorization.slice(start + label.length, end < 0 ? undefined : end).trim();
}

function unknownService(): AwsError {
  return new AwsError('', { type: 'UnknownOperationException', namespace: coralNamespace });
}

function unknownAction(action: string, version: string | undefined): AwsError {
  const suffix = version === undefined ? '' : ` for version ${version}`;
  const options = { type: 'InvalidAction', namespace: coralNamespace };
  return new AwsError(`Could not find operation ${action}${suffix}.`, options);
}
