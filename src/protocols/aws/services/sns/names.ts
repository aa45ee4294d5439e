// Names of SNS on the wire and in the core: ARNs of topics, subscriptions, platform applications and
// endpoints. Parses in the words of the service; it looks nothing up.
import type { ResourceName } from '../../../../broker/index.ts';
import { malformedArn } from './errors.ts';

export interface Arn {
  readonly text: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** Everything after the fifth colon. */
  readonly resource: string;
}

const partsMin = 6;

/** `parameter` names it in the error: `TopicArn`. */
export function parseArn(parameter: string, text: string): Arn {
  const parts = text.split(':');
  if (parts.length < partsMin || parts[0] !== 'arn') throw malformedArn(parameter, parts.length);
  const [, , service = '', region = '', account = '', ...rest] = parts;
  return { text, service, region, account, resource: rest.join(':') };
}

/** Topics of SNS have plain names; what the core holds beside them has a slash in its name. */
export const isTopicName = (name: string): boolean => !name.includes('/');

const plainName = /^[A-Za-z0-9_-]{1,256}$/;
const fifoSuffix = '.fifo';

export function isValidTopicName(name: string, isFifo: boolean): boolean {
  if (!isFifo) return plainName.test(name);
  return name.length <= 256 && name.endsWith(fifoSuffix) && plainName.test(name.slice(0, -fifoSuffix.length));
}

export function namespaceOf(owner: { readonly account: string; readonly region: string }): string {
  return `${owner.account}/${owner.region}`;
}

export function topicName(namespace: string, name: string): ResourceName {
  return { namespace, kind: 'topic', name };
}

/** Through it goes what is published to a phone number or an endpoint of an application. */
export function directTopicName(namespace: string): ResourceName {
  return topicName(namespace, 'sns/direct');
}

export function bindingName(namespace: string, topic: string, id: string): ResourceName {
  return { namespace, kind: 'binding', name: `${topic}/${id}` };
}

export function documentName(namespace: string, name: string): ResourceName {
  return { namespace, kind: 'document', name };
}

type Place = Pick<ResourceName, 'namespace'>;

export function accountOf({ namespace }: Place): string {
  return namespace.slice(0, namespace.indexOf('/'));
}

function regionOf({ namespace }: Place): string {
  return namespace.slice(namespace.indexOf('/') + 1);
}

export function snsArn(place: Place, resource: string): string {
  return `arn:aws:sns:${regionOf(place)}:${accountOf(place)}:${resource}`;
}

/** Of a topic, `TOPIC`; of a subscription, whose name is `TOPIC/UUID`. */
export function arnOf(name: ResourceName): string {
  return snsArn(name, name.kind === 'binding' ? name.name.replace('/', ':') : name.name);
}

const queueArn = /^arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,80}(?:\.fifo)?)$/;

/** The queue of an SQS ARN. */
export function queueOfArn(arn: string): ResourceName | undefined {
  const match = queueArn.exec(arn);
  return match === null
    ? undefined
    : { namespace: `${match[2]}/${match[1]}`, kind: 'queue', name: match[3] as string };
}
