// A queue as the handlers of SQS see it, and the way from a request's QueueUrl to it: resolved from the
// committed catalog, authorised, with everything that sends and receives need worked out once per
// definition.
import type { QueueDefinition, ResourceName } from '../../../../broker/index.ts';
import type { Call, Resource } from '../../engine/service.ts';
import type { QueueAddress } from './names.ts';
import type { Sqs } from './sqs.ts';
import { limits } from '../../../../base/limits.ts';
import { accessDenied, invalidAction, missingParameter, queueDoesNotExist } from './errors.ts';
import { accountOf, arnOf, parseUrl, queueName } from './names.ts';

export interface Queue {
  readonly definition: QueueDefinition;
  readonly entity: number;
  readonly isFifo: boolean;
  readonly hasContentDedup: boolean;
  readonly maxMessageBytes: number;
  /** ARN, account and policy, for authorisation. */
  readonly resource: Resource;
}

/** Definitions are frozen and replaced on change, so what follows from one holds as long as it is there. */
const queues = new WeakMap<QueueDefinition, Queue>();

export function queueOf(definition: QueueDefinition): Queue {
  let queue = queues.get(definition);
  if (queue === undefined) {
    queue = describe(definition);
    queues.set(definition, queue);
  }
  return queue;
}

function describe(definition: QueueDefinition): Queue {
  const { name, settings, annotations } = definition;
  return {
    definition,
    entity: definition.entity,
    isFifo: settings.ordering === 'group',
    hasContentDedup: annotations['ContentBasedDeduplication'] === 'true',
    maxMessageBytes: settings.maxMessageBytes,
    resource: { arn: arnOf(name), account: accountOf(name), policy: annotations['Policy'] },
  };
}

/** QueueUrls as they came, parsed; one client sends the same few for ever. */
export class QueueUrls {
  readonly #parsed = new Map<string, ParsedUrl>();

  /** The name that a URL means for this caller; undefined when it is not the URL of a queue. */
  resolve(url: string, call: Call): ResourceName | undefined {
    let parsed = this.#parsed.get(url);
    if (parsed === undefined) {
      const address = parseUrl(url);
      if (address === undefined) return undefined;
      parsed = { address, latest: undefined };
      this.#remember(url, parsed);
    }
    const account = parsed.address.account ?? call.principal.account;
    const latest = parsed.latest;
    if (latest !== undefined && latest.account === account && latest.region === call.region)
      return latest.name;
    const name = queueName(account, call.region, parsed.address.name);
    parsed.latest = { account, region: call.region, name };
    return name;
  }

  #remember(url: string, parsed: ParsedUrl): void {
    if (url.length > limits.sqsUrlCharsMax) return;
    // Dropping all is enough: the cache saves a few microseconds each, nothing depends on it.
    if (this.#parsed.size >= limits.sqsUrlsMax) this.#parsed.clear();
    this.#parsed.set(url, parsed);
  }
}

interface ParsedUrl {
  readonly address: QueueAddress;
  latest: { readonly account: string; readonly region: string; readonly name: ResourceName } | undefined;
}

/**
 * The queue that a request is for; throws QueueDoesNotExist before anything else is looked at. Query requests
 * may name it by their path alone, an explicit QueueUrl wins (recorded).
 */
function findQueue(sqs: Sqs, call: Call, url: string | undefined): Queue {
  if (url === undefined && call.path === '/') throw missingParameter('QueueUrl');
  const name = sqs.urls.resolve(url ?? call.path, call);
  const definition = name === undefined ? undefined : sqs.broker.catalog.find(name);
  if (definition === undefined) throw queueDoesNotExist(call);
  return queueOf(definition);
}

/** findQueue, and the caller may do this to it. */
export function openQueue(sqs: Sqs, call: Call, url: string | undefined, action: string): Queue {
  const queue = findQueue(sqs, call, url);
  call.authorize(action, queue.resource);
  return queue;
}

/** For the actions that no policy can open to other accounts. */
export function openOwnQueue(sqs: Sqs, call: Call, url: string | undefined, action: string): Queue {
  const queue = findQueue(sqs, call, url);
  if (queue.resource.account !== call.principal.account) throw accessDenied(queue.resource.arn);
  call.authorize(action, queue.resource);
  return queue;
}

/** CreateQueue and ListQueues are actions of the service, not of a queue (recorded). */
export function refuseQueuePath(call: Call): void {
  if (call.isQuery && parseUrl(call.path) !== undefined) throw invalidAction(call.operationName);
}

/** An ARN in the caller's room, for actions on what may not exist yet. */
export function resourceIn(call: Call, name: string): Resource {
  const { account } = call.principal;
  return { arn: `arn:aws:sqs:${call.region}:${account}:${name}`, account };
}
