// Identities: the root of an account, a configured user, a session of a configured role. Made from the
// configuration or from an opened session; policies are parsed here once, evaluated in iam/.
import { hash } from 'node:crypto';
import type { Principal } from '../service.ts';
import { parseIdentityPolicy, type Policy } from '../iam/policy.ts';

/** A user of caudal.yaml. Without `policies` he may do everything in his account. */
export interface AwsUser {
  readonly name: string;
  readonly account: string;
  readonly accessKeys: readonly { readonly id: string; readonly secret: string }[];
  /** Identity policies, JSON text. */
  readonly policies?: readonly string[];
}

/** A role of caudal.yaml, for AssumeRole. Without `trust` anybody of its account may assume it. */
export interface AwsRole {
  readonly name: string;
  readonly account: string;
  readonly policies?: readonly string[];
  /** Trust policy, JSON text. */
  readonly trust?: string;
  /** Longest session, 1 to 12 hours; default one hour. */
  readonly sessionSecondsMax?: number;
}

export interface Identity extends Principal {
  readonly kind: 'root' | 'user' | 'role' | 'anonymous';
  /** What aws:PrincipalArn says: for a session the role's ARN, not the session's. */
  readonly principalArn: string;
  readonly userName: string | undefined;
  /** Undefined: everything. */
  readonly policies: readonly Policy[] | undefined;
  /** Each of them must allow too; given at AssumeRole. */
  readonly sessionPolicies: readonly Policy[];
  /** `--auth none`: no policy is looked at, whoever this is. */
  readonly isTrusted: boolean;
}

export const accessKeyOfRoot = 'test';
const noPolicies: readonly Policy[] = [];

export function rootIdentity(account: string, isTrusted = false): Identity {
  const arn = `arn:aws:iam::${account}:root`;
  const common = { userName: undefined, policies: undefined, sessionPolicies: noPolicies, isTrusted };
  return { kind: 'root', account, arn, principalArn: arn, id: account, ...common };
}

/** The caller of an operation that needs no signature: may do nothing that a policy would have to allow. */
export function anonymousIdentity(account: string): Identity {
  const arn = 'anonymous';
  const common = { userName: undefined, policies: noPolicies, sessionPolicies: noPolicies, isTrusted: false };
  return { kind: 'anonymous', account, arn, principalArn: arn, id: arn, ...common };
}

export function userArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:user/${name}`;
}

export function roleArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

export function userIdentity(user: AwsUser): Identity {
  const arn = userArn(user.account, user.name);
  return {
    kind: 'user',
    account: user.account,
    arn,
    principalArn: arn,
    id: uniqueId('AIDA', arn),
    userName: user.name,
    policies: user.policies?.map((text) => parseConfigured(text, `user ${user.name}`)),
    sessionPolicies: noPolicies,
    isTrusted: false,
  };
}

export function roleIdentity(
  role: AwsRole,
  sessionName: string,
  sessionPolicies: readonly Policy[],
): Identity {
  const arn = roleArn(role.account, role.name);
  return {
    kind: 'role',
    account: role.account,
    arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    principalArn: arn,
    id: `${uniqueId('AROA', arn)}:${sessionName}`,
    userName: undefined,
    policies: role.policies?.map((text) => parseConfigured(text, `role ${role.name}`)),
    sessionPolicies,
    isTrusted: false,
  };
}

/** Ids look like AWS's and follow from the ARN, so that they are the same after every start. */
function uniqueId(prefix: string, arn: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const digest = Buffer.from(hash('sha256', arn, 'hex'), 'hex');
  let id = prefix;
  for (let i = 0; i < 17; i++) id += alphabet[digest[i]! % 32];
  return id;
}

/** A policy of the configuration that can't be read is the operator's mistake: the start fails with it. */
function parseConfigured(text: string, owner: string): Policy {
  const policy = parseIdentityPolicy(text);
  if (!policy.ok) throw new Error(`policy of ${owner}: ${policy.error}`);
  return policy.value;
}
