// Shapes compiled once, when a service is registered, into what decoders and encoders walk for each request:
// arrays instead of objects, names of every wire already settled. The wire modules read plans, never shapes.
import type { Operation, Service, ServiceModule } from './service.ts';
import type { Members, Shape } from './shapes.ts';

export interface Plan {
  readonly kind: Shape['type'];
  readonly shape: Shape;
  /** Members of a structure, in the model's order. */
  readonly members: readonly MemberPlan[];
  /** Element of a list, value of a map. */
  readonly item: Plan | undefined;
  /** Holds a blob or a timestamp somewhere, so that JSON.stringify alone would write it wrongly. */
  readonly needsJsonEncoding: boolean;
  /** Query/XML: entries stand in the parent. */
  readonly isFlat: boolean;
  readonly keyName: string;
  readonly valueName: string;
}

export interface MemberPlan {
  readonly name: string;
  /** As validation messages write it: `queueUrl`. */
  readonly pathName: string;
  readonly queryName: string;
  readonly isRequired: boolean;
  readonly plan: Plan;
}

export interface OperationPlan {
  readonly name: string;
  readonly operation: Operation;
  readonly input: Plan;
  readonly output: Plan;
  readonly service: ServicePlan;
  readonly handler: (input: never, call: never) => unknown;
}

export interface ServicePlan {
  readonly module: ServiceModule;
  readonly service: Service;
  readonly operations: ReadonlyMap<string, OperationPlan>;
  /** `Content-Type` of its JSON answers. */
  readonly jsonContentType: string;
}

const noMembers: readonly MemberPlan[] = [];

export function planShape(shape: Shape): Plan {
  const members = shape.type === 'structure' ? planMembers(shape.members) : noMembers;
  const item =
    shape.type === 'list'
      ? planShape(shape.member)
      : shape.type === 'map'
        ? planShape(shape.value)
        : undefined;
  const isSpecial = shape.type === 'blob' || shape.type === 'timestamp';
  return {
    kind: shape.type,
    shape,
    members,
    item,
    needsJsonEncoding:
      isSpecial ||
      item?.needsJsonEncoding === true ||
      members.some((member) => member.plan.needsJsonEncoding),
    isFlat: (shape.type === 'list' || shape.type === 'map') && shape.isFlat === true,
    keyName: (shape.type === 'map' ? shape.keyName : undefined) ?? 'key',
    valueName: (shape.type === 'map' ? shape.valueName : undefined) ?? 'value',
  };
}

function planMembers(members: Members): MemberPlan[] {
  return Object.entries(members).map(([name, shape]) => ({
    name,
    pathName: lowerFirst(name),
    queryName: shape.queryName ?? name,
    isRequired: shape.isRequired === true,
    plan: planShape(shape),
  }));
}

export function planService(module: ServiceModule): ServicePlan {
  const operations = new Map<string, OperationPlan>();
  const { service } = module;
  const plan: ServicePlan = {
    module,
    service,
    operations,
    jsonContentType: `application/x-amz-json-${service.jsonVersion}`,
  };
  for (const [name, operation] of Object.entries(service.operations)) {
    const handler = module.handlers[name];
    if (handler === undefined) throw new Error(`${service.id}: operation ${name} has no handler`);
    operations.set(name, {
      name,
      operation,
      input: planShape(operation.input),
      output: planShape(operation.output),
      service: plan,
      handler,
    });
  }
  return plan;
}

export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
