// The part of Lambda's public service model that has to do with streams and queues, as rows: event source
// mappings, and Invoke to call a function by hand. Read by the engine, spoken as REST-JSON. Source: the
// API's service model of 2015-03-31 as of 2026; of its errors on Invoke, those about networks and keys are
// left out.
import type { Service } from '../../engine/service.ts';
import { blob, bool, type Infer, int, list, map, str, struct, whole } from '../../engine/shapes.ts';
import { changeable, eventSourceArn, functionName, mapping, source } from './mapping-shapes.ts';

const required = { isRequired: true } as const;
const id = str({ ...required, location: 'label' });
const mappings = '/2015-03-31/event-source-mappings';
const oneMapping = `${mappings}/{UUID}` as const;

const onRead = [
  'InvalidParameterValueException',
  'ResourceNotFoundException',
  'ServiceException',
  'TooManyRequestsException',
] as const;
const onCreate = [...onRead, 'ResourceConflictException'] as const;
const onChange = [...onCreate, 'ResourceInUseException'] as const;
const onInvoke = [
  ...onCreate,
  'InvalidRequestContentException',
  'RequestTooLargeException',
  'ResourceNotReadyException',
  'UnsupportedMediaTypeException',
] as const;

export const lambdaModel = {
  id: 'lambda',
  apiVersion: '2015-03-31',
  rest: { messageKey: 'Message', hasFault: true },
  operations: {
    CreateEventSourceMapping: {
      http: { method: 'POST', uri: mappings, status: 202 },
      input: struct({
        ...source,
        FunctionName: str({ ...required, ...functionName }),
        Enabled: bool(),
        ...changeable,
        Tags: map(str()),
      }),
      output: mapping,
      action: 'lambda:CreateEventSourceMapping',
      errors: onCreate,
    },
    DeleteEventSourceMapping: {
      http: { method: 'DELETE', uri: oneMapping, status: 202 },
      input: struct({ UUID: id }),
      output: mapping,
      action: 'lambda:DeleteEventSourceMapping',
      errors: onChange,
    },
    GetEventSourceMapping: {
      http: { method: 'GET', uri: oneMapping },
      input: struct({ UUID: id }),
      output: mapping,
      action: 'lambda:GetEventSourceMapping',
      errors: onRead,
    },
    ListEventSourceMappings: {
      http: { method: 'GET', uri: mappings },
      input: struct({
        EventSourceArn: str({ ...eventSourceArn, location: 'query' }),
        FunctionName: str({ ...functionName, location: 'query' }),
        Marker: str({ location: 'query' }),
        MaxItems: int({ min: 1, max: 10_000, location: 'query' }),
      }),
      output: struct({ NextMarker: str(), EventSourceMappings: list(mapping) }),
      action: 'lambda:ListEventSourceMappings',
      errors: onRead,
    },
    UpdateEventSourceMapping: {
      http: { method: 'PUT', uri: oneMapping, status: 202 },
      input: struct({ UUID: id, FunctionName: str(functionName), Enabled: bool(), ...changeable }),
      output: mapping,
      action: 'lambda:UpdateEventSourceMapping',
      errors: onChange,
    },
    Invoke: {
      http: {
        method: 'POST',
        uri: '/2015-03-31/functions/{FunctionName}/invocations',
        contentType: 'application/json',
      },
      input: struct({
        FunctionName: str({ ...required, ...functionName, location: 'label' }),
        InvocationType: str({
          enum: ['Event', 'RequestResponse', 'DryRun'],
          location: 'header',
          locationName: 'X-Amz-Invocation-Type',
        }),
        LogType: str({ enum: ['None', 'Tail'], location: 'header', locationName: 'X-Amz-Log-Type' }),
        ClientContext: str({ location: 'header', locationName: 'X-Amz-Client-Context' }),
        DurableExecutionName: str({
          min: 1,
          max: 64,
          pattern: /^[a-zA-Z0-9-_]+$/,
          location: 'header',
          locationName: 'X-Amz-Durable-Execution-Name',
        }),
        Payload: blob({ location: 'payload' }),
        Qualifier: str({
          min: 1,
          max: 128,
          pattern: whole(String.raw`\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+`),
          location: 'query',
        }),
        TenantId: str({
          min: 1,
          max: 256,
          pattern: whole(String.raw`[a-zA-Z0-9\._:\/=+\-@ ]+`),
          location: 'header',
          locationName: 'X-Amz-Tenant-Id',
        }),
      }),
      output: struct({
        StatusCode: int({ location: 'status' }),
        FunctionError: str({ location: 'header', locationName: 'X-Amz-Function-Error' }),
        LogResult: str({ location: 'header', locationName: 'X-Amz-Log-Result' }),
        Payload: blob({ location: 'payload' }),
        ExecutedVersion: str({ location: 'header', locationName: 'X-Amz-Executed-Version' }),
        DurableExecutionArn: str({ location: 'header', locationName: 'X-Amz-Durable-Execution-Arn' }),
      }),
      action: 'lambda:InvokeFunction',
      errors: onInvoke,
    },
  },
} as const satisfies Service;

type Operations = (typeof lambdaModel)['operations'];
export type LambdaOperation = keyof Operations;
export type LambdaInput<K extends LambdaOperation> = Infer<Operations[K]['input']>;
export type LambdaOutput<K extends LambdaOperation> = Infer<Operations[K]['output']>;
