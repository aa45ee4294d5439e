// Shapes compiled once, when a service is registered, into what decoders and encoders walk for each request:
// arrays instead of objects, names of every wire already settled. The wire modules read plans, never shapes.
import { encodeCborName } from './cbor/encode.ts';
import { type Dialect, plainDialect } from './dialect.ts';
import type { InputTypes } from './input-types.ts';
import { lenientTypes } from './lenient-types.ts';
import { planRest, type RestPlan } from './rest-plan.ts';
import type { Operation, Service, ServiceModule } from './service.ts';
import type { Members, Shape } from './shapes.ts';

export interface Plan {
  readonly kind: Shape['type'];
  readonly shape: Shape;
  /** Members of a structure, in the model's order. */
  readonly members: readonly MemberPlan[];
  readonly memberByName: ReadonlyMap<string, MemberPlan>;
  /** How its service reads values whose type is not quite the shape's. */
  readonly types: InputTypes;
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
  /** The name as a CBOR item. */
  readonly cborName: Uint8Array;
  readonly isRequired: boolean;
  readonly plan: Plan;
}

export interface OperationPlan {
  readonly name: string;
  readonly operation: Operation;
  readonly input: Plan;
  readonly output: Plan;
  /** Where it is found over REST-JSON, if it is. */
  readonly rest: RestPlan | undefined;
  readonly service: ServicePlan;
  readonly handler: (input: never, call: never) => unknown;
}

export interface ServicePlan {
  readonly module: ServiceModule;
  readonly service: Service;
  readonly dialect: Dialect;
  readonly operations: ReadonlyMap<string, OperationPlan>;
  /** `Content-Type` of its JSON answers. */
  readonly jsonContentType: string;
}

const noMembers: readonly MemberPlan[] = [];

export function planShape(shape: Shape, types: InputTypes = lenientTypes): Plan {
  const members = shape.type === 'structure' ? planMembers(shape.members, types) : noMembers;
  const item =
    shape.type === 'list'
      ? planShape(shape.member, types)
      : shape.type === 'map'
        ? planShape(shape.value, types)
        : undefined;
  const isSpecial = shape.type === 'blob' || shape.type === 'timestamp';
  return {
    kind: shape.type,
    shape,
    members,
    memberByName: new Map(members.map((member) => [member.name, member])),
    types,
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

function planMembers(members: Members, types: InputTypes): MemberPlan[] {
  return Object.entries(members).map(([name, shape]) => ({
    name,
    pathName: lowerFirst(name),
    queryName: shape.queryName ?? name,
    cborName: encodeCborName(name),
    isRequired: shape.isRequired === true,
    plan: planShape(shape, types),
  }));
}

export function planService(module: ServiceModule): ServicePlan {
  const operations = new Map<string, OperationPlan>();
  const { service } = module;
  const dialect = service.dialect ?? plainDialect;
  const plan: ServicePlan = {
    module,
    service,
    dialect,
    operations,
    jsonContentType: `application/x-amz-json-${service.jsonVersion ?? '1.0'}`,
  };
  for (const [name, operation] of Object.entries(service.operations)) {
    const handler = module.handlers[name];
    if (handler === undefined) throw new Error(`${service.id}: operation ${name} has no handler`);
    const input = planShape(operation.input, dialect.types);
    const output = planShape(operation.output, dialect.types);
    const rest = operation.http === undefined ? undefined : planRest(operation.http, input, output);
    operations.set(name, { name, operation, input, output, rest, service: plan, handler });
  }
  return plan;
}

export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
