// Where the ARN of a target leads: to a queue, stream or topic of this daemon, or out of it. Pure; whether
// there is such a thing shows when something is delivered.
import type { ResourceName } from '../../../../broker/index.ts';
import { busTopicName, parseBusArn, parseNamedArn } from './names.ts';

export type TargetAddress =
  | { readonly kind: 'queue' | 'topic' | 'stream'; readonly name: ResourceName }
  | { readonly kind: 'push'; readonly medium: PushMedium };

/** `http` is ours: a URL in place of an ARN. */
export type PushMedium = 'function' | 'destination' | 'http';

/** A text says why it is none. */
export function targetAddress(arn: string): TargetAddress | string {
  if (/^https?:\/\//.test(arn)) return isUrl(arn) ? push('http') : 'It is not a URL.';
  const [start, , service = '', region = '', account = '', ...rest] = arn.split(':');
  const resource = rest.join(':');
  if (start !== 'arn' || resource === '') return 'Provided Arn is not in correct format.';
  const namespace = `${account}/${region}`;
  switch (service) {
    case 'sqs':
      return { kind: 'queue', name: { namespace, kind: 'queue', name: resource } };
    case 'sns':
      return { kind: 'topic', name: { namespace, kind: 'topic', name: resource } };
    case 'kinesis':
      if (!resource.startsWith('stream/')) return 'Provided Arn is not in correct format.';
      return { kind: 'stream', name: { namespace, kind: 'stream', name: resource.slice('stream/'.length) } };
    case 'lambda':
      return resource.startsWith('function:') ? push('function') : 'Provided Arn is not in correct format.';
    case 'events':
      return eventsAddress(arn);
    default:
      return `Targets of the service ${service} are not built; there are ${built}.`;
  }
}

const built = 'sqs, sns, kinesis, lambda, event buses, API destinations and URLs';

function eventsAddress(arn: string): TargetAddress | string {
  if (parseNamedArn('destination', arn) !== undefined) return push('destination');
  const bus = parseBusArn(arn);
  if (bus === undefined) return 'Provided Arn is not in correct format.';
  return { kind: 'topic', name: busTopicName(bus, bus.bus) };
}

function push(medium: PushMedium): TargetAddress {
  return { kind: 'push', medium };
}

function isUrl(text: string): boolean {
  return URL.canParse(text);
}

const queueArn = /^arn:aws[\w-]*:sqs:([a-z0-9-]+):(\d{12}):([\w-]{1,80}(?:\.fifo)?)$/;

/** Of a DeadLetterConfig. */
export function queueOfArn(arn: string): ResourceName | undefined {
  const match = queueArn.exec(arn);
  if (match === null) return undefined;
  return { namespace: `${match[2]}/${match[1]}`, kind: 'queue', name: match[3]! };
}
