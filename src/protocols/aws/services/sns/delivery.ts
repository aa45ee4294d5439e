// What is sent to an endpoint outside of the daemon for one copy of a publication: the HTTP request,
// e-mail, text message, event of a function, record or push message. Called by the daemon for the delivery
// pump, which retries by retry.ts. It sends nothing itself.
import type { BindingDefinition, StoredMessage } from '../../../../broker/index.ts';
import { limits } from '../../../../base/limits.ts';
import { findApplication, findEndpoint, parseEndpointArn } from './application.ts';
import { effectivePolicy } from './delivery-policy.ts';
import { endpointAttribute } from './direct.ts';
import { confirmationEmail, functionEvent, notificationEmail } from './envelope.ts';
import { namespaceOf } from './names.ts';
import {
  confirmationKindOf,
  confirmationOf,
  type Copy,
  type NotificationDeps,
  notificationOf,
  prepareSignature,
  signatureOf,
  subscriptionArnOf,
  topicArnOf,
} from './notification.ts';
import { pushMessage, type PushMessage } from './push-message.ts';
import { envelopeOf, isCopy } from './renderer.ts';
import { annotation } from './subscription.ts';

export interface HttpDelivery {
  readonly kind: 'http';
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}
export interface EmailDelivery {
  readonly kind: 'email';
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}
export interface SmsDelivery {
  readonly kind: 'sms';
  readonly to: readonly string[];
  readonly text: string;
  readonly sender: string | undefined;
  readonly isTransactional: boolean;
}
export interface FunctionDelivery {
  readonly kind: 'function';
  readonly functionArn: string;
  readonly event: string;
  readonly requestId: string;
}
export interface RecordDelivery {
  readonly kind: 'firehose';
  readonly streamArn: string;
  readonly roleArn: string;
  readonly record: string;
}
/** It can't be sent, now or later. */
export interface RefusedDelivery {
  readonly kind: 'refused';
  readonly code: string;
  readonly message: string;
}

export type SnsDelivery =
  | HttpDelivery
  | EmailDelivery
  | SmsDelivery
  | FunctionDelivery
  | RecordDelivery
  | PushMessage
  | RefusedDelivery;

/** `binding`: the subscription, or the one that leads to single phones and endpoints. */
export async function snsDelivery(
  deps: NotificationDeps,
  binding: BindingDefinition,
  message: StoredMessage,
): Promise<SnsDelivery> {
  if (!isCopy(message)) return refused('InvalidMessage', 'the message did not come through a topic');
  await prepareSignature(deps, message);
  const { annotations } = binding;
  const endpoint = destinationOf(message) ?? annotations[annotation.endpoint] ?? '';
  switch (annotations[annotation.protocol]) {
    case 'http':
    case 'https':
      return httpDelivery(deps, binding, message, endpoint);
    case 'email':
      return { kind: 'email', to: [endpoint], ...emailText(deps, message) };
    case 'email-json':
      return {
        kind: 'email',
        to: [endpoint],
        subject: emailText(deps, message).subject,
        text: envelopeOf(deps, message),
      };
    case 'sms':
      return smsDelivery(deps, message, endpoint);
    case 'lambda':
      return functionDelivery(deps, message, endpoint);
    case 'firehose':
      return {
        kind: 'firehose',
        streamArn: endpoint,
        roleArn: annotations['SubscriptionRoleArn'] ?? '',
        record: `${isRaw(binding) ? message.bodyText() : envelopeOf(deps, message)}\n`,
      };
    case 'application':
      return applicationDelivery(deps, message, endpoint);
    default:
      return refused('InvalidProtocol', `nothing is sent to ${String(annotations[annotation.protocol])}`);
  }
}

function refused(code: string, message: string): RefusedDelivery {
  return { kind: 'refused', code, message };
}

function destinationOf(message: Copy): string | undefined {
  const mark = message.attributes.find(({ name }) => name === endpointAttribute);
  return mark?.value as string | undefined;
}

function isRaw({ annotations }: BindingDefinition): boolean {
  return annotations['RawMessageDelivery'] === 'true';
}

/** Headers as recorded. Raw messages lose their attributes; confirmations are never raw. */
function httpDelivery(
  deps: NotificationDeps,
  binding: BindingDefinition,
  message: Copy,
  url: string,
): HttpDelivery {
  const kind = confirmationKindOf(message);
  const isShownRaw = kind === undefined && isRaw(binding);
  const topic = deps.broker.catalog.topics.byEntity(binding.topic);
  const policy = effectivePolicy(topic?.annotations['DeliveryPolicy'], binding.annotations['DeliveryPolicy']);
  return {
    kind: 'http',
    method: 'POST',
    url,
    headers: {
      'x-amz-sns-message-type': kind ?? 'Notification',
      'x-amz-sns-message-id': message.copy.publicationId,
      'x-amz-sns-topic-arn': topicArnOf(message),
      ...(kind === 'SubscriptionConfirmation'
        ? {}
        : { 'x-amz-sns-subscription-arn': subscriptionArnOf(deps, message) }),
      ...(isShownRaw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
      'content-type': kind === undefined ? policy.headerContentType : 'text/plain; charset=UTF-8',
      'user-agent': 'Amazon Simple Notification Service Agent',
      'accept-encoding': 'gzip,deflate',
    },
    body: isShownRaw ? message.bodyText() : envelopeOf(deps, message),
    timeoutMs: limits.snsHttpTimeoutMs,
  };
}

function emailText(deps: NotificationDeps, message: Copy) {
  const kind = confirmationKindOf(message);
  return kind === undefined
    ? notificationEmail(notificationOf(deps, message))
    : confirmationEmail(confirmationOf(deps, message, kind));
}

function textAttribute(message: Copy, wanted: string): string | undefined {
  const value = message.attributes.find(({ name }) => name === wanted)?.value;
  return typeof value === 'string' ? value : undefined;
}

function smsDelivery({ broker }: NotificationDeps, message: Copy, phone: string): SmsDelivery {
  const { namespace } = message.copy.topic;
  const document = broker.catalog.documents.find({ namespace, kind: 'document', name: 'sns/sms' });
  const settings = (document?.value ?? {}) as Readonly<Record<string, string>>;
  const type = textAttribute(message, 'AWS.SNS.SMS.SMSType') ?? settings['DefaultSMSType'];
  return {
    kind: 'sms',
    to: [phone],
    text: message.bodyText(),
    sender:
      textAttribute(message, 'AWS.SNS.SMS.SenderID') ??
      textAttribute(message, 'AWS.MM.SMS.OriginationNumber') ??
      settings['DefaultSenderID'],
    isTransactional: type === 'Transactional',
  };
}

function functionDelivery(deps: NotificationDeps, message: Copy, functionArn: string): FunctionDelivery {
  const facts = { ...notificationOf(deps, message), signature: signatureOf(deps, message) };
  return {
    kind: 'function',
    functionArn,
    event: functionEvent(facts, subscriptionArnOf(deps, message)),
    requestId: message.id,
  };
}

function applicationDelivery(
  deps: NotificationDeps,
  message: Copy,
  arn: string,
): PushMessage | RefusedDelivery {
  const place = parseEndpointArn(arn);
  const endpoint = findEndpoint(deps, arn);
  if (place === undefined || endpoint === undefined) return refused('NotFound', 'Endpoint does not exist');
  if (endpoint.attributes['Enabled'] !== 'true') return refused('EndpointDisabled', 'Endpoint is disabled');
  const application = findApplication(deps, namespaceOf(place), place.platform, place.application);
  if (application === undefined) return refused('NotFound', 'PlatformApplication does not exist');
  const facts = {
    platform: place.platform,
    token: endpoint.attributes['Token'] ?? '',
    application: application.attributes,
    text: message.bodyText(),
    subject: message.subject,
    sentAtMs: message.sentAtMs,
    attribute: (name: string) => textAttribute(message, name),
  };
  return pushMessage(facts) ?? refused('InvalidPlatform', `nothing is pushed to ${place.platform}`);
}
