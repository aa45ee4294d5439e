// The REST-JSON side of an operation, compiled once: the segments of its path, and which of its members stand
// where. rest-paths.ts matches paths by it, wire-rest.ts reads and writes by it.
import type { MemberPlan, Plan } from './plan.ts';
import type { HttpBinding } from './service.ts';
import type { Location } from './shapes.ts';

export interface RestPlan {
  readonly method: HttpBinding['method'];
  /** A text stands for itself; a member takes one segment, the last one the rest where isGreedy. */
  readonly segments: readonly (string | MemberPlan)[];
  readonly isGreedy: boolean;
  readonly status: number;
  readonly contentType: string;
  readonly input: RestMembers;
  readonly output: RestMembers;
}

export interface RestMembers {
  readonly query: readonly NamedMember[];
  readonly headers: readonly NamedMember[];
  readonly status: MemberPlan | undefined;
  /** The member that the whole body is. */
  readonly payload: MemberPlan | undefined;
  /** A structure of what is left. */
  readonly body: Plan;
}

export interface NamedMember {
  readonly name: string;
  readonly member: MemberPlan;
}

/** Throws for a row that can't be: a label that is no member, or the other way round. */
export function planRest(binding: HttpBinding, input: Plan, output: Plan): RestPlan {
  const parts = pathSegments(binding.uri);
  const isGreedy = parts.at(-1)?.endsWith('+}') === true;
  const labels = at(input, 'label');
  const segments = parts.map((part) => {
    if (!part.startsWith('{')) return part;
    const name = part.slice(1, part.endsWith('+}') ? -2 : -1);
    const member = labels.find((label) => label.name === name);
    if (member === undefined) throw new Error(`${binding.uri}: ${name} is not marked as a label`);
    return member;
  });
  const unused = labels.find((label) => !segments.includes(label));
  if (unused !== undefined) throw new Error(`${binding.uri}: there is no place for ${unused.name}`);
  return {
    method: binding.method,
    segments,
    isGreedy,
    status: binding.status ?? 200,
    contentType: binding.contentType ?? 'application/octet-stream',
    input: restMembers(input),
    output: restMembers(output),
  };
}

/** Segments between slashes, as they are written; one slash at the end means nothing. */
export function pathSegments(path: string): string[] {
  return path.slice(1, path.length > 1 && path.endsWith('/') ? -1 : undefined).split('/');
}

function restMembers(plan: Plan): RestMembers {
  const members = plan.members.filter((member) => member.plan.shape.location === undefined);
  return {
    query: at(plan, 'query').map((member) => named(member)),
    headers: at(plan, 'header').map((member) => named(member)),
    status: at(plan, 'status')[0],
    payload: at(plan, 'payload')[0],
    body: members.length === plan.members.length ? plan : { ...plan, members },
  };
}

function at(plan: Plan, location: Location): MemberPlan[] {
  return plan.members.filter((member) => member.plan.shape.location === location);
}

function named(member: MemberPlan): NamedMember {
  return { name: member.plan.shape.locationName ?? member.name, member };
}
