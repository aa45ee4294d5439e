// Rows of connections: how API destinations are authorized. What is secret goes in and never comes out.
import { bool, int, list, str, struct, structMember, timestamp } from '../../../engine/shapes.ts';
import {
  authText,
  authorizationType,
  connectionState,
  description,
  headerKey,
  headerValue,
  httpEndpoint,
  keyIdentifier,
  nextToken,
  oauthMethod,
  pageLimit,
  queryKey,
  queryValue,
  resourceConfigurationArn,
  shortName,
} from './shapes.ts';

/** Of private networks: not built, refused when given. */
const connectivity = struct({
  ResourceParameters: structMember(
    { ResourceConfigurationArn: str({ ...resourceConfigurationArn, isRequired: true }) },
    { isRequired: true },
  ),
});
const connectionHeaderParameter = {
  Key: str(headerKey),
  Value: str(headerValue),
  IsValueSecret: bool(),
} as const;
const connectionQueryStringParameter = {
  Key: str(queryKey),
  Value: str(queryValue),
  IsValueSecret: bool(),
} as const;
const connectionBodyParameter = { Key: str(), Value: str(), IsValueSecret: bool() } as const;
const connectionHttpParameters = {
  HeaderParameters: list(struct(connectionHeaderParameter), { min: 0, max: 100 }),
  QueryStringParameters: list(struct(connectionQueryStringParameter), { min: 0, max: 100 }),
  BodyParameters: list(struct(connectionBodyParameter), { min: 0, max: 100 }),
} as const;
const createConnectionAuthRequestParameters = {
  BasicAuthParameters: struct({
    Username: str({ ...authText, isRequired: true }),
    Password: str({ ...authText, isRequired: true }),
  }),
  OAuthParameters: struct({
    ClientParameters: structMember(
      {
        ClientID: str({ ...authText, isRequired: true }),
        ClientSecret: str({ ...authText, isRequired: true }),
      },
      { isRequired: true },
    ),
    AuthorizationEndpoint: str({ ...httpEndpoint, isRequired: true }),
    HttpMethod: str({ ...oauthMethod, isRequired: true }),
    OAuthHttpParameters: struct(connectionHttpParameters),
  }),
  ApiKeyAuthParameters: struct({
    ApiKeyName: str({ ...authText, isRequired: true }),
    ApiKeyValue: str({ ...authText, isRequired: true }),
  }),
  InvocationHttpParameters: struct(connectionHttpParameters),
  ConnectivityParameters: connectivity,
} as const;
const updateConnectionAuthRequestParameters = {
  BasicAuthParameters: struct({ Username: str(authText), Password: str(authText) }),
  OAuthParameters: struct({
    ClientParameters: struct({ ClientID: str(authText), ClientSecret: str(authText) }),
    AuthorizationEndpoint: str(httpEndpoint),
    HttpMethod: str(oauthMethod),
    OAuthHttpParameters: struct(connectionHttpParameters),
  }),
  ApiKeyAuthParameters: struct({ ApiKeyName: str(authText), ApiKeyValue: str(authText) }),
  InvocationHttpParameters: struct(connectionHttpParameters),
  ConnectivityParameters: connectivity,
} as const;
const connectionOAuthResponseParameters = {
  ClientParameters: struct({ ClientID: str(authText) }),
  AuthorizationEndpoint: str(httpEndpoint),
  HttpMethod: str(oauthMethod),
  OAuthHttpParameters: struct(connectionHttpParameters),
} as const;
const connectionAuthResponseParameters = {
  BasicAuthParameters: struct({ Username: str(authText) }),
  OAuthParameters: struct(connectionOAuthResponseParameters),
  ApiKeyAuthParameters: struct({ ApiKeyName: str(authText) }),
  InvocationHttpParameters: struct(connectionHttpParameters),
  ConnectivityParameters: struct({
    ResourceParameters: structMember(
      {
        ResourceConfigurationArn: str({ ...resourceConfigurationArn, isRequired: true }),
        ResourceAssociationArn: str({ isRequired: true }),
      },
      { isRequired: true },
    ),
  }),
} as const;

const times = {
  CreationTime: timestamp(),
  LastModifiedTime: timestamp(),
  LastAuthorizedTime: timestamp(),
} as const;
const changed = struct({ ConnectionArn: str(), ConnectionState: str(), ...times });
export const connectionOperations = {
  CreateConnection: {
    input: struct({
      Name: str({ ...shortName, isRequired: true }),
      Description: str(description),
      AuthorizationType: str({ ...authorizationType, isRequired: true }),
      AuthParameters: structMember(createConnectionAuthRequestParameters, { isRequired: true }),
      InvocationConnectivityParameters: connectivity,
      KmsKeyIdentifier: str(keyIdentifier),
    }),
    output: struct({
      ConnectionArn: str(),
      ConnectionState: str(),
      CreationTime: timestamp(),
      LastModifiedTime: timestamp(),
    }),
    action: 'events:CreateConnection',
    errors: [
      'ResourceAlreadyExistsException',
      'LimitExceededException',
      'ResourceNotFoundException',
      'InternalException',
      'AccessDeniedException',
      'ThrottlingException',
    ],
  },
  UpdateConnection: {
    input: struct({
      Name: str({ ...shortName, isRequired: true }),
      Description: str(description),
      AuthorizationType: str(authorizationType),
      AuthParameters: struct(updateConnectionAuthRequestParameters),
      InvocationConnectivityParameters: connectivity,
      KmsKeyIdentifier: str(keyIdentifier),
    }),
    output: changed,
    action: 'events:UpdateConnection',
    errors: [
      'ConcurrentModificationException',
      'ResourceNotFoundException',
      'InternalException',
      'LimitExceededException',
      'AccessDeniedException',
      'ThrottlingException',
    ],
  },
  DeleteConnection: {
    input: struct({ Name: str({ ...shortName, isRequired: true }) }),
    output: changed,
    action: 'events:DeleteConnection',
    errors: ['ConcurrentModificationException', 'ResourceNotFoundException', 'InternalException'],
  },
  DescribeConnection: {
    input: struct({ Name: str({ ...shortName, isRequired: true }) }),
    output: struct({
      ConnectionArn: str(),
      Name: str(),
      Description: str(),
      InvocationConnectivityParameters: struct({
        ResourceParameters: struct({ ResourceConfigurationArn: str(), ResourceAssociationArn: str() }),
      }),
      ConnectionState: str(),
      StateReason: str(),
      AuthorizationType: str(),
      SecretArn: str(),
      KmsKeyIdentifier: str(),
      AuthParameters: struct(connectionAuthResponseParameters),
      ...times,
    }),
    action: 'events:DescribeConnection',
    errors: ['ResourceNotFoundException', 'InternalException'],
  },
  ListConnections: {
    input: struct({
      NamePrefix: str(shortName),
      ConnectionState: str(connectionState),
      NextToken: str(nextToken),
      Limit: int(pageLimit),
    }),
    output: struct({
      Connections: list(
        struct({
          ConnectionArn: str(),
          Name: str(),
          ConnectionState: str(),
          StateReason: str(),
          AuthorizationType: str(),
          ...times,
        }),
      ),
      NextToken: str(),
    }),
    action: 'events:ListConnections',
    errors: ['InternalException'],
  },
  DeauthorizeConnection: {
    input: struct({ Name: str({ ...shortName, isRequired: true }) }),
    output: changed,
    action: 'events:DeauthorizeConnection',
    errors: ['ConcurrentModificationException', 'ResourceNotFoundException', 'InternalException'],
  },
} as const;
