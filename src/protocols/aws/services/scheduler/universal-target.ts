// Universal targets, `arn:aws:scheduler:::aws-sdk:SERVICE:ACTION` with the request as input, of those actions
// that lead to what the daemon has: each says the same as a templated target, and becomes one. Pure.
import type { Place } from '../events/names.ts';
import { validationError } from './errors.ts';
import type { Target } from './schedule.ts';

/** Only what differs from the given target. */
type Templated = Pick<Target, 'Arn'> &
  Partial<Pick<Target, 'Input' | 'SqsParameters' | 'EventBridgeParameters' | 'KinesisParameters'>>;
type Request = Readonly<Record<string, unknown>>;

/** The templated target that says the same; any other target as it is. */
export function templatedTarget(place: Place, target: Target): Target {
  const action = /^arn:aws[\w-]*:scheduler:::aws-sdk:(.+)$/.exec(target.Arn)?.[1];
  if (action === undefined) return target;
  const templated = actions[action];
  if (templated === undefined) {
    throw validationError(`${target.Arn} is not built; there are ${Object.keys(actions).join(', ')}.`);
  }
  return { ...target, ...templated(place, requestOf(target)) };
}

const actions: Readonly<Record<string, (place: Place, request: Request) => Templated>> = {
  'sqs:sendMessage': ({ region }, request) => {
    const [, account, name] = /\/(\d{12})\/([\w.-]+)$/.exec(text(request, 'QueueUrl')) ?? [];
    if (name === undefined) throw validationError('QueueUrl of the Input is not the URL of a queue.');
    const group = request['MessageGroupId'];
    return {
      Arn: `arn:aws:sqs:${region}:${account}:${name}`,
      Input: text(request, 'MessageBody'),
      ...(typeof group === 'string' ? { SqsParameters: { MessageGroupId: group } } : {}),
    };
  },
  'sns:publish': (_place, request) => ({
    Arn: text(request, 'TopicArn'),
    Input: text(request, 'Message'),
  }),
  'eventbridge:putEvents': ({ account, region }, request) => {
    const entries = request['Entries'];
    const entry: unknown = Array.isArray(entries) && entries.length === 1 ? entries[0] : undefined;
    if (typeof entry !== 'object' || entry === null) {
      throw validationError('Entries of the Input must hold one entry.');
    }
    const { EventBusName: bus = 'default' } = entry as { readonly EventBusName?: string };
    return {
      Arn: bus.startsWith('arn:') ? bus : `arn:aws:events:${region}:${account}:event-bus/${bus}`,
      Input: text(entry as Request, 'Detail'),
      EventBridgeParameters: {
        Source: text(entry as Request, 'Source'),
        DetailType: text(entry as Request, 'DetailType'),
      },
    };
  },
};

function requestOf({ Input: input = '' }: Target): Request {
  try {
    const request: unknown = JSON.parse(input);
    if (typeof request === 'object' && request !== null) return request as Request;
  } catch {
    // Said below.
  }
  throw validationError('Input must be a JSON object for this target.');
}

function text(request: Request, member: string): string {
  const value = request[member];
  if (typeof value === 'string' && value !== '') return value;
  throw validationError(`${member} is missing in the Input.`);
}
