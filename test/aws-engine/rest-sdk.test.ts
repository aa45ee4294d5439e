// REST-JSON as the SDK speaks it: the rows of Scheduler, Pipes and Lambda against its clients, with functions
// that answer what the test says. What the SDK sends has to come in as it was given, and the other way round.
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  UntagResourceCommand,
} from '@aws-sdk/client-scheduler';
import {
  CreateEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { CreatePipeCommand, ListPipesCommand, PipesClient, TagResourceCommand } from '@aws-sdk/client-pipes';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../src/protocols/aws/engine/errors.ts';
import type { Service, ServiceFactory } from '../../src/protocols/aws/engine/service.ts';
import { lambdaModel } from '../../src/protocols/aws/services/lambda/model.ts';
import { pipesModel } from '../../src/protocols/aws/services/pipes/model.ts';
import { schedulerModel } from '../../src/protocols/aws/services/scheduler/model.ts';
import { type Heard, inProcess } from './in-process-sdk.ts';
import { createToy, toyService } from './toy-service.ts';

interface Asked {
  readonly operation: string;
  readonly input: object;
}

/** Every operation of a model answers with `answer`, or throws it. */
function stubOf(service: Service, asked: Asked[], answer: () => object): ServiceFactory {
  return (deps) => {
    const handlers = Object.keys(service.operations).map((operation) => [
      operation,
      (input: object) => {
        asked.push({ operation, input });
        return answer();
      },
    ]);
    return { ...toyService(deps), service, handlers: Object.fromEntries(handlers) as never };
  };
}

function setUp() {
  const asked: Asked[] = [];
  const heard: Heard[] = [];
  let answer: () => object = () => ({});
  const services = [schedulerModel, pipesModel, lambdaModel].map((service) =>
    stubOf(service, asked, () => answer()),
  );
  // The SDK signs with the time of day.
  const { aws } = createToy({ services, clock: { nowMs: () => Date.now(), monotonicMs: () => 0 } as never });
  const options = inProcess(aws.handler, heard);
  return {
    asked,
    heard,
    answerWith: (next: () => object) => (answer = next),
    scheduler: new SchedulerClient(options),
    pipes: new PipesClient(options),
    lambda: new LambdaClient(options),
  };
}

const target = { Arn: 'arn:aws:sqs:eu-west-1:000000000000:q', RoleArn: 'arn:aws:iam::000000000000:role/r' };
const groupArn = 'arn:aws:scheduler:eu-west-1:000000000000:schedule-group/night';
const atMs = Date.UTC(2026, 10, 25, 1, 2, 3);

describe('Scheduler', () => {
  test('takes a label and a body, times as seconds', async () => {
    const { scheduler, asked, answerWith } = setUp();
    answerWith(() => ({ ScheduleArn: 'arn' }));
    const schedule = {
      Name: 'a.b-c_d',
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' as const },
      Target: { ...target, Input: '{"é":1}', RetryPolicy: { MaximumRetryAttempts: 3 } },
      ClientToken: 'token',
    };
    const output = await scheduler.send(
      new CreateScheduleCommand({ ...schedule, StartDate: new Date(atMs) }),
    );
    expect(output.ScheduleArn).toBe('arn');
    expect(asked).toEqual([{ operation: 'CreateSchedule', input: { ...schedule, StartDate: atMs } }]);
  });

  test('shows times as the SDK reads them', async () => {
    const { scheduler, asked, answerWith } = setUp();
    answerWith(() => ({ Name: 'n', CreationDate: atMs, Target: target }));
    const output = await scheduler.send(new GetScheduleCommand({ Name: 'n', GroupName: 'g' }));
    expect(output).toMatchObject({ Name: 'n', CreationDate: new Date(atMs), Target: target });
    expect(asked[0]!.input).toEqual({ Name: 'n', GroupName: 'g' });
  });

  test('takes a query string, numbers too', async () => {
    const { scheduler, asked, answerWith } = setUp();
    answerWith(() => ({ Schedules: [] }));
    const input = { GroupName: 'g', MaxResults: 7, NextToken: 'a+b/c=', State: 'ENABLED' as const };
    expect((await scheduler.send(new ListSchedulesCommand(input))).Schedules).toEqual([]);
    expect(asked).toEqual([{ operation: 'ListSchedules', input }]);
  });

  test('takes an ARN in the path and a list in the query string', async () => {
    const { scheduler, asked } = setUp();
    const input = { ResourceArn: groupArn, TagKeys: ['a b', 'c&d'] };
    await scheduler.send(new UntagResourceCommand(input));
    await scheduler.send(new ListTagsForResourceCommand({ ResourceArn: groupArn }));
    expect(asked).toEqual([
      { operation: 'UntagResource', input },
      { operation: 'ListTagsForResource', input: { ResourceArn: groupArn } },
    ]);
  });

  test('answers with nothing where there is nothing to say', async () => {
    const { scheduler, heard } = setUp();
    await scheduler.send(new DeleteScheduleCommand({ Name: 'n', ClientToken: 't' }));
    expect([heard[0]!.reply.status, heard[0]!.reply.body]).toEqual([200, '{}']);
  });

  test('errors arrive as the exceptions of the SDK', async () => {
    const { scheduler, answerWith, heard } = setUp();
    answerWith(() => {
      throw new AwsError('it is there', { type: 'ConflictException', status: 409 });
    });
    const failure = scheduler.send(new CreateScheduleGroupCommand({ Name: 'g' }));
    await expect(failure).rejects.toMatchObject({ name: 'ConflictException', message: 'it is there' });
    const { reply } = heard[0]!;
    expect([reply.status, reply.headers.get('x-amzn-errortype')]).toEqual([409, 'ConflictException']);
    expect(reply.json()).toEqual({ Message: 'it is there' });
  });

  test('bounds are those of the model', async () => {
    const { scheduler } = setUp();
    await expect(scheduler.send(new GetScheduleCommand({ Name: 'a b' }))).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: " +
        'Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$',
    });
  });
});

describe('Pipes', () => {
  test('takes what is nested', async () => {
    const { pipes, asked, answerWith } = setUp();
    answerWith(() => ({ Name: 'p', CurrentState: 'CREATING', CreationTime: atMs }));
    const input = {
      Name: 'p',
      Source: 'arn:aws:kinesis:eu-west-1:000000000000:stream/s',
      SourceParameters: {
        FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[1]}}' }] },
        KinesisStreamParameters: { StartingPosition: 'LATEST' as const, BatchSize: 10 },
      },
      Target: target.Arn,
      TargetParameters: { HttpParameters: { HeaderParameters: { 'x-a': 'b c' } } },
      RoleArn: target.RoleArn,
      Tags: { k: 'v' },
    };
    const output = await pipes.send(new CreatePipeCommand(input));
    expect(output).toMatchObject({ CurrentState: 'CREATING', CreationTime: new Date(atMs) });
    expect(JSON.parse(JSON.stringify(asked[0]!.input))).toEqual(input);
  });

  test('tags and lists', async () => {
    const { pipes, asked } = setUp();
    const resourceArn = 'arn:aws:pipes:eu-west-1:000000000000:pipe/p';
    await pipes.send(new TagResourceCommand({ resourceArn, tags: { a: 'b' } }));
    await pipes.send(new ListPipesCommand({ Limit: 5, SourcePrefix: 'arn:aws:sqs' }));
    expect(asked).toEqual([
      { operation: 'TagResource', input: { resourceArn, tags: { a: 'b' } } },
      { operation: 'ListPipes', input: { Limit: 5, SourcePrefix: 'arn:aws:sqs' } },
    ]);
  });
});

describe('Lambda', () => {
  const payload = Buffer.from('{"a":"é"}');

  test('invokes with headers and a body of bytes', async () => {
    const { lambda, asked, heard, answerWith } = setUp();
    answerWith(() => ({
      StatusCode: 200,
      FunctionError: 'Unhandled',
      Payload: payload,
      ExecutedVersion: '1',
    }));
    const input = { InvocationType: 'RequestResponse' as const, LogType: 'Tail' as const, Qualifier: '1' };
    const output = await lambda.send(new InvokeCommand({ ...input, FunctionName: 'f', Payload: payload }));
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '1' });
    expect(Buffer.from(output.Payload!)).toEqual(payload);
    expect(asked[0]!.input).toEqual({ ...input, FunctionName: 'f', Payload: payload });
    expect(heard[0]!.reply.headers.get('content-type')).toBe('application/json');
  });

  test('answers an event invocation with its own status', async () => {
    const { lambda, answerWith } = setUp();
    answerWith(() => ({ StatusCode: 202 }));
    const command = new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event' });
    expect((await lambda.send(command)).StatusCode).toBe(202);
  });

  test('makes and lists mappings', async () => {
    const { lambda, asked, heard, answerWith } = setUp();
    const mapping = { UUID: 'u', State: 'Creating', LastModified: atMs, BatchSize: 100 };
    answerWith(() => mapping);
    const input = {
      FunctionName: 'f',
      EventSourceArn: 'arn:aws:sqs:eu-west-1:000000000000:q',
      Enabled: false,
    };
    const made = await lambda.send(new CreateEventSourceMappingCommand(input));
    expect(made).toMatchObject({ ...mapping, LastModified: new Date(atMs) });
    answerWith(() => ({ EventSourceMappings: [mapping] }));
    const listed = await lambda.send(new ListEventSourceMappingsCommand({ MaxItems: 3 }));
    expect(listed.EventSourceMappings?.[0]?.UUID).toBe('u');
    expect(asked.map((call) => call.input)).toEqual([input, { MaxItems: 3 }]);
    expect(heard.map(({ reply }) => reply.status)).toEqual([202, 200]);
  });

  test('errors say whose fault they are', async () => {
    const { lambda, heard, answerWith } = setUp();
    answerWith(() => {
      throw new AwsError('none', { type: 'ResourceNotFoundException', status: 404 });
    });
    const command = new InvokeCommand({ FunctionName: 'f' });
    await expect(lambda.send(command)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(heard[0]!.reply.json()).toEqual({ Type: 'User', Message: 'none' });
  });
});
