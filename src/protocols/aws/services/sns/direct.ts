// What is published to one phone number or one endpoint of an application: through a topic of the caller's
// room that no listing shows, with one binding per protocol, both made on first use. The destination goes
// with the message.
import type { Publication } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import { findApplication, findEndpoint, parseEndpointArn } from './application.ts';
import { phonePattern, targetFor } from './endpoints.ts';
import { applicationDisabled, endpointDisabled, invalidParameter } from './errors.ts';
import { type MessageFields, messageBytesMax, prepareMessage } from './message.ts';
import type { SnsOutput } from './model.ts';
import { directTopicName, namespaceOf } from './names.ts';
import { hasOptedOut } from './phones.ts';
import { expectReply } from './reply.ts';
import type { Sns } from './sns.ts';
import { annotation } from './subscription.ts';
import { roomOf } from './topic.ts';

type Output = SnsOutput<'Publish'>;

/** Marks where a message goes. No client can give this name: it may hold no colon. */
export const endpointAttribute = 'caudal:endpoint';

/** Text of an SMS. */
const smsCharsMax = 1600;
const standardRules = { isFifo: false, hasContentDedup: false };

export async function publishToPhone(
  sns: Sns,
  phone: string,
  fields: MessageFields,
  call: Call,
): Promise<Output> {
  if (!phonePattern.test(phone)) {
    throw invalidParameter(`PhoneNumber Reason: ${phone} is not valid to publish to`);
  }
  call.authorize('sns:Publish', { arn: phone, account: call.principal.account });
  const { publication, bytes } = prepareMessage(standardRules, fields, call);
  const { body, variants } = publication;
  const text = variants?.['sms'] ?? (body as string);
  if (bytes > messageBytesMax || text.length > smsCharsMax) throw invalidParameter('Message too long');
  const isSilent = hasOptedOut(sns, roomOf(call), phone);
  const destination = { protocol: 'sms', endpoint: phone, isSilent } as const;
  return publishTo(sns, call, { ...publication, body: text, variants: undefined }, destination);
}

export async function publishToEndpoint(
  sns: Sns,
  endpointArn: string,
  fields: MessageFields,
  call: Call,
): Promise<Output> {
  const place = parseEndpointArn(endpointArn);
  const endpoint = place === undefined ? undefined : findEndpoint(sns, endpointArn);
  if (place === undefined || endpoint === undefined) {
    throw invalidParameter('TargetArn Reason: No endpoint found for the target arn specified');
  }
  call.authorize('sns:Publish', { arn: endpointArn, account: place.account });
  if (endpoint.attributes['Enabled'] !== 'true') throw endpointDisabled();
  const application = findApplication(sns, namespaceOf(place), place.platform, place.application);
  if (application?.attributes['Enabled'] === 'false') throw applicationDisabled();
  const { publication, bytes } = prepareMessage(standardRules, fields, call);
  if (bytes > messageBytesMax) throw invalidParameter('Message too long');
  const body = publication.variants?.[place.platform] ?? publication.body;
  const destination = { protocol: 'application', endpoint: endpointArn, isSilent: false } as const;
  return publishTo(sns, call, { ...publication, body, variants: undefined }, destination);
}

interface Destination {
  readonly protocol: 'sms' | 'application';
  readonly endpoint: string;
  /** It is answered as if it were sent. */
  readonly isSilent: boolean;
}

async function publishTo(
  sns: Sns,
  call: Call,
  publication: Publication,
  { protocol, endpoint, isSilent }: Destination,
): Promise<Output> {
  const route = await directRoute(sns, call, protocol);
  const destination = { name: endpointAttribute, type: 'String', value: endpoint };
  const message = { ...publication, attributes: [...publication.attributes, destination] };
  const bindings = isSilent ? [] : [route.binding];
  const command = { kind: 'publish', entity: route.topic, messages: [message], bindings } as const;
  const { messages } = expectReply(await call.run(command), 'published');
  return { MessageId: messages[0]!.id };
}

interface DirectRoute {
  readonly topic: number;
  readonly binding: number;
}

async function directRoute(sns: Sns, call: Call, protocol: 'sms' | 'application'): Promise<DirectRoute> {
  const name = directTopicName(roomOf(call));
  const { topics, bindings } = sns.broker.catalog;
  let topic = topics.find(name);
  const known = bindings.find({ ...name, kind: 'binding', name: `${name.name}/${protocol}` });
  if (topic !== undefined && known !== undefined) return { topic: topic.entity, binding: known.entity };
  // Both commands answer with what is there when somebody else was quicker.
  const settings = { ordering: 'none', dedup: 'none' } as const;
  const made = await call.run({ kind: 'createTopic', name, settings, annotations: {}, tags: {} });
  topic = expectReply(made, 'topic').definition;
  const target = targetFor({ protocol, endpoint: '', isRaw: false, isAsked: false, deadLetter: undefined });
  const reply = await call.run({
    kind: 'createBinding',
    topic: topic.entity,
    name: protocol,
    isEnabled: true,
    targets: [target],
    annotations: { [annotation.protocol]: protocol, [annotation.baseUrl]: call.baseUrl },
    tags: {},
  });
  return { topic: topic.entity, binding: expectReply(reply, 'binding').definition.entity };
}
