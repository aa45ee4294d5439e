// A connection as it is kept: what may be shown in the clear, what authorizes sealed. Also what a connector
// needs of it to authorize a request. Pure.
import type { Catalog, DocumentDefinition } from '../../../../broker/index.ts';
import { findKept, type Kept, keptOf } from './documents.ts';
import type { EventsInput, EventsOutput } from './model.ts';
import { parseNamedArn } from './names.ts';
import type { Secrets } from './settings.ts';

export type AuthParameters = EventsInput<'CreateConnection'>['AuthParameters'];
export type AuthorizationType = EventsInput<'CreateConnection'>['AuthorizationType'];
type ShownParameters = EventsOutput<'DescribeConnection'>['AuthParameters'];
type HttpParameters = NonNullable<AuthParameters['InvocationHttpParameters']>;

export interface ConnectionValue {
  /** Part of its ARN. */
  readonly id: string;
  readonly description?: string | undefined;
  readonly authorizationType: AuthorizationType;
  readonly state: 'AUTHORIZED' | 'DEAUTHORIZED';
  readonly authorizedAtMs?: number | undefined;
  readonly keyIdentifier?: string | undefined;
  readonly shown?: ShownParameters | undefined;
  /** JSON of AuthParameters; gone when it was deauthorized. */
  readonly sealed?: string | undefined;
}

/** What its secrets are sealed for. */
export function secretOwner({ name }: Pick<DocumentDefinition, 'name'>): string {
  return `${name.namespace}/${name.name}`;
}

/** Without passwords, keys and whatever was said to be secret. */
export function shownParameters(given: AuthParameters): ShownParameters {
  const { BasicAuthParameters: basic, ApiKeyAuthParameters: apiKey, OAuthParameters: oauth } = given;
  const http = given.InvocationHttpParameters;
  return {
    ...(basic === undefined ? {} : { BasicAuthParameters: { Username: basic.Username } }),
    ...(apiKey === undefined ? {} : { ApiKeyAuthParameters: { ApiKeyName: apiKey.ApiKeyName } }),
    ...(oauth === undefined ? {} : { OAuthParameters: shownOauth(oauth) }),
    ...(http === undefined ? {} : { InvocationHttpParameters: shownHttp(http) }),
  };
}

function shownOauth(oauth: NonNullable<AuthParameters['OAuthParameters']>) {
  const { OAuthHttpParameters: http, ...rest } = oauth;
  return {
    ...rest,
    ClientParameters: { ClientID: oauth.ClientParameters.ClientID },
    ...(http === undefined ? {} : { OAuthHttpParameters: shownHttp(http) }),
  };
}

type Parameter = NonNullable<HttpParameters['BodyParameters']>[number];

function shownHttp(http: HttpParameters): HttpParameters {
  const shown = (list: readonly Parameter[] | undefined) =>
    list?.map((parameter) =>
      parameter.IsValueSecret === true ? { ...parameter, Value: undefined } : parameter,
    );
  return {
    HeaderParameters: shown(http.HeaderParameters),
    QueryStringParameters: shown(http.QueryStringParameters),
    BodyParameters: shown(http.BodyParameters),
  };
}

// --- for connectors ---

type Pairs = readonly (readonly [name: string, value: string])[];

export interface AddedParameters {
  readonly headers: Pairs;
  readonly query: Pairs;
  readonly body: Pairs;
}

/** In the form in which connectors take it (connectors/connections/connection.ts). */
export interface OpenConnection {
  /** Changes with every change of the connection. */
  readonly key: string;
  readonly auth:
    | { readonly kind: 'basic'; readonly username: string; readonly password: string }
    | { readonly kind: 'apiKey'; readonly name: string; readonly value: string }
    | {
        readonly kind: 'oauth';
        readonly tokenUrl: string;
        readonly method: 'GET' | 'POST' | 'PUT';
        readonly clientId: string;
        readonly clientSecret: string;
        readonly parameters: AddedParameters;
      };
  readonly parameters: AddedParameters;
}

/** What an ARN names, with its secrets in the clear; undefined when it is gone or deauthorized. */
export function openConnection(catalog: Catalog, arn: string, secrets: Secrets): OpenConnection | undefined {
  const kept = findConnection(catalog, arn);
  if (kept === undefined) return undefined;
  const { definition, value } = kept;
  const text = value.sealed === undefined ? undefined : secrets.open(secretOwner(definition), value.sealed);
  if (text === undefined) return undefined;
  const given = JSON.parse(text) as AuthParameters;
  const auth = authOf(given);
  if (auth === undefined) return undefined;
  const key = `${definition.entity}/${definition.revision}`;
  return { key, auth, parameters: added(given.InvocationHttpParameters) };
}

function authOf(given: AuthParameters): OpenConnection['auth'] | undefined {
  const { BasicAuthParameters: basic, ApiKeyAuthParameters: apiKey, OAuthParameters: oauth } = given;
  if (basic !== undefined) return { kind: 'basic', username: basic.Username, password: basic.Password };
  if (apiKey !== undefined) return { kind: 'apiKey', name: apiKey.ApiKeyName, value: apiKey.ApiKeyValue };
  if (oauth === undefined) return undefined;
  return {
    kind: 'oauth',
    tokenUrl: oauth.AuthorizationEndpoint,
    method: oauth.HttpMethod,
    clientId: oauth.ClientParameters.ClientID,
    clientSecret: oauth.ClientParameters.ClientSecret,
    parameters: added(oauth.OAuthHttpParameters),
  };
}

function added(http: HttpParameters | undefined): AddedParameters {
  return {
    headers: pairs(http?.HeaderParameters),
    query: pairs(http?.QueryStringParameters),
    body: pairs(http?.BodyParameters),
  };
}

function pairs(list: readonly Parameter[] | undefined): Pairs {
  return (list ?? []).flatMap(({ Key: key, Value: value }) =>
    key === undefined || value === undefined ? [] : [[key, value] as const],
  );
}

/** An ARN of an earlier one of its name names none. */
export function findConnection(catalog: Catalog, arn: string): Kept<ConnectionValue> | undefined {
  const address = parseNamedArn('connection', arn);
  if (address === undefined) return undefined;
  const kept = findKept<ConnectionValue>(catalog, address, 'connection', address.name);
  return kept?.value.id === address.id ? kept : undefined;
}

export function connectionOf(definition: DocumentDefinition): Kept<ConnectionValue> {
  return keptOf<ConnectionValue>('connection', definition);
}
