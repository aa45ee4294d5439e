// Finds the REST-JSON operation of a method and path. The signature's scope says whose path it is; without
// one the host may, else the paths of all services are tried, and an ARN in the path decides between those
// that share one (`/tags/{ResourceArn}`). Asked by the router; decodes nothing.
import type { HttpRequest } from '../../../net/http.ts';
import type { OperationPlan, ServicePlan } from './plan.ts';
import { pathSegments, type RestPlan } from './rest-plan.ts';

export interface RestMatch {
  readonly service: ServicePlan;
  /** Undefined: the service has no such path. */
  readonly operation: OperationPlan | undefined;
  /** As sent, in the order of the path. */
  readonly labels: readonly string[];
}

export class RestPaths {
  readonly #services = new Map<string, ServicePlan>();
  /** Of each service, those with more literal beginnings first. */
  readonly #operations = new Map<ServicePlan, readonly OperationPlan[]>();

  constructor(services: readonly ServicePlan[]) {
    for (const service of services) {
      const operations = [...service.operations.values()].filter((operation) => operation.rest !== undefined);
      if (operations.length === 0) continue;
      this.#services.set(service.service.id, service);
      this.#operations.set(
        service,
        operations.sort((a, b) => compareLiterals(a.rest!, b.rest!)),
      );
    }
  }

  /** `scope` is the service that the signature names, `host` the one that the host name does. */
  find(request: HttpRequest, scope: string | undefined, host: string | undefined): RestMatch | undefined {
    if (this.#services.size === 0) return undefined;
    const scoped = this.#services.get(scope ?? '');
    if (scoped !== undefined) {
      return this.#findIn(scoped, request) ?? { service: scoped, operation: undefined, labels: [] };
    }
    if (scope !== undefined || request.path === '/') return undefined;
    const hosted = this.#services.get(host ?? '');
    return (hosted && this.#findIn(hosted, request)) ?? this.#findAnywhere(request);
  }

  #findAnywhere(request: HttpRequest): RestMatch | undefined {
    let first: RestMatch | undefined;
    for (const service of this.#services.values()) {
      const match = this.#findIn(service, request);
      if (match === undefined) continue;
      if (match.labels.some((label) => isArnOf(label, service.service.id))) return match;
      first ??= match;
    }
    return first;
  }

  #findIn(service: ServicePlan, request: HttpRequest): RestMatch | undefined {
    const parts = pathSegments(request.path);
    for (const operation of this.#operations.get(service)!) {
      const { rest } = operation;
      if (rest?.method !== request.method) continue;
      const labels = matchPath(rest, parts);
      if (labels !== undefined) return { service, operation, labels };
    }
    return undefined;
  }
}

function matchPath({ segments, isGreedy }: RestPlan, parts: readonly string[]): string[] | undefined {
  const isLong = isGreedy && parts.length > segments.length;
  if (!isLong && parts.length !== segments.length) return undefined;
  const labels: string[] = [];
  for (let i = 0; i < segments.length; i++) {
    const part = isLong && i === segments.length - 1 ? parts.slice(i).join('/') : parts[i]!;
    if (typeof segments[i] !== 'string') {
      if (part === '') return undefined;
      labels.push(part);
    } else if (segments[i] !== part) return undefined;
  }
  return labels;
}

/** `arn:aws:scheduler:...`, its colons perhaps percent-encoded. */
function isArnOf(label: string, serviceId: string): boolean {
  const parts = label.split(/:|%3a/i, 3);
  return parts[0] === 'arn' && parts[2] === serviceId;
}

/** A literal before a label where two paths part, and a greedy path last. */
function compareLiterals(a: RestPlan, b: RestPlan): number {
  if (a.isGreedy !== b.isGreedy) return a.isGreedy ? 1 : -1;
  for (let i = 0; i < Math.min(a.segments.length, b.segments.length); i++) {
    const difference = Number(typeof a.segments[i] !== 'string') - Number(typeof b.segments[i] !== 'string');
    if (difference !== 0) return difference;
  }
  return 0;
}
