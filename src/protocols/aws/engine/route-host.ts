// What a host name says about service and region: `sqs.us-east-1.localhost`, `us-east-1.queue.amazonaws.com`.
// A hint for requests whose signature does not say it.
import { isRegion } from './sigv4/claim.ts';

export interface HostHint {
  readonly service: string | undefined;
  readonly region: string | undefined;
}

const noHint: HostHint = { service: undefined, region: undefined };

export function hintOfHost(host: string | undefined): HostHint {
  if (host === undefined) return noHint;
  const labels = host.toLowerCase().split('.');
  if (labels.length < 2) return noHint;
  if (labels[0] === 'queue') return { service: 'sqs', region: 'us-east-1' };
  if (labels[1] === 'queue') return { service: 'sqs', region: regionOrNone(labels[0]!) };
  return { service: labels[0], region: regionOrNone(labels[1]!) };
}

/** A region has a dash and ends in a number, so that `localhost` or `example` are none. */
function regionOrNone(label: string): string | undefined {
  const isLikely = label.includes('-') && /[0-9]$/.test(label) && isRegion(label);
  return isLikely ? label : undefined;
}
