// Hosts as hints.
import { expect, test } from 'vitest';
import { hintOfHost } from './route-host.ts';

test.each([
  [undefined, undefined, undefined],
  ['localhost:4566', undefined, undefined],
  ['127.0.0.1:4566', '127', undefined],
  ['sqs.us-east-1.localhost:4566', 'sqs', 'us-east-1'],
  ['SQS.eu-west-2.amazonaws.com', 'sqs', 'eu-west-2'],
  ['sqs.localhost:4566', 'sqs', undefined],
  ['us-west-2.queue.amazonaws.com', 'sqs', 'us-west-2'],
  ['queue.amazonaws.com', 'sqs', 'us-east-1'],
  ['my.host-name.example', 'my', undefined],
])('%s', (host, service, region) => {
  expect(hintOfHost(host)).toEqual({ service, region });
});
