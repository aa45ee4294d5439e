// Connections: made, changed, deauthorized, shown. What authorizes is sealed as soon as it is here, and
// opened only to be changed or used.
import { randomUUID } from 'node:crypto';
import type { Call } from '../../../engine/service.ts';
import { changeDocument } from '../change.ts';
import {
  type AuthorizationType,
  type AuthParameters,
  connectionOf,
  type ConnectionValue,
  secretOwner,
  shownParameters,
} from '../connection.ts';
import {
  authorizeKept,
  callerPlace,
  createKept,
  deleteKept,
  findKept,
  keptArn,
  type Kept,
  listKept,
  plain,
} from '../documents.ts';
import { exists, notBuilt, resourceNotFound, validationError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { documentName, type Place } from '../names.ts';
import type { Secrets } from '../settings.ts';

type Connection = Kept<ConnectionValue>;

export async function createConnection(
  events: Events,
  input: EventsInput<'CreateConnection'>,
  call: Call,
): Promise<EventsOutput<'CreateConnection'>> {
  const place = authorizeKept(call, 'connection', input.Name);
  refusePrivateNetworks(input);
  const secrets = requireSecrets(events);
  const { AuthorizationType: type, Description: description, KmsKeyIdentifier: keyIdentifier } = input;
  const parameters = ofType(type, input.AuthParameters);
  const name = documentName(place, 'connection', input.Name);
  const made = await createKept<ConnectionValue>(call, 'connection', input.Name, {
    id: randomUUID(),
    description,
    keyIdentifier,
    ...authorized(events, type, { parameters, secrets, owner: secretOwner({ name }) }),
  });
  if (made === undefined) throw exists('Connection', input.Name);
  return changedOf(made);
}

function requireSecrets({ secrets }: Events): Secrets {
  if (secrets === undefined) throw notBuilt('Connections without a key for their secrets');
  return secrets;
}

function refusePrivateNetworks(
  input: Pick<EventsInput<'UpdateConnection'>, 'InvocationConnectivityParameters' | 'AuthParameters'>,
): void {
  const { InvocationConnectivityParameters: invocation, AuthParameters: auth } = input;
  if (invocation === undefined && auth?.ConnectivityParameters === undefined) return;
  throw notBuilt('Connections through private networks');
}

function authorized(
  events: Events,
  type: AuthorizationType,
  { parameters, secrets, owner }: { parameters: AuthParameters; secrets: Secrets; owner: string },
) {
  return {
    authorizationType: type,
    state: 'AUTHORIZED',
    authorizedAtMs: events.clock.nowMs(),
    shown: shownParameters(parameters),
    sealed: secrets.seal(owner, JSON.stringify(parameters)),
  } as const;
}

const memberOf = {
  BASIC: 'BasicAuthParameters',
  API_KEY: 'ApiKeyAuthParameters',
  OAUTH_CLIENT_CREDENTIALS: 'OAuthParameters',
} as const satisfies Record<AuthorizationType, keyof AuthParameters>;

/** The parameters of one type; those of others are dropped. */
function ofType(type: AuthorizationType, given: AuthParameters): AuthParameters {
  const member = memberOf[type];
  const parameters = given[member];
  if (parameters === undefined) {
    throw validationError(`AuthParameters.${member} must be specified for AuthorizationType ${type}.`);
  }
  return plain({ [member]: parameters, InvocationHttpParameters: given.InvocationHttpParameters });
}

export async function updateConnection(
  events: Events,
  input: EventsInput<'UpdateConnection'>,
  call: Call,
): Promise<EventsOutput<'UpdateConnection'>> {
  authorizeKept(call, 'connection', input.Name);
  refusePrivateNetworks(input);
  const find = () => requireConnection(events, call, input.Name).definition;
  const changed = await changeDocument(call, find, (definition) => {
    const { value } = connectionOf(definition);
    const { Description: description, KmsKeyIdentifier: keyIdentifier } = input;
    return plain({
      ...value,
      ...(description === undefined ? {} : { description }),
      ...(keyIdentifier === undefined ? {} : { keyIdentifier }),
      ...reauthorized(events, input, connectionOf(definition)),
    });
  });
  return changedOf(connectionOf(changed));
}

/** What is given goes over what there is, member by member, so that a password may stay untold. */
function reauthorized(events: Events, input: EventsInput<'UpdateConnection'>, current: Connection): object {
  const { AuthorizationType: givenType, AuthParameters: given } = input;
  if (givenType === undefined && given === undefined) return {};
  const secrets = requireSecrets(events);
  const type = givenType ?? current.value.authorizationType;
  const owner = secretOwner(current.definition);
  const { sealed } = current.value;
  const text = sealed === undefined ? undefined : secrets.open(owner, sealed);
  const before = text === undefined ? {} : (JSON.parse(text) as AuthParameters);
  const parameters = ofType(type, merged(before, given ?? {}));
  requireComplete(parameters);
  return authorized(events, type, { parameters, secrets, owner });
}

type UpdateParameters = NonNullable<EventsInput<'UpdateConnection'>['AuthParameters']>;

function merged(before: AuthParameters, given: UpdateParameters): AuthParameters {
  const oauth = { ...before.OAuthParameters, ...given.OAuthParameters };
  const client = {
    ...before.OAuthParameters?.ClientParameters,
    ...given.OAuthParameters?.ClientParameters,
  };
  const all = {
    BasicAuthParameters: { ...before.BasicAuthParameters, ...given.BasicAuthParameters },
    ApiKeyAuthParameters: { ...before.ApiKeyAuthParameters, ...given.ApiKeyAuthParameters },
    OAuthParameters: { ...oauth, ClientParameters: client },
    InvocationHttpParameters: given.InvocationHttpParameters ?? before.InvocationHttpParameters,
  };
  return plain(all) as AuthParameters;
}

function requireComplete(parameters: AuthParameters): void {
  const { BasicAuthParameters: basic, ApiKeyAuthParameters: apiKey, OAuthParameters: oauth } = parameters;
  const needed = {
    ...(basic && { Username: basic.Username, Password: basic.Password }),
    ...(apiKey && { ApiKeyName: apiKey.ApiKeyName, ApiKeyValue: apiKey.ApiKeyValue }),
    ...(oauth && {
      ClientID: oauth.ClientParameters.ClientID,
      ClientSecret: oauth.ClientParameters.ClientSecret,
      AuthorizationEndpoint: oauth.AuthorizationEndpoint,
      HttpMethod: oauth.HttpMethod,
    }),
  };
  const missing = Object.entries(needed).find(([, value]) => value === undefined);
  if (missing !== undefined) throw validationError(`AuthParameters: ${missing[0]} must be specified.`);
}

export async function deauthorizeConnection(
  events: Events,
  input: EventsInput<'DeauthorizeConnection'>,
  call: Call,
): Promise<EventsOutput<'DeauthorizeConnection'>> {
  authorizeKept(call, 'connection', input.Name);
  const find = () => requireConnection(events, call, input.Name).definition;
  const changed = await changeDocument(call, find, (definition) => {
    const { sealed: _, shown: __, ...value } = connectionOf(definition).value;
    return { ...value, state: 'DEAUTHORIZED' } satisfies ConnectionValue;
  });
  return changedOf(connectionOf(changed));
}

export async function deleteConnection(
  events: Events,
  input: EventsInput<'DeleteConnection'>,
  call: Call,
): Promise<EventsOutput<'DeleteConnection'>> {
  authorizeKept(call, 'connection', input.Name);
  const connection = requireConnection(events, call, input.Name);
  await deleteKept(call, connection);
  return { ...changedOf(connection), ConnectionState: 'DELETING' };
}

export function describeConnection(
  events: Events,
  input: EventsInput<'DescribeConnection'>,
  call: Call,
): EventsOutput<'DescribeConnection'> {
  authorizeKept(call, 'connection', input.Name);
  const connection = requireConnection(events, call, input.Name);
  const { value } = connection;
  return {
    ...summaryOf(connection),
    Description: value.description,
    SecretArn: secretArn(connection, connection.name, value.id),
    KmsKeyIdentifier: value.keyIdentifier,
    AuthParameters: value.shown,
  };
}

/** AWS keeps the secret in another service, and some tools print where. */
function secretArn({ account, region }: Place, name: string, id: string): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:events!connection/${name}/${id}`;
}

export function listConnections(
  events: Events,
  input: EventsInput<'ListConnections'>,
  call: Call,
): EventsOutput<'ListConnections'> {
  const { ConnectionState: state } = input;
  const { items, NextToken } = listKept<ConnectionValue>(events, call, {
    type: 'connection',
    input,
    isShown: ({ value }) => state === undefined || value.state === state,
  });
  return { Connections: items.map(summaryOf), NextToken };
}

function requireConnection(events: Events, call: Call, name: string): Connection {
  const { catalog } = events.broker;
  const kept = findKept<ConnectionValue>(catalog, callerPlace(call), 'connection', name);
  if (kept === undefined) throw resourceNotFound(`Connection '${name}' does not exist.`);
  return kept;
}

function changedOf({ definition, value, name, ...place }: Connection) {
  return {
    ConnectionArn: `${keptArn(place, 'connection', name)}/${value.id}`,
    ConnectionState: value.state as string,
    CreationTime: definition.createdAtMs,
    LastModifiedTime: definition.modifiedAtMs,
    LastAuthorizedTime: value.authorizedAtMs,
  };
}

function summaryOf(connection: Connection) {
  const { authorizationType } = connection.value;
  return { ...changedOf(connection), Name: connection.name, AuthorizationType: authorizationType };
}
