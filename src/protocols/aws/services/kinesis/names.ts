// Names of streams and their consumers on the wire, and back to the core's ResourceName. Pure.
import type { ResourceName, StreamConsumer } from '../../../../broker/index.ts';

export function streamName(account: string, region: string, name: string): ResourceName {
  return { namespace: `${account}/${region}`, kind: 'stream', name };
}

export function accountOf({ namespace }: Pick<ResourceName, 'namespace'>): string {
  return namespace.slice(0, namespace.indexOf('/'));
}

function regionOf({ namespace }: Pick<ResourceName, 'namespace'>): string {
  return namespace.slice(namespace.indexOf('/') + 1);
}

export function streamArnOf(name: Pick<ResourceName, 'namespace' | 'name'>): string {
  return `arn:aws:kinesis:${regionOf(name)}:${accountOf(name)}:stream/${name.name}`;
}

/** The second of its registration tells a consumer from an earlier one of its name. */
export function consumerArnOf(
  streamArn: string,
  consumer: Pick<StreamConsumer, 'name' | 'createdAtMs'>,
): string {
  return `${streamArn}/consumer/${consumer.name}:${Math.floor(consumer.createdAtMs / 1000)}`;
}

export interface ConsumerAddress {
  readonly name: string;
  readonly createdAtSeconds: number;
}

export interface ParsedArn {
  readonly account: string;
  readonly region: string;
  readonly stream: string;
  /** Of the ARN of a consumer. */
  readonly consumer: ConsumerAddress | undefined;
}

const namePart = '([a-zA-Z0-9_.-]+)';
const consumerPart = String.raw`/consumer/${namePart}:(\d{1,15})`;
const arnPattern = new RegExp(
  String.raw`^arn:aws[a-z-]*:kinesis:([a-z0-9-]+):(\d{12}):stream/${namePart}(?:${consumerPart})?$`,
);

/** Of a consumer, as far as one can see; a stream's otherwise. */
export function isConsumerArn(arn: string): boolean {
  return arn.includes('/consumer/');
}

/** Undefined for what is the ARN of neither. */
export function parseArn(arn: string): ParsedArn | undefined {
  const match = arnPattern.exec(arn);
  if (match === null) return undefined;
  const [, region, account, stream, consumer, seconds] = match;
  return {
    region: region!,
    account: account!,
    stream: stream!,
    consumer: consumer === undefined ? undefined : { name: consumer, createdAtSeconds: Number(seconds) },
  };
}
