// A queue's names on the wire: ARN and URL, and back to the core's ResourceName. URLs are read leniently
// (host, path-style and legacy forms, or a bare name), because clients carry URLs from other endpoints and
// hosts.
import type { ResourceName } from '../../../../broker/index.ts';

/** What a queue URL says; account is undefined where it names none (the caller's then). */
export interface QueueAddress {
  readonly account: string | undefined;
  readonly name: string;
}

const accountPattern = /^\d{12}$/;
const namePattern = /^[A-Za-z0-9_-]{1,80}$/;
const fifoSuffix = '.fifo';

export function isFifoName(name: string): boolean {
  return name.endsWith(fifoSuffix);
}

/** CreateQueue: 1 to 80 characters, the suffix of FIFO queues included. */
export function isQueueName(name: string): boolean {
  if (name.length > 80) return false;
  return namePattern.test(isFifoName(name) ? name.slice(0, -fifoSuffix.length) : name);
}

function isAccount(text: string): boolean {
  return accountPattern.test(text);
}

export function queueName(account: string, region: string, name: string): ResourceName {
  return { namespace: `${account}/${region}`, kind: 'queue', name };
}

export function accountOf(name: Pick<ResourceName, 'namespace'>): string {
  return name.namespace.slice(0, name.namespace.indexOf('/'));
}

function regionOf(name: Pick<ResourceName, 'namespace'>): string {
  return name.namespace.slice(name.namespace.indexOf('/') + 1);
}

export function arnOf(name: Pick<ResourceName, 'namespace' | 'name'>): string {
  return `arn:aws:sqs:${regionOf(name)}:${accountOf(name)}:${name.name}`;
}

const arnPattern = /^arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_.-]{1,80})$/;

export function parseArn(arn: string): ResourceName | undefined {
  const match = arnPattern.exec(arn);
  return match === null ? undefined : queueName(match[2]!, match[1]!, match[3]!);
}

export function urlOf(baseUrl: string, name: ResourceName): string {
  return `${baseUrl}/${accountOf(name)}/${name.name}`;
}

/**
 * The last two segments of the path count, whatever host and port stand before them:
 * `https://sqs.eu-west-1.amazonaws.com/ACCOUNT/NAME`, `http://queue.amazonaws.com/ACCOUNT/NAME`,
 * `http://127.0.0.1:4566/queue/eu-west-1/ACCOUNT/NAME`, `http://localhost:9324/queue/NAME`,
 * `/ACCOUNT/NAME`, `NAME`.
 */
export function parseUrl(url: string): QueueAddress | undefined {
  const scheme = url.indexOf('://');
  let path = url;
  if (scheme >= 0) {
    const slash = url.indexOf('/', scheme + 3);
    if (slash < 0) return undefined;
    path = url.slice(slash);
  }
  const segments = path.split('/').filter((segment) => segment !== '');
  const name = segments.at(-1);
  if (name === undefined || !isQueueName(name)) return undefined;
  const before = segments.at(-2);
  return { account: before !== undefined && isAccount(before) ? before : undefined, name };
}
