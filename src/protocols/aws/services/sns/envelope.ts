// What SNS wraps a message in, for each kind of endpoint: the JSON envelope, confirmations, the event of a
// function, the text of an email. Called when a copy is read or pushed; pure. Order of members and white
// space are AWS's (SNS developer guide, "Parsing Amazon SNS message formats"). Signing is signature.ts's
// business.
import type { MessageAttribute } from '../../../../broker/index.ts';

export interface SignatureMembers {
  readonly version: '1' | '2';
  /** Base64. */
  readonly text: string;
  readonly certificateUrl: string;
}

export interface NotificationFacts {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string | undefined;
  /** What the publisher wrote for this kind of endpoint. */
  readonly message: string;
  /** ISO 8601 with milliseconds. */
  readonly timestamp: string;
  readonly attributes: readonly MessageAttribute[];
  readonly unsubscribeUrl: string;
  /** 20 digits; messages of FIFO topics have one. */
  readonly sequenceNumber?: string | undefined;
  /** Absent for FIFO topics. */
  readonly signature?: SignatureMembers | undefined;
}

export interface ConfirmationFacts {
  readonly kind: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly messageId: string;
  readonly topicArn: string;
  /** Only a confirmed subscription has one: for `UnsubscribeConfirmation`. */
  readonly subscriptionArn?: string | undefined;
  readonly token: string;
  readonly subscribeUrl: string;
  readonly timestamp: string;
  readonly signature?: SignatureMembers | undefined;
}

type Member = readonly [name: string, value: string | undefined];

/** Body for queues, HTTP endpoints and `email-json` when the subscription is not raw. */
export function notificationEnvelope(facts: NotificationFacts): string {
  const members: Member[] = [
    ['Type', 'Notification'],
    ['MessageId', facts.messageId],
    ['SequenceNumber', facts.sequenceNumber],
    ['TopicArn', facts.topicArn],
    ['Subject', facts.subject],
    ['Message', facts.message],
    ['Timestamp', facts.timestamp],
    ...signatureMembers(facts.signature),
    ['UnsubscribeURL', facts.unsubscribeUrl],
  ];
  const lines = memberLines(members);
  if (facts.attributes.length > 0) {
    const attributes = facts.attributes.map((attribute) => {
      return `    ${JSON.stringify(attribute.name)} : ${JSON.stringify(attributeValue(attribute))}`;
    });
    lines.push(`  "MessageAttributes" : {\n${attributes.join(',\n')}\n  }`);
  }
  return `{\n${lines.join(',\n')}\n}`;
}

/** Body that asks an endpoint whether it wants the subscription, or whether it wants to keep it. */
export function confirmationEnvelope(facts: ConfirmationFacts): string {
  const lines = memberLines([
    ['Type', facts.kind],
    ['MessageId', facts.messageId],
    ['Token', facts.token],
    ['TopicArn', facts.topicArn],
    ['Message', confirmationMessage(facts)],
    ['SubscribeURL', facts.subscribeUrl],
    ['Timestamp', facts.timestamp],
    ...signatureMembers(facts.signature),
  ]);
  return `{\n${lines.join(',\n')}\n}`;
}

/** The `Message` of a confirmation; part of what is signed. */
export function confirmationMessage(facts: ConfirmationFacts): string {
  if (facts.kind === 'SubscriptionConfirmation') {
    return (
      `You have chosen to subscribe to the topic ${facts.topicArn}.\n` +
      'To confirm the subscription, visit the SubscribeURL included in this message.'
    );
  }
  return (
    `You have chosen to deactivate subscription ${facts.subscriptionArn ?? facts.topicArn}.\n` +
    'To cancel this operation and restore the subscription, visit the SubscribeURL included in this message.'
  );
}

/** Payload of a function: here it is `Url`, and a missing subject is null (recorded). */
export function functionEvent(facts: NotificationFacts, subscriptionArn: string): string {
  const attributes = facts.attributes.map((attribute) => [attribute.name, attributeValue(attribute)]);
  const notification = {
    Type: 'Notification',
    MessageId: facts.messageId,
    TopicArn: facts.topicArn,
    Subject: facts.subject ?? null,
    Message: facts.message,
    Timestamp: facts.timestamp,
    SignatureVersion: facts.signature?.version ?? '1',
    Signature: facts.signature?.text ?? '',
    SigningCertUrl: facts.signature?.certificateUrl ?? '',
    UnsubscribeUrl: facts.unsubscribeUrl,
    MessageAttributes: Object.fromEntries(attributes),
  };
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscriptionArn,
    Sns: notification,
  };
  return JSON.stringify({ Records: [record] });
}

export interface EmailText {
  readonly subject: string;
  readonly text: string;
}

export function notificationEmail(facts: NotificationFacts): EmailText {
  return {
    subject: facts.subject ?? 'AWS Notification Message',
    text:
      `${facts.message}\n\n--\nIf you wish to stop receiving notifications from this topic, please ` +
      `click or visit the link below to unsubscribe:\n${facts.unsubscribeUrl}\n\n` +
      'Please do not reply directly to this email.\n',
  };
}

export function confirmationEmail(facts: ConfirmationFacts): EmailText {
  const isNew = facts.kind === 'SubscriptionConfirmation';
  const action = isNew
    ? `You have chosen to subscribe to the topic:\n${facts.topicArn}\n\nTo confirm this subscription, ` +
      'click or visit the link below (if this was in error no action is necessary):'
    : `Your subscription to the topic below has been deactivated:\n${facts.topicArn}\n\nIf this was in ` +
      'error, click or visit the link below to subscribe again:';
  return {
    subject: `AWS Notification - ${isNew ? 'Subscription' : 'Unsubscribe'} Confirmation`,
    text: `${action}\n${facts.subscribeUrl}\n\nPlease do not reply directly to this email.\n`,
  };
}

function signatureMembers(signature: SignatureMembers | undefined): Member[] {
  return [
    ['SignatureVersion', signature?.version],
    ['Signature', signature?.text],
    ['SigningCertURL', signature?.certificateUrl],
  ];
}

function memberLines(members: readonly Member[]): string[] {
  const lines: string[] = [];
  for (const [name, value] of members) {
    if (value !== undefined) lines.push(`  "${name}" : ${JSON.stringify(value)}`);
  }
  return lines;
}

function attributeValue(attribute: MessageAttribute): { Type: string; Value: string } {
  const { value } = attribute;
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('base64');
  return { Type: attribute.type, Value: text };
}
