// The AWS protocols: one handler for every AWS API on one port. The daemon builds it and gives it to the HTTP
// listener; services plug in as rows and functions (services/), everything else is the engine.
import type { RequestHandler } from '../../net/http.ts';
import type { ProtocolDeps } from '../types.ts';
import { AccessControl } from './engine/access.ts';
import { Authenticator, isAccount } from './engine/authenticate.ts';
import type { CallContext, EngineCall } from './engine/call.ts';
import { Engine } from './engine/engine.ts';
import { Credentials, type Credential } from './engine/identity/credentials.ts';
import type { AwsRole, AwsUser } from './engine/identity/identity.ts';
import { Sessions } from './engine/identity/sessions.ts';
import { createLimitsLookup, type LimitsConfig } from './engine/limits-profile.ts';
import { Paging } from './engine/paginate.ts';
import { planService, type ServicePlan } from './engine/plan.ts';
import { RequestIds } from './engine/request-id.ts';
import { Router } from './engine/router.ts';
import type { Call, LimitRow, Service, ServiceDeps, ServiceFactory } from './engine/service.ts';
import type { WireName } from './engine/wire.ts';

export type { AwsRole, AwsUser } from './engine/identity/identity.ts';
export type { LimitsConfig } from './engine/limits-profile.ts';
export { awsServices } from './services/index.ts';
export { openConnection } from './services/events/connection.ts';
export {
  deadLetter,
  functionInvocation,
  httpRequest,
  httpTarget,
  type PushedTarget,
  pushedTarget,
  retryOf,
} from './services/events/delivery.ts';
export { scheduledEvent, scheduledRule } from './services/events/scheduled-rule.ts';
export {
  scheduledFunction,
  type ScheduledFunction,
  scheduleDeadLetter,
  schedulePublication,
  scheduleTimes,
} from './services/scheduler/index.ts';
export {
  type FunctionRequest,
  type LambdaSettings,
  type MappingPlan,
  mappingPlan,
  mappingPrefix,
} from './services/lambda/index.ts';
export { certificateFileName, createSigningIdentity } from './services/sns/certificate.ts';
export type { SigningIdentity } from './services/sns/certificate.ts';
export { type SnsDelivery, snsDelivery } from './services/sns/delivery.ts';
export type { NotificationDeps } from './services/sns/notification.ts';
export { notificationRendering } from './services/sns/endpoints.ts';
export { NotificationRenderer } from './services/sns/renderer.ts';
export { snsDeadLetter, snsRatePerSecond, snsRetryPolicy } from './services/sns/retry.ts';
export { SnsSigner } from './services/sns/signature.ts';

export interface AwsDeps extends ProtocolDeps {
  readonly users: readonly AwsUser[];
  readonly roles: readonly AwsRole[];
  /** `none` only ever with a loopback bind; the daemon checks that. */
  readonly auth: 'sigv4' | 'none';
  readonly homeRegion: string;
  /** Account of the built-in key and of requests that name none. Default 000000000000. */
  readonly account?: string;
  /** Whether the built-in key test/test works, from loopback. Default true. */
  readonly hasDefaultKey?: boolean;
  readonly limits: LimitsConfig;
  readonly services: readonly ServiceFactory[];
}

export interface AwsProtocol {
  readonly handler: RequestHandler;
  describe(): readonly ServiceDescription[];
  /** Takes over another configuration of users and roles, at once and for every next request. */
  replaceUsers(users: readonly AwsUser[], roles: readonly AwsRole[]): void;
}

export interface ServiceDescription {
  readonly id: string;
  readonly apiVersion: string;
  readonly wires: readonly WireName[];
  readonly operations: readonly string[];
  readonly limits: readonly LimitRow[];
}

/** Throws for a configuration that can't be: a malformed policy, an account that is none. */
export function createAwsProtocol(deps: AwsDeps): AwsProtocol {
  const defaultAccount = deps.account ?? '000000000000';
  checkAccounts([defaultAccount, ...[...deps.users, ...deps.roles].map((owner) => owner.account)]);
  const { users, roles, clock, homeRegion } = deps;
  const sessions = new Sessions(deps.secret);
  const hasDefaultKey = deps.hasDefaultKey ?? true;
  const credentials = new Credentials({ users, roles, sessions, defaultAccount, hasDefaultKey });
  const limitsFor = createLimitsLookup(deps.limits);
  const serviceDeps: ServiceDeps = {
    broker: deps.broker,
    clock,
    logger: deps.logger,
    secret: deps.secret,
    homeRegion,
    paging: new Paging(deps.secret),
    limitsFor,
    credentials,
    sessions,
    credentialOf,
  };
  const services = deps.services.map((factory) => planService(factory(serviceDeps)));
  const context: CallContext = {
    broker: deps.broker,
    logger: deps.logger,
    access: new AccessControl(clock),
    limitsFor,
    requestIds: new RequestIds(),
  };
  const authenticator = new Authenticator({
    mode: deps.auth,
    credentials,
    clock,
    homeRegion,
    defaultAccount,
  });
  const engine = new Engine({ router: new Router(services), authenticator, context });
  return {
    handler: (request, reply) => engine.handle(request, reply),
    describe: () => services.map(describeService),
    replaceUsers: (nextUsers, nextRoles) => credentials.replace(nextUsers, nextRoles),
  };
}

/** Calls are the engine's own, whatever face of them a service sees. */
function credentialOf(call: Call): Credential {
  return (call as EngineCall).credential!;
}

function checkAccounts(accounts: readonly string[]): void {
  const wrong = accounts.find((account) => !isAccount(account));
  if (wrong !== undefined) throw new Error(`account '${wrong}' is not a number of 12 digits`);
}

function wiresOf(service: Service): WireName[] {
  const wires: WireName[] = service.targetPrefix === undefined ? [] : ['json'];
  if (service.hasCbor === true) wires.push('cbor');
  if (service.queryNamespace !== undefined) wires.push('query');
  if (service.rest !== undefined) wires.push('rest');
  return wires;
}

function describeService({ service, module, operations }: ServicePlan): ServiceDescription {
  return {
    id: service.id,
    apiVersion: service.apiVersion,
    wires: wiresOf(service),
    operations: [...operations.keys()],
    limits: module.limits ?? [],
  };
}
