// The resource policy of a bus: statements put and removed one by one, or a policy as a whole. The engine
// evaluates it; here it is kept and given back (EventBridge API reference, PutPermission, RemovePermission).
import type { Call } from '../../../engine/service.ts';
import { parsePolicy } from '../../../engine/iam/policy.ts';
import { annotated, busAnnotation } from '../annotations.ts';
import { type Bus, busOf, openBus, requireBus } from '../bus-ref.ts';
import { changeTopic } from '../change.ts';
import { policyTooLong, resourceNotFound, validationError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { EventsInput } from '../model.ts';

const policyCharsMax = 10_240;

interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly { readonly Sid?: string }[];
}

export async function putPermission(
  events: Events,
  input: EventsInput<'PutPermission'>,
  call: Call,
): Promise<object> {
  const bus = await openBus(events, call, input.EventBusName);
  await changePolicy(events, call, bus, (current) => {
    if (input.Policy === undefined) return withStatement(current, statementOf(bus, input));
    checkWholePolicy(input);
    return input.Policy;
  });
  return {};
}

function checkWholePolicy(input: EventsInput<'PutPermission'>): void {
  const { Policy: policy, Action: action, Principal: principal, StatementId: id } = input;
  if (action !== undefined || principal !== undefined || id !== undefined || input.Condition !== undefined) {
    throw validationError('Either Policy or StatementId, Action and Principal must be specified, not both.');
  }
  const parsed = parsePolicy(policy!);
  if (!parsed.ok) throw validationError(`Parameter Policy is not valid. Reason: ${parsed.error}.`);
}

function statementOf(bus: Bus, input: EventsInput<'PutPermission'>) {
  const { StatementId: id, Action: action, Principal: principal, Condition: condition } = input;
  if (id === undefined || action === undefined || principal === undefined) {
    throw validationError('Parameters StatementId, Action and Principal must be specified.');
  }
  if (action !== 'events:PutEvents') {
    throw validationError(`Provided value in parameter 'action' is not supported.`);
  }
  return {
    Sid: id,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:aws:iam::${principal}:root` },
    Action: action,
    Resource: bus.arn,
    ...(condition === undefined
      ? {}
      : { Condition: { [condition.Type]: { [condition.Key]: condition.Value } } }),
  };
}

/** One of the same id is replaced. */
function withStatement(current: PolicyDocument | undefined, statement: { readonly Sid: string }): string {
  const others = (current?.Statement ?? []).filter(({ Sid: id }) => id !== statement.Sid);
  return JSON.stringify({ Version: current?.Version ?? '2012-10-17', Statement: [...others, statement] });
}

export async function removePermission(
  events: Events,
  input: EventsInput<'RemovePermission'>,
  call: Call,
): Promise<object> {
  const bus = await openBus(events, call, input.EventBusName);
  await changePolicy(events, call, bus, (current) => {
    if (input.RemoveAllPermissions === true) return undefined;
    const kept = current?.Statement.filter(({ Sid: id }) => id !== input.StatementId);
    if (current === undefined || kept === undefined || kept.length === current.Statement.length) {
      throw resourceNotFound('Statement with the provided id does not exist.');
    }
    return kept.length === 0 ? undefined : JSON.stringify({ ...current, Statement: kept });
  });
  return {};
}

async function changePolicy(
  events: Events,
  call: Call,
  bus: Bus,
  decide: (current: PolicyDocument | undefined) => string | undefined,
): Promise<void> {
  const find = () => requireBus(events, bus).definition;
  await changeTopic(call, find, (definition) => {
    const policy = decide(policyOf(busOf(definition)));
    if (policy !== undefined && policy.length > policyCharsMax) {
      throw policyTooLong(`The policy is longer than ${policyCharsMax} characters.`);
    }
    return { annotations: annotated(definition.annotations, { [busAnnotation.policy]: policy }) };
  });
}

/** `Statement` may be one object in what a client wrote. */
function policyOf({ resource: { policy } }: Bus): PolicyDocument | undefined {
  if (policy === undefined) return undefined;
  const document = JSON.parse(policy) as PolicyDocument;
  return { ...document, Statement: [document.Statement].flat() };
}
