// Finds the wire, the service and the operation of a request: X-Amz-Target for JSON, Action for Query, where
// the signature's scope, the host and the API version tell services with actions of the same name apart.
import type { HttpRequest } from '../../../net/http.ts';
import { AwsError } from './errors.ts';
import { formValue, parseForm } from './form.ts';
import type { OperationPlan, ServicePlan } from './plan.ts';
import { hintOfHost } from './route-host.ts';
import { jsonWire } from './wire-json.ts';
import { queryWire } from './wire-query.ts';
import { coralNamespace, type FormNode, type Wire } from './wire.ts';

export interface Route {
  readonly wire: Wire;
  readonly service: ServicePlan | undefined;
  readonly operation: OperationPlan | undefined;
  readonly form: FormNode | undefined;
  /** Why there is no operation. */
  readonly error: AwsError | undefined;
}

export class Router {
  readonly #services = new Map<string, ServicePlan>();
  readonly #prefixes = new Map<string, ServicePlan>();
  /** `AmazonSQS.SendMessage` to its route: the whole routing of a JSON request is one lookup. */
  readonly #targets = new Map<string, Route>();

  constructor(services: readonly ServicePlan[]) {
    for (const service of services) {
      const { id, targetPrefix } = service.service;
      this.#services.set(id, service);
      this.#prefixes.set(targetPrefix, service);
      for (const operation of service.operations.values()) {
        const route = { wire: jsonWire, service, operation, form: undefined, error: undefined };
        this.#targets.set(`${targetPrefix}.${operation.name}`, route);
      }
    }
  }

  /** Undefined: the request has nothing of any AWS API in it. */
  route(request: HttpRequest): Route | undefined {
    const target = request.headers.get('x-amz-target');
    if (target !== undefined) return this.#targets.get(target) ?? this.#unknownTarget(target);
    if (request.body.length === 0 && request.query === '') return undefined;
    return this.#routeQuery(request);
  }

  #unknownTarget(target: string): Route {
    const dot = target.lastIndexOf('.');
    const service = dot < 0 ? undefined : this.#prefixes.get(target.slice(0, dot));
    const error = service?.module.errors.unknownOperation(target.slice(dot + 1)) ?? unknownService();
    return { wire: jsonWire, service, operation: undefined, form: undefined, error };
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
