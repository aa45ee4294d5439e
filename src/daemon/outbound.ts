// The ways out of the daemon, built from the configuration: HTTP with its address guard, e-mail, text
// messages, functions; what has no way out is recorded. Called by deliveries.ts.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { AccessTokens } from '../connectors/access-tokens.ts';
import { AddressGuard, loopbackRanges } from '../connectors/address-guard.ts';
import type { Transport } from '../connectors/driver.ts';
import type { Email } from '../connectors/email/email.ts';
import { SmtpTransport } from '../connectors/email/smtp-transport.ts';
import type { CommandFunction, FunctionInvoker, HttpFunction } from '../connectors/function/function.ts';
import { FunctionTransport } from '../connectors/function/function.ts';
import { LocalInvoker } from '../connectors/function/invoker.ts';
import { notificationRules } from '../connectors/http-client.ts';
import { HttpTransport } from '../connectors/http/http-transport.ts';
import { OutboundClient } from '../connectors/http/outbound.ts';
import { RecordedMessages, RecordingTransport } from '../connectors/recorded-messages.ts';
import type { Sms } from '../connectors/sms/sms-gateway.ts';
import { SmsGateway } from '../connectors/sms/sms-gateway.ts';
import type { Config, OutwardConfig } from './config.ts';
import { StartError } from './start-error.ts';

const smtpTimeoutMs = 30_000;
const smsTimeoutMs = 15_000;
const functionTimeoutSeconds = 60;
const smtpPort = 587;

export interface NamedFunction {
  readonly target: HttpFunction | CommandFunction;
  readonly timeoutMs: number;
}

export interface Outbound {
  readonly client: OutboundClient;
  readonly http: HttpTransport;
  readonly email: Transport<Email>;
  readonly emailFrom: string;
  readonly sms: Transport<Sms>;
  readonly functions: FunctionTransport;
  readonly invoker: FunctionInvoker;
  readonly recorded: RecordedMessages;
  /** Of connections that authorize by OAuth. */
  readonly tokens: AccessTokens;
  functionNamed(name: string): NamedFunction | undefined;
}

export function openOutbound(config: Config, clock: Clock, logger: Logger): Outbound {
  const { outward, settings } = config;
  const client = new OutboundClient({ guard: guardOf(outward, settings.bind) });
  const recorded = new RecordedMessages(clock, logger);
  const invoker = new LocalInvoker(client);
  const functions = namedFunctions(outward);
  return {
    client,
    http: new HttpTransport({ client, clock, rules: notificationRules }),
    email: smtpOf(outward) ?? new RecordingTransport(recorded, 'email'),
    emailFrom: outward.smtp?.from ?? 'no-reply@sns.amazonaws.com',
    sms: gatewayOf(outward, client, clock) ?? new RecordingTransport(recorded, 'sms'),
    functions: new FunctionTransport(invoker),
    invoker,
    recorded,
    tokens: new AccessTokens(clock),
    functionNamed: (name) => functions.get(name),
  };
}

/** A daemon that only this machine reaches may also call it; others call no private address unless told. */
function guardOf({ outbound }: OutwardConfig, bind: string): AddressGuard {
  const isLocal = bind === 'localhost' || bind === '::1' || bind.startsWith('127.');
  const own = isLocal ? ['localhost', ...loopbackRanges] : [];
  const guard = AddressGuard.parse([...own, ...(outbound?.allow ?? [])]);
  if (!guard.ok) throw new StartError(`outbound.allow: ${guard.error}`);
  return guard.value;
}

function smtpOf({ smtp }: OutwardConfig): Transport<Email> | undefined {
  if (smtp === undefined) return undefined;
  const { host, port = smtpPort, tls = false, user, password } = smtp;
  const account = {
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
  return new SmtpTransport({ host, port, isTls: tls, ...account, timeoutMs: smtpTimeoutMs });
}

function gatewayOf({ sms }: OutwardConfig, client: OutboundClient, clock: Clock): Transport<Sms> | undefined {
  if (sms === undefined) return undefined;
  const { url, headers = {}, format = 'json', fields, constants } = sms;
  const names = { to: fields?.to ?? 'to', text: fields?.text ?? 'text', sender: fields?.sender ?? 'from' };
  return new SmsGateway({
    client,
    clock,
    url,
    headers,
    format,
    fields: names,
    constants,
    timeoutMs: smsTimeoutMs,
  });
}

function namedFunctions({ functions = {} }: OutwardConfig): Map<string, NamedFunction> {
  const named = new Map<string, NamedFunction>();
  for (const [name, given] of Object.entries(functions)) {
    const { url, headers, command, directory, environment } = given;
    if ((url === undefined) === (command === undefined))
      throw new StartError(`functions.${name}: give it either a url or a command`);
    const target: NamedFunction['target'] =
      command === undefined
        ? { kind: 'http', url: url ?? '', headers }
        : { kind: 'command', command, directory, environment };
    const timeoutMs = (given['timeout-seconds'] ?? functionTimeoutSeconds) * 1000;
    named.set(name, { target, timeoutMs });
  }
  return named;
}
