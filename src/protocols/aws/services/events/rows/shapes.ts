// Shapes that several rows of EventBridge share, with the bounds of the public model.
import { str, struct } from '../../../engine/shapes.ts';

export const nothing = struct({});

/** Refusals quote it, with the escapes of the service's model. */
const namePattern = new RegExp(String.raw`^[\.\-_A-Za-z0-9]+$`);

export const busName = { min: 1, max: 256, pattern: /^[/.\-_A-Za-z0-9]+$/ } as const;
export const eventSourceName = {
  min: 1,
  max: 256,
  pattern: /^aws\.partner(\/[.\-_A-Za-z0-9]+){2,}$/,
} as const;
export const description = { max: 512 } as const;
export const keyIdentifier = { max: 2048, pattern: /^[a-zA-Z0-9_\-/:]*$/ } as const;
export const anyArn = { min: 1, max: 1600 } as const;
export const includeDetail = { enum: ['NONE', 'FULL'] } as const;
export const level = { enum: ['OFF', 'ERROR', 'INFO', 'TRACE'] } as const;
export const tagKey = { min: 1, max: 128 } as const;
const tagValue = { min: 0, max: 256 } as const;
export const busNameOrArn = {
  min: 1,
  max: 1600,
  pattern: /^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/.\-_A-Za-z0-9]+$/,
} as const;
export const nextToken = { min: 1, max: 2048 } as const;
export const pageLimit = { min: 1, max: 100 } as const;
export const plainBusName = { min: 1, max: 256, pattern: namePattern } as const;
export const action = { min: 1, max: 64, pattern: /^events:[a-zA-Z]+$/ } as const;
export const principal = { min: 1, max: 12, pattern: /^(\d{12}|\*)$/ } as const;
export const statementId = { min: 1, max: 64, pattern: /^[a-zA-Z0-9-_]+$/ } as const;
export const eventResource = { max: 2048 } as const;
export const plainBusNameOrArn = {
  min: 1,
  max: 1600,
  pattern: /^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[.\-_A-Za-z0-9]+$/,
} as const;
export const traceHeader = { min: 1, max: 500 } as const;
export const endpointId = { min: 1, max: 50, pattern: /^[A-Za-z0-9-]+[.][A-Za-z0-9-]+$/ } as const;
export const eventPattern = { max: 4096 } as const;
export const shortName = { min: 1, max: 64, pattern: namePattern } as const;
export const scheduleExpression = { max: 256 } as const;
export const ruleState = {
  enum: ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'],
} as const;
export const targetInput = { max: 8192 } as const;
export const inputPath = { max: 256 } as const;
export const pathsKey = { min: 1, max: 256, pattern: /^[A-Za-z0-9_-]+$/ } as const;
export const templateText = { min: 1, max: 8192 } as const;
export const keyPath = { max: 256 } as const;
export const messageGroupId = { max: 100 } as const;
export const pathParameter = { pattern: /^(?!\s*$).+$/ } as const;
export const headerKey = { max: 512, pattern: /^[!#$%&'*+-.^_`|~0-9a-zA-Z]+$/ } as const;
/** This and authText: the model's own patterns backtrack without end; these let the same texts through. */
export const headerValue = { max: 512, pattern: /^\t*[\x20-\x7E][\t\x20-\x7E]*$/ } as const;
export const queryKey = { max: 512, pattern: /^\P{Cc}+$/u } as const;
export const queryValue = { max: 512, pattern: /^[\n\r\P{Cc}]+$/u } as const;
export const maximumRetryAttempts = { min: 0, max: 185 } as const;
export const maximumEventAgeInSeconds = { min: 60, max: 86400 } as const;
export const authorizationType = { enum: ['BASIC', 'OAUTH_CLIENT_CREDENTIALS', 'API_KEY'] } as const;
export const authText = {
  min: 1,
  max: 512,
  pattern: /^\t*(?!:)\P{Cc}(?:\t|(?!:)\P{Cc})*$/u,
} as const;
export const httpEndpoint = {
  min: 1,
  max: 2048,
  pattern: /^((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@\x26=+$,A-Za-z0-9])+)([).!';/?:,])?$/,
} as const;
export const oauthMethod = { enum: ['GET', 'POST', 'PUT'] } as const;
export const resourceConfigurationArn = { max: 2048 } as const;
export const connectionState = {
  enum: [
    'CREATING',
    'UPDATING',
    'DELETING',
    'AUTHORIZED',
    'DEAUTHORIZED',
    'AUTHORIZING',
    'DEAUTHORIZING',
    'ACTIVE',
    'FAILED_CONNECTIVITY',
  ],
} as const;
export const connectionArn = {
  min: 1,
  max: 1600,
  pattern:
    /^arn:aws([a-z]|-)*:events:([a-z]|\d|-)*:([0-9]{12})?:connection\/[.\-_A-Za-z0-9]+\/[-A-Za-z0-9]+$/,
} as const;
export const httpMethod = { enum: ['POST', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'] } as const;
export const rateLimit = { min: 1 } as const;
export const archiveName = { min: 1, max: 48, pattern: namePattern } as const;
export const slashedArn = {
  min: 1,
  max: 1600,
  pattern: /^arn:aws([a-z]|-)*:events:([a-z]|\d|-)*:([0-9]{12})?:.+\/.+$/,
} as const;
export const retentionDays = { min: 0 } as const;
export const archiveState = {
  enum: ['ENABLED', 'DISABLED', 'CREATING', 'UPDATING', 'CREATE_FAILED', 'UPDATE_FAILED'],
} as const;
export const replayState = {
  enum: ['STARTING', 'RUNNING', 'CANCELLING', 'COMPLETED', 'CANCELLED', 'FAILED'],
} as const;

export const deadLetterConfig = { Arn: str(anyArn) } as const;
export const tag = {
  Key: str({ ...tagKey, isRequired: true }),
  Value: str({ ...tagValue, isRequired: true }),
} as const;
