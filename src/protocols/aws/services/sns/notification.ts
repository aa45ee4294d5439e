// What a copy of a publication says when it is shown as an SNS message: the facts of its envelope, from the
// copy, its topic and its subscription, with the signature. Used where copies are read (renderer.ts) and
// pushed (delivery.ts).
import { hash } from 'node:crypto';
import { type Broker, bindingId, type CopyFacts, type StoredMessage } from '../../../../broker/index.ts';
import { type ConfirmationKind, confirmationAttribute } from './confirmation.ts';
import { endpointAttribute } from './direct.ts';
import type { ConfirmationFacts, NotificationFacts, SignatureMembers } from './envelope.ts';
import { sequenceNumber } from './message.ts';
import { arnOf, topicName } from './names.ts';
import {
  confirmationToSign,
  notificationToSign,
  type SignatureVersion,
  type SnsSigner,
} from './signature.ts';
import { annotation } from './subscription.ts';

export interface NotificationDeps {
  readonly broker: Pick<Broker, 'catalog'>;
  /** Absent: nothing is signed. */
  readonly signer?: SnsSigner | undefined;
  /** Where links lead when the subscription does not know: `https://HOST:PORT`. */
  readonly baseUrl: string;
}

/** A message that came through a binding. */
export type Copy = StoredMessage & { readonly copy: CopyFacts };

/** What is to be signed of a copy. */
interface Signable {
  readonly id: string;
  readonly text: string;
  readonly version: SignatureVersion;
}

export function confirmationKindOf(message: StoredMessage): ConfirmationKind | undefined {
  const { attributes } = message;
  const mark = attributes.find(({ name }) => name === confirmationAttribute);
  return mark?.value as ConfirmationKind | undefined;
}

/** Those that the publisher gave. */
function publicAttributes(message: StoredMessage): StoredMessage['attributes'] {
  const isOurs = (name: string): boolean => name === confirmationAttribute || name === endpointAttribute;
  return message.attributes.some(({ name }) => isOurs(name))
    ? message.attributes.filter(({ name }) => !isOurs(name))
    : message.attributes;
}

export function topicArnOf({ copy }: Copy): string {
  return arnOf(topicName(copy.topic.namespace, copy.topic.name));
}

/** Also of a subscription that is no more. */
export function subscriptionArnOf(deps: Pick<NotificationDeps, 'broker'>, message: Copy): string {
  const { binding } = message.copy;
  const known = deps.broker.catalog.bindings.byEntity(binding);
  return known === undefined ? `${topicArnOf(message)}:${bindingId(binding)}` : arnOf(known.name);
}

function baseUrlOf({ broker, baseUrl }: NotificationDeps, { copy }: Copy): string {
  return broker.catalog.bindings.byEntity(copy.binding)?.annotations[annotation.baseUrl] ?? baseUrl;
}

/** Without its signature. */
export function notificationOf(deps: NotificationDeps, message: Copy): NotificationFacts {
  const { copy } = message;
  // ARNs stand in links as they are (recorded): receivers compare them as text.
  const arn = subscriptionArnOf(deps, message);
  return {
    messageId: copy.publicationId,
    topicArn: topicArnOf(message),
    subject: message.subject,
    message: message.bodyText(),
    timestamp: new Date(message.sentAtMs).toISOString(),
    attributes: publicAttributes(message),
    unsubscribeUrl: `${baseUrlOf(deps, message)}/?Action=Unsubscribe&SubscriptionArn=${arn}`,
    sequenceNumber: copy.topicSequence > 0 ? sequenceNumber(copy.topicSequence) : undefined,
  };
}

/** Its body is the token. */
export function confirmationOf(
  deps: NotificationDeps,
  message: Copy,
  kind: ConfirmationKind,
): ConfirmationFacts {
  const topicArn = topicArnOf(message);
  const token = message.bodyText();
  const query = `Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
  return {
    kind,
    messageId: message.copy.publicationId,
    topicArn,
    subscriptionArn: kind === 'UnsubscribeConfirmation' ? subscriptionArnOf(deps, message) : undefined,
    token,
    subscribeUrl: `${baseUrlOf(deps, message)}/?${query}`,
    timestamp: new Date(message.sentAtMs).toISOString(),
  };
}

/** Undefined where nothing is signed: for FIFO topics. */
function signableOf(deps: NotificationDeps, message: Copy): Signable | undefined {
  const { copy } = message;
  if (deps.signer === undefined || copy.topicSequence > 0) return undefined;
  const topic = deps.broker.catalog.topics.find(topicName(copy.topic.namespace, copy.topic.name));
  const version = topic?.annotations['SignatureVersion'] === '2' ? '2' : '1';
  const kind = confirmationKindOf(message);
  const text =
    kind === undefined
      ? notificationToSign(notificationOf(deps, message))
      : confirmationToSign(confirmationOf(deps, message, kind));
  // Copies of one publication may differ in their text: by protocol, or by what a rule made of an event.
  return { id: `${copy.publicationId} ${hash('sha1', text, 'base64')}`, text, version };
}

/** Makes `signatureOf` free; undefined when it is already, or when nothing is signed. */
export function prepareSignature(deps: NotificationDeps, message: Copy): Promise<void> | undefined {
  const signable = signableOf(deps, message);
  return signable === undefined
    ? undefined
    : deps.signer?.prepare(signable.id, signable.text, signable.version);
}

export function signatureOf(deps: NotificationDeps, message: Copy): SignatureMembers | undefined {
  const { signer } = deps;
  const signable = signableOf(deps, message);
  if (signer === undefined || signable === undefined) return undefined;
  const { id, text, version } = signable;
  return { version, text: signer.kept(id, text, version), certificateUrl: signer.certificateUrl };
}
