// How the daemon proves itself to an API that its clients name, with secrets in the clear: made for one use
// of a kept connection, never stored and never logged. Plain data.

export interface AddedParameters {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Members of a JSON object; a body of another kind stays as it is. */
  readonly body: readonly (readonly [name: string, value: string])[];
}

export const noParameters: AddedParameters = { headers: [], query: [], body: [] };

export interface OauthClient {
  readonly kind: 'oauth';
  readonly tokenUrl: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly clientId: string;
  readonly clientSecret: string;
  /** Of the request for a token. */
  readonly parameters: AddedParameters;
}

export type ConnectionAuth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'apiKey'; readonly name: string; readonly value: string }
  | OauthClient;

export interface Connection {
  /** Changes with every change of the connection, so that no token outlives one. */
  readonly key: string;
  readonly auth: ConnectionAuth;
  readonly parameters: AddedParameters;
}
