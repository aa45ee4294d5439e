// Invoke: calls a function of the configuration by hand, and answers with what it returned; or takes the call
// and answers at once (Event), or only says that it could be made (DryRun).
import type { Call } from '../../../engine/service.ts';
import {
  functionNotFound,
  invalidContent,
  requestTooLarge,
  serviceError,
  tooManyRequests,
} from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { LambdaInput, LambdaOutput } from '../model.ts';
import { functionNameOf } from '../names.ts';

/** API_Invoke, "Payload". */
const payloadBytesMax = 6_291_456;
const laterPayloadBytesMax = 1_048_576;
const version = '$LATEST';

export async function invoke(
  { functions }: Lambda,
  input: LambdaInput<'Invoke'>,
  call: Call,
): Promise<LambdaOutput<'Invoke'>> {
  const { name, arn, account } = functionNameOf(call, input.FunctionName);
  call.authorize('lambda:InvokeFunction', { arn, account });
  if (functions === undefined || !functions.has(name)) throw functionNotFound(arn);
  const type = input.InvocationType ?? 'RequestResponse';
  const event = eventOf(input.Payload, type === 'Event' ? laterPayloadBytesMax : payloadBytesMax);
  if (type === 'DryRun') return { StatusCode: 204 };
  const request = { name, event, requestId: call.requestId };
  if (type === 'Event') {
    if (!functions.invokeLater(request)) throw tooManyRequests('Rate Exceeded.');
    return { StatusCode: 202 };
  }
  const answer = await functions.invoke(request);
  if (answer.kind === 'failed') {
    if (answer.code === 'throttled') throw tooManyRequests('Rate Exceeded.');
    throw serviceError(`${name} could not be called: ${answer.message}`);
  }
  const failed = answer.kind === 'functionError' ? { FunctionError: answer.errorType } : {};
  return { StatusCode: 200, ExecutedVersion: version, Payload: answer.payload, ...failed };
}

/** A call without a payload is one with an empty object. */
function eventOf(payload: Uint8Array | undefined, bytesMax: number): string {
  if (payload === undefined || payload.byteLength === 0) return '{}';
  if (payload.byteLength > bytesMax)
    throw requestTooLarge(`Request must be smaller than ${bytesMax} bytes for the InvokeFunction operation`);
  const text = Buffer.from(payload).toString('utf8');
  try {
    JSON.parse(text);
  } catch (error) {
    throw invalidContent(`Could not parse request body into json: ${(error as Error).message}`);
  }
  return text;
}
