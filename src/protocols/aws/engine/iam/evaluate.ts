// The decision of IAM: an explicit deny anywhere wins; in its own account either side's allow is enough,
// across accounts both sides must allow. Pure; what the request is comes in as an AccessRequest.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import { isConditionMet, type ContextKeys } from './condition.ts';
import type { PatternSet, Policy, PrincipalSet, Statement } from './policy.ts';
import { expandPattern, matchesWildcards, type Variables } from './wildcard.ts';

/** Who asks: an identity, or one of the broker's own services acting for a resource (`sns.amazonaws.com`). */
export interface Requester {
  readonly account: string;
  /** Session or user ARN; empty for a service. */
  readonly arn: string;
  readonly principalArn: string;
  /** Undefined: may do everything, as far as its own side is concerned. */
  readonly policies: readonly Policy[] | undefined;
  readonly sessionPolicies: readonly Policy[];
  readonly service?: string;
}

export interface AccessRequest {
  readonly requester: Requester;
  /** `sqs:SendMessage`, any case. */
  readonly action: string;
  readonly resourceArn: string;
  readonly resourceAccount: string;
  readonly resourcePolicy: Policy | undefined;
  readonly context: ContextKeys;
}

export function isAllowed(request: AccessRequest): boolean {
  const { requester, resourcePolicy } = request;
  const identity = requester.policies === undefined ? allowsAll : outcomeOfAll(requester.policies, request);
  const session =
    requester.sessionPolicies.length === 0 ? allowsAll : outcomeOfAll(requester.sessionPolicies, request);
  const resource = resourcePolicy === undefined ? implicit : outcomeOf(resourcePolicy, request, true);
  if (identity.isDenied || session.isDenied || resource.isDenied || !session.isAllowed) return false;
  if (requester.service !== undefined) return resource.isAllowed;
  const isSameAccount = requester.account === request.resourceAccount;
  return isSameAccount ? identity.isAllowed || resource.isAllowed : identity.isAllowed && resource.isAllowed;
}

interface Outcome {
  readonly isAllowed: boolean;
  readonly isDenied: boolean;
}

const allowsAll: Outcome = { isAllowed: true, isDenied: false };
const implicit: Outcome = { isAllowed: false, isDenied: false };

function outcomeOfAll(policies: readonly Policy[], request: AccessRequest): Outcome {
  const outcomes = policies.map((policy) => outcomeOf(policy, request, false));
  return {
    isAllowed: outcomes.some((outcome) => outcome.isAllowed),
    isDenied: outcomes.some((outcome) => outcome.isDenied),
  };
}

function outcomeOf(policy: Policy, request: AccessRequest, isOfResource: boolean): Outcome {
  let isAllowedHere = false;
  for (const statement of policy.statements) {
    if (!applies(statement, request, isOfResource)) continue;
    if (statement.effect === 'Deny') return { isAllowed: false, isDenied: true };
    isAllowedHere = true;
  }
  return { isAllowed: isAllowedHere, isDenied: false };
}

function applies(statement: Statement, request: AccessRequest, isOfResource: boolean): boolean {
  const variables: Variables = (name) => request.context(name)?.[0];
  if (!isInSet(statement.actions, request.action.toLowerCase(), variables)) return false;
  if (statement.resources !== undefined && !isInSet(statement.resources, request.resourceArn, variables))
    return false;
  if (isOfResource && !matchesPrincipal(statement, request)) return false;
  return statement.conditions.every((condition) => isConditionMet(condition, request.context, variables));
}

function isInSet(set: PatternSet, text: string, variables: Variables): boolean {
  const isMatch = set.patterns.some((pattern) => {
    const expanded = expandPattern(pattern, variables);
    return expanded !== undefined && matchesWildcards(expanded, text);
  });
  return isMatch !== set.isNegated;
}

/** A resource policy's statement without a principal speaks of nobody. */
function matchesPrincipal(statement: Statement, request: AccessRequest): boolean {
  const { principals } = statement;
  if (principals === undefined) return false;
  if (principals.isNegated) return !isNamed(principals, request, true);
  // An account as the principal of an allow hands the decision to that account's own policies: in the same
  // account it gives nothing by itself. A deny reaches everybody of the account.
  const isSameAccount = request.requester.account === request.resourceAccount;
  return isNamed(principals, request, statement.effect === 'Deny' || !isSameAccount);
}

function isNamed(principals: PrincipalSet, request: AccessRequest, doAccountsCount: boolean): boolean {
  const { requester } = request;
  if (requester.service !== undefined) {
    return principals.service.includes('*') || principals.service.includes(requester.service);
  }
  return principals.aws.some((name) => {
    if (name === '*' || name === requester.arn || name === requester.principalArn) return true;
    const isOfAccount = name === requester.account || name === `arn:aws:iam::${requester.account}:root`;
    return doAccountsCount && isOfAccount;
  });
}
