// Lambda's Invoke and event source mappings over SQS, with the SDK against the real daemon: functions are
// programs and an HTTP endpoint of this test.
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { queueArn, refusal, sdkConfig } from '../support/events-sdk.ts';
import { type HttpEndpoint, openEndpoint } from '../support/http-endpoint.ts';

const account = '000000000000';
let daemon: Daemon;
let endpoint: HttpEndpoint;
let lambda: LambdaClient;
let sqs: SQSClient;
/** What the next call of a function answers, by path; by default nothing. */
const answers = new Map<string, (event: Event) => unknown>();

interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Record<string, string>;
  readonly messageAttributes: Record<string, unknown>;
}
interface Event {
  readonly Records: readonly SqsRecord[];
}

beforeAll(async () => {
  endpoint = await openEndpoint(({ path, body }, response) => {
    const answer = answers.get(path)?.(JSON.parse(body) as Event);
    response.end(answer === undefined ? 'null' : JSON.stringify(answer));
  });
  const echo = 'process.stdin.pipe(process.stdout)';
  const named = ['plain', 'partial', 'filtered', 'switched', 'restarted', 'later']
    .map((name) => `  ${name}: { url: '${endpoint.url}/${name}' }`)
    .join('\n');
  const programs = [
    `  echo: { command: ['${process.execPath}', '-e', '${echo}'] }`,
    `  broken: { command: ['${process.execPath}', '-e', 'process.exit(3)'] }`,
  ].join('\n');
  daemon = await startDaemon({ config: `functions:\n${named}\n${programs}\n` });
  lambda = new LambdaClient(sdkConfig(daemon.endpoint));
  sqs = new SQSClient(sdkConfig(daemon.endpoint));
});
afterAll(async () => {
  await daemon.stop();
  await endpoint.close();
});

const urlOf = (queue: string): string => `${daemon.endpoint}/${account}/${queue}`;

async function mapQueue(name: string, more: object = {}, attributes: Record<string, string> = {}) {
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  const mapped = { EventSourceArn: queueArn(name), FunctionName: name, ...more };
  return lambda.send(new CreateEventSourceMappingCommand(mapped));
}

const send = (queue: string, MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody }));

/** Bounded: a few seconds of looking. */
async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let looks = 0; looks < 400; looks++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not come');
}

function recordsOf(name: string): SqsRecord[] {
  const calls = endpoint.seen.filter(({ path }) => path === `/${name}`);
  return calls.flatMap(({ body }) => (JSON.parse(body) as Event).Records);
}

/** Resolves once the queue holds nothing, visible or not. */
const empty = (queue: string) =>
  until(async () => {
    const AttributeNames = ['All' as const];
    const input = { QueueUrl: urlOf(queue), AttributeNames };
    const { Attributes: counts = {} } = await sqs.send(new GetQueueAttributesCommand(input));
    const isEmpty =
      counts['ApproximateNumberOfMessages'] === '0' &&
      counts['ApproximateNumberOfMessagesNotVisible'] === '0';
    return isEmpty ? true : undefined;
  });

test('Invoke answers with what the function returned', async () => {
  const answer = await lambda.send(new InvokeCommand({ FunctionName: 'echo', Payload: '{"a":1}' }));
  expect(answer.StatusCode).toBe(200);
  expect(answer.ExecutedVersion).toBe('$LATEST');
  expect(answer.Payload?.transformToString()).toBe('{"a":1}');
});

test('Invoke says when the function failed, and keeps status 200', async () => {
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:broken:$LATEST';
  const answer = await lambda.send(new InvokeCommand({ FunctionName: arn }));
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  expect(JSON.parse(answer.Payload!.transformToString())).toMatchObject({ errorType: 'Runtime.ExitError' });
});

test('Invoke of type DryRun calls nothing, of type Event it calls later', async () => {
  const input = { FunctionName: 'later', Payload: '{"n":7}' };
  const dry = await lambda.send(new InvokeCommand({ ...input, InvocationType: 'DryRun' }));
  expect(dry.StatusCode).toBe(204);
  expect(endpoint.seen.some(({ path }) => path === '/later')).toBe(false);
  const event = await lambda.send(new InvokeCommand({ ...input, InvocationType: 'Event' }));
  expect(event.StatusCode).toBe(202);
  const call = await until(() => endpoint.seen.find(({ path }) => path === '/later'));
  expect(call.body).toBe('{"n":7}');
});

test('Invoke refuses unknown functions and payloads that are no JSON', async () => {
  expect(await refusal(lambda.send(new InvokeCommand({ FunctionName: 'nobody' })))).toBe(
    'ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody',
  );
  const bad = new InvokeCommand({ FunctionName: 'echo', Payload: '{' });
  expect(await refusal(lambda.send(bad))).toMatch(/^InvalidRequestContentException: Could not parse/);
});

test('messages of a queue come to the function and are then gone', async () => {
  const made = await mapQueue('plain');
  expect(made).toMatchObject({ State: 'Creating', BatchSize: 10, EventSourceArn: queueArn('plain') });
  const attribute = { DataType: 'String', StringValue: 'v' };
  const input = { QueueUrl: urlOf('plain'), MessageBody: 'hello', MessageAttributes: { k: attribute } };
  const sent = await sqs.send(new SendMessageCommand(input));
  const [record] = await until(() => {
    const found = recordsOf('plain');
    return found.length > 0 ? found : undefined;
  });
  expect(record).toMatchObject({
    messageId: sent.MessageId,
    body: 'hello',
    md5OfBody: sent.MD5OfMessageBody,
    md5OfMessageAttributes: sent.MD5OfMessageAttributes,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn('plain'),
    awsRegion: 'us-east-1',
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: { k: { dataType: 'String', stringValue: 'v' } },
  });
  await empty('plain');
  const UUID = made.UUID!;
  const shown = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
  expect(shown).toMatchObject({ State: 'Enabled', LastProcessingResult: 'OK' });
  const again = new CreateEventSourceMappingCommand({
    EventSourceArn: queueArn('plain'),
    FunctionName: 'plain',
  });
  expect(await refusal(lambda.send(again))).toMatch(/^ResourceConflictException: .*already exists/);
});

test('with partial answers only what failed comes again', async () => {
  let calls = 0;
  answers.set('/partial', ({ Records: records }) => {
    calls++;
    const failed = calls === 1 ? records.filter(({ body }) => body === 'bad') : [];
    return { batchItemFailures: failed.map(({ messageId: itemIdentifier }) => ({ itemIdentifier })) };
  });
  await sqs.send(new CreateQueueCommand({ QueueName: 'partial', Attributes: { VisibilityTimeout: '1' } }));
  for (const body of ['good', 'bad']) await send('partial', body);
  await mapQueue(
    'partial',
    { FunctionResponseTypes: ['ReportBatchItemFailures'] },
    { VisibilityTimeout: '1' },
  );
  await empty('partial');
  const bodies = recordsOf('partial').map(({ body, attributes }) => [
    body,
    attributes['ApproximateReceiveCount'],
  ]);
  expect(bodies).toEqual([
    ['good', '1'],
    ['bad', '1'],
    ['bad', '2'],
  ]);
});

test('what no filter lets through is dropped', async () => {
  const filters = [{ Pattern: '{"body":{"kind":["wanted"]}}' }];
  await mapQueue('filtered', { FilterCriteria: { Filters: filters } });
  await send('filtered', '{"kind":"other"}');
  await send('filtered', 'no object');
  await send('filtered', '{"kind":"wanted"}');
  await empty('filtered');
  expect(recordsOf('filtered').map(({ body }) => body)).toEqual(['{"kind":"wanted"}']);
});

test('mappings are listed, switched off and deleted', async () => {
  const { UUID } = await mapQueue('switched', { Enabled: false });
  await send('switched', 'kept');
  const get = () => lambda.send(new GetEventSourceMappingCommand({ UUID: UUID! }));
  expect((await get()).State).toBe('Disabled');
  const on = new UpdateEventSourceMappingCommand({ UUID: UUID!, Enabled: true, BatchSize: 3 });
  expect(await lambda.send(on)).toMatchObject({ State: 'Enabling', BatchSize: 3 });
  await empty('switched');
  expect(recordsOf('switched').map(({ body }) => body)).toEqual(['kept']);
  const list = new ListEventSourceMappingsCommand({ FunctionName: 'switched' });
  const { EventSourceMappings: listed } = await lambda.send(list);
  expect(listed?.map((mapping) => mapping.UUID)).toEqual([UUID]);
  const deleted = await lambda.send(new DeleteEventSourceMappingCommand({ UUID: UUID! }));
  expect(deleted.State).toBe('Deleting');
  expect(await refusal(get())).toBe('ResourceNotFoundException: The resource you requested does not exist.');
});

test('what cannot be is refused in its words', async () => {
  const create = (more: object) =>
    refusal(lambda.send(new CreateEventSourceMappingCommand({ FunctionName: 'plain', ...more })));
  const EventSourceArn = queueArn('plain');
  expect(await create({})).toBe('InvalidParameterValueException: Unrecognized event source.');
  expect(await create({ EventSourceArn: queueArn('nowhere') })).toMatch(/NonExistentQueue/);
  expect(await create({ EventSourceArn, BatchSize: 11 })).toMatch(/batch window in seconds must be greater/);
  const filter = { Filters: [{ Pattern: '{"body":"text"}' }] };
  expect(await create({ EventSourceArn, FilterCriteria: filter })).toMatch(/Invalid filter pattern/);
  expect(await create({ EventSourceArn, FunctionName: 'nobody' })).toMatch(/^ResourceNotFoundException/);
});

test('a mapping goes on after a restart', async () => {
  await mapQueue('restarted');
  await daemon.restart();
  await send('restarted', 'after');
  await empty('restarted');
  expect(recordsOf('restarted').map(({ body }) => body)).toEqual(['after']);
});
