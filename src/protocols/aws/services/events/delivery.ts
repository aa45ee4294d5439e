// What leaves the daemon for a rule's pushed targets: HTTP requests of API destinations and URLs, payloads of
// functions, retry policies, dead letters. Pure functions, called by the daemon, which joins them to
// connectors.
import {
  applyTransform,
  type BindingDefinition,
  type Catalog,
  type Delivery,
  type MessageAttribute,
  type OutgoingMessage,
  type PushTarget,
  type Transform,
} from '../../../../broker/index.ts';
import { isoTime } from '../../../../base/clock.ts';
import { parseJsonPath } from '../../patterns/json-path.ts';
import { targetAnnotation } from './annotations.ts';
import { findDestination } from './destination.ts';
import { ruleArn, ruleOfBinding } from './names.ts';
import type { Target } from './rule-ref.ts';
import { eventAgeSecondsDefault, retryAttemptsDefault, textAttribute } from './target.ts';
import type { PushMedium } from './target-address.ts';

/** A pushed target of a rule, read once from its binding. */
export interface PushedTarget {
  readonly ruleArn: string;
  readonly medium: PushMedium;
  readonly given: Target;
  readonly transform: Transform | undefined;
}

/** Undefined for bindings that are no rules. */
export function pushedTarget(binding: BindingDefinition, target: PushTarget): PushedTarget | undefined {
  const rule = ruleOfBinding(binding.name);
  const given = target.annotations?.[targetAnnotation.given];
  const medium = target.annotations?.[targetAnnotation.medium];
  if (rule === undefined || given === undefined || medium === undefined) return undefined;
  const transform = target.annotations?.[targetAnnotation.transform];
  return {
    ruleArn: ruleArn(rule, rule.rule),
    medium: medium as PushMedium,
    given: JSON.parse(given) as Target,
    transform: transform === undefined ? undefined : (JSON.parse(transform) as Transform),
  };
}

/** EventBridge user guide, "Retry policy and dead-letter queues". */
export function retryOf({ given: { RetryPolicy: policy } }: PushedTarget): {
  readonly retriesMax: number;
  readonly maxAgeMs: number;
} {
  return {
    retriesMax: policy?.MaximumRetryAttempts ?? retryAttemptsDefault,
    maxAgeMs: (policy?.MaximumEventAgeInSeconds ?? eventAgeSecondsDefault) * 1000,
  };
}

/** What the target gets: the event, or what its input makes of it. */
function payloadOf({ transform }: PushedTarget, { message }: Delivery): string {
  const event = message.bodyText();
  if (transform === undefined) return event;
  return applyTransform(transform, event, { time: isoTime(message.sentAtMs) });
}

// --- HTTP ---

export interface PushRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpTarget {
  readonly method: string;
  readonly endpoint: string;
  /** ARN of the connection that authorizes; URLs have none. */
  readonly connectionArn: string | undefined;
  readonly ratePerSecond: number | undefined;
}

/** Where requests go now; undefined when there is no such API destination (any more). */
export function httpTarget(catalog: Catalog, { given, medium }: PushedTarget): HttpTarget | undefined {
  if (medium === 'http') {
    return { method: 'POST', endpoint: given.Arn, connectionArn: undefined, ratePerSecond: undefined };
  }
  const destination = findDestination(catalog, given.Arn);
  if (destination === undefined) return undefined;
  const { method, endpoint, connectionArn, ratePerSecond } = destination.value;
  return { method, endpoint, connectionArn, ratePerSecond };
}

/** Authorization and parameters of the connection are added by whoever sends it. */
export function httpRequest(pushed: PushedTarget, target: HttpTarget, delivery: Delivery): PushRequest {
  const event = delivery.message.bodyText();
  const parameters = pushed.given.HttpParameters;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters?.HeaderParameters ?? {})) {
    headers[name.toLowerCase()] = valueOf(value, event);
  }
  headers['user-agent'] = 'Amazon/EventBridge/ApiDestinations';
  const { method, endpoint } = target;
  const url = urlOf(endpoint, parameters, event);
  if (method === 'GET' || method === 'HEAD') return { method, url, headers };
  headers['content-type'] ??= 'application/json; charset=utf-8';
  return { method, url, headers, body: payloadOf(pushed, delivery) };
}

/** Each `*` of the endpoint is the place of one path parameter; what has none stays. */
function urlOf(endpoint: string, parameters: Target['HttpParameters'], event: string): string {
  const values = parameters?.PathParameterValues ?? [];
  let place = 0;
  const path = endpoint.replaceAll('*', (star) => {
    const value = values[place++];
    return value === undefined ? star : encodeURIComponent(valueOf(value, event));
  });
  const query = Object.entries(parameters?.QueryStringParameters ?? {});
  const url = URL.parse(path);
  if (url === null || query.length === 0) return path;
  for (const [name, value] of query) url.searchParams.append(name, valueOf(value, event));
  return url.toString();
}

/** A value that is a path is replaced by what the event has there. */
function valueOf(value: string, event: string): string {
  const path = value.startsWith('$') ? parseJsonPath(value, 'dotted') : undefined;
  if (path === undefined) return value;
  const part = { kind: 'value', path, form: 'plain', missing: '' } as const;
  return applyTransform({ kind: 'template', parts: [part] }, event, {});
}

// --- functions ---

export interface FunctionInvocation {
  readonly arn: string;
  readonly name: string;
  /** JSON. */
  readonly event: string;
  readonly requestId: string;
}

const functionArn = /^arn:[\w-]+:lambda:[\w-]+:\d+:function:([\w-]+)/;

export function functionInvocation(pushed: PushedTarget, delivery: Delivery): FunctionInvocation {
  const arn = pushed.given.Arn;
  const name = functionArn.exec(arn)?.[1] ?? arn;
  return { arn, name, event: payloadOf(pushed, delivery), requestId: delivery.message.id };
}

// --- dead letters ---

/** As connectors say it (connectors/driver.ts). */
export interface GivenUpDelivery {
  readonly condition: 'permanent' | 'attempts' | 'age';
  readonly attempts: number;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}

/** The event as it was put on the bus, and why it was given up (same page). */
export function deadLetter(
  { ruleArn: rule, given }: PushedTarget,
  { message }: Delivery,
  { condition, attempts, failure }: GivenUpDelivery,
): OutgoingMessage {
  const attributes: MessageAttribute[] = [
    textAttribute('RULE_ARN', rule),
    textAttribute('TARGET_ARN', given.Arn),
    textAttribute('ERROR_CODE', errorCode(failure?.code)),
    textAttribute('ERROR_MESSAGE', failure?.message || 'The target could not be reached in time.'),
  ];
  const exhausted = exhaustedConditions[condition];
  if (exhausted !== undefined) attributes.push(textAttribute('EXHAUSTED_RETRY_CONDITION', exhausted));
  const retries = String(Math.max(0, attempts - 1));
  attributes.push({ name: 'RETRY_ATTEMPTS', type: 'Number', value: retries });
  return { body: message.bodyText(), attributes, sender: message.sender, trace: message.trace };
}

const exhaustedConditions = {
  permanent: undefined,
  attempts: 'MaximumRetryAttempts',
  age: 'MaximumEventAgeInSeconds',
} as const;

/** Codes of the user guide, of what connectors call failures. */
function errorCode(code: string | undefined): string {
  if (code === undefined) return 'UNKNOWN';
  if (code === 'http_429') return 'THROTTLING';
  if (code.startsWith('http_')) return 'ERROR_FROM_TARGET';
  return errorCodes[code] ?? 'UNKNOWN';
}

const errorCodes: Readonly<Record<string, string>> = {
  timeout: 'TIMEOUT',
  request_invalid: 'INVALID_PARAMETER',
  address_refused: 'CONNECTION_FAILURE',
  name_not_found: 'CONNECTION_FAILURE',
  connect_failed: 'CONNECTION_FAILURE',
  tls_failed: 'CONNECTION_FAILURE',
  reset: 'CONNECTION_FAILURE',
  busy: 'RESOURCE_LIMIT_EXCEEDED',
  not_authorized: 'NO_PERMISSIONS',
  driver_failed: 'INTERNAL_ERROR',
};
