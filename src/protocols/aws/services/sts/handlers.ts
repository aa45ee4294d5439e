// The actions of STS: who am I, and sessions for users and configured roles. Sessions are sealed tokens
// (engine/identity/sessions.ts), so nothing here touches the core.
import type { Credential } from '../../engine/identity/credentials.ts';
import { roleArn, roleIdentity, type AwsRole } from '../../engine/identity/identity.ts';
import type { IssuedSession } from '../../engine/identity/sessions.ts';
import { parseIdentityPolicy } from '../../engine/iam/policy.ts';
import type { Call, Handlers, ServiceDeps } from '../../engine/service.ts';
import type { Infer } from '../../engine/shapes.ts';
import * as errors from './errors.ts';
import type { stsModel } from './model.ts';

type Operations = (typeof stsModel)['operations'];
type AssumeRoleInput = Infer<Operations['AssumeRole']['input']>;
type AssumeRoleOutput = Infer<Operations['AssumeRole']['output']>;
type SessionOutput = Infer<Operations['GetSessionToken']['output']>;

const roleSecondsDefault = 3600;
/** A session that was started by a session lasts an hour at most. */
const chainedSecondsMax = 3600;
const userSecondsDefault = 43_200;
const rootSecondsMax = 3600;

export function createStsHandlers(deps: ServiceDeps): Handlers<typeof stsModel> {
  return {
    AssumeRole: (input, call) => assumeRole(deps, input, call),
    AssumeRoleWithWebIdentity: (_input, call) => {
      throw errors.notImplemented(call.operationName);
    },
    GetAccessKeyInfo: (input) => {
      const credential = deps.credentials.find(input.AccessKeyId, undefined);
      if (credential === undefined) throw errors.validationError('Invalid Access Key Id');
      return { Account: credential.identity.account };
    },
    // Needs no permission, as at AWS: a denied caller may still ask who he is.
    GetCallerIdentity: (_input, { principal }) => {
      return { UserId: principal.id, Account: principal.account, Arn: principal.arn };
    },
    GetSessionToken: (input, call) => getSessionToken(deps, input.DurationSeconds, call),
  };
}

function assumeRole(deps: ServiceDeps, input: AssumeRoleInput, call: Call): AssumeRoleOutput {
  const caller = deps.credentialOf(call);
  const role = findRole(deps, input.RoleArn);
  const context = { 'sts:externalid': input.ExternalId, 'sts:rolesessionname': input.RoleSessionName };
  const account = role?.account ?? call.principal.account;
  // An unknown role is refused like one that may not be assumed, so that nobody can probe for names.
  call.authorize('sts:AssumeRole', { arn: input.RoleArn, account, policy: trustOf(role, account), context });
  if (role === undefined)
    throw errors.stsErrors.accessDenied('sts:AssumeRole', input.RoleArn, call.principal.arn);
  const policies = readSessionPolicy(input.Policy);
  const issued = deps.sessions.issue({
    expiresAtMs: deps.clock.nowMs() + roleSeconds(role, caller, input.DurationSeconds) * 1000,
    subject: 'role',
    account: role.account,
    name: role.name,
    sessionName: input.RoleSessionName,
    policies,
    isLoopbackOnly: caller.isLoopbackOnly,
  });
  const { id, arn } = roleIdentity(role, input.RoleSessionName, []);
  return {
    Credentials: credentialsOf(issued),
    AssumedRoleUser: { AssumedRoleId: id, Arn: arn },
    ...(input.SourceIdentity === undefined ? {} : { SourceIdentity: input.SourceIdentity }),
  };
}

function findRole(deps: ServiceDeps, arn: string): AwsRole | undefined {
  const parts = arn.split(':');
  const [prefix, , service, region, account, resource] = parts;
  if (
    parts.length < 6 ||
    prefix !== 'arn' ||
    service !== 'iam' ||
    region !== '' ||
    !resource?.startsWith('role/')
  ) {
    throw errors.validationError(`${arn} is invalid`);
  }
  // Roles may stand in a path at AWS; here the last part is the name.
  const name = resource.slice(resource.lastIndexOf('/') + 1);
  const role = deps.credentials.role(account ?? '', name);
  return role !== undefined && roleArn(role.account, role.name) === arn ? role : undefined;
}

/** Without a trust policy a role trusts its own account; a role that isn't there trusts nobody. */
function trustOf(role: AwsRole | undefined, account: string): string {
  if (role?.trust !== undefined) return role.trust;
  const effect = role === undefined ? 'Deny' : 'Allow';
  const condition =
    role === undefined ? {} : { Condition: { StringEquals: { 'aws:PrincipalAccount': account } } };
  const statement = { Effect: effect, Principal: '*', Action: 'sts:AssumeRole', ...condition };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

function roleSeconds(role: AwsRole, caller: Credential, wanted: number | undefined): number {
  const isChained = caller.identity.kind === 'role';
  if (isChained && (wanted ?? 0) > chainedSecondsMax) {
    throw errors.validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (wanted !== undefined && wanted > (role.sessionSecondsMax ?? roleSecondsDefault)) {
    throw errors.validationError(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  return wanted ?? roleSecondsDefault;
}

function readSessionPolicy(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const policy = parseIdentityPolicy(text);
  if (!policy.ok) throw errors.malformedPolicy(policy.error);
  return [text];
}

function getSessionToken(deps: ServiceDeps, wanted: number | undefined, call: Call): SessionOutput {
  const caller = deps.credentialOf(call);
  const { identity } = caller;
  if (caller.sessionToken !== undefined || identity.kind === 'role') {
    throw errors.accessDenied('Cannot call GetSessionToken with session credentials');
  }
  const isRoot = identity.kind === 'root';
  const seconds = isRoot
    ? Math.min(wanted ?? rootSecondsMax, rootSecondsMax)
    : (wanted ?? userSecondsDefault);
  const issued = deps.sessions.issue({
    expiresAtMs: deps.clock.nowMs() + seconds * 1000,
    subject: isRoot ? 'root' : 'user',
    account: identity.account,
    name: identity.userName ?? '',
    sessionName: '',
    policies: [],
    isLoopbackOnly: caller.isLoopbackOnly,
  });
  return { Credentials: credentialsOf(issued) };
}

function credentialsOf(session: IssuedSession) {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: session.expiresAtMs,
  };
}
