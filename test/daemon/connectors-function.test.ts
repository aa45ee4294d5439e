// Functions: over HTTP and as programs, with their errors, limits and ends.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { AddressGuard, loopbackRanges } from '../../src/connectors/address-guard.ts';
import type { FunctionAnswer, FunctionCall } from '../../src/connectors/function/function.ts';
import { FunctionTransport } from '../../src/connectors/function/function.ts';
import { LocalInvoker } from '../../src/connectors/function/invoker.ts';
import { OutboundClient } from '../../src/connectors/http/outbound.ts';
import type { Answer } from '../support/http-endpoint.ts';
import { answering, openEndpoint } from '../support/http-endpoint.ts';

let client: OutboundClient;
let invoker: LocalInvoker;
beforeAll(() => {
  const guard = AddressGuard.parse(loopbackRanges);
  if (!guard.ok) throw new Error(guard.error);
  client = new OutboundClient({ guard: guard.value });
  invoker = new LocalInvoker(client);
});
afterAll(() => client.close());

const never = new AbortController().signal;
const base = { name: 'fn', event: '{"n":1}', requestId: 'r-1', timeoutMs: 20_000 };

function nodeCall(script: string, more: Partial<FunctionCall> = {}): FunctionCall {
  return { ...base, target: { kind: 'command', command: [process.execPath, '-e', script] }, ...more };
}

async function overHttp(answer: Answer): Promise<FunctionAnswer> {
  const server = await openEndpoint(answer);
  try {
    return await invoker.invoke({ ...base, target: { kind: 'http', url: `${server.url}/f` } }, never);
  } finally {
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/f', body: base.event });
    await server.close();
  }
}

const textOf = (answer: FunctionAnswer): unknown =>
  answer.kind === 'failed' ? answer.code : [answer.kind, answer.payload.toString('utf8')];

test('over HTTP: a result, an error of the function, an error of the way', async () => {
  expect(textOf(await overHttp(answering(200, '{"ok":true}')))).toEqual(['returned', '{"ok":true}']);
  const handled = await overHttp(
    answering(200, '{"errorMessage":"x"}', { 'X-Amz-Function-Error': 'Handled' }),
  );
  expect(handled).toMatchObject({ kind: 'functionError', errorType: 'Handled' });
  expect(await overHttp(answering(503))).toMatchObject({ code: 'http_503', isPermanent: false });
  expect(await overHttp(answering(404))).toMatchObject({ code: 'http_404', isPermanent: true });
  const large = await overHttp(answering(200, 'x'.repeat(limits.functionAnswerBytesMax + 1)));
  expect(textOf(large)).toBe('function_answer_too_large');
});

test('a program gets the event and answers, without the environment of the daemon', async () => {
  process.env['CAUDAL_TEST_SECRET'] = 'secret';
  const script = `
    const event = JSON.parse(require('fs').readFileSync(0, 'utf8'));
    const { AWS_LAMBDA_FUNCTION_NAME: name, CAUDAL_TEST_SECRET: secret } = process.env;
    console.log(JSON.stringify({ twice: event.n * 2, name, secret }));`;
  expect(textOf(await invoker.invoke(nodeCall(script), never))).toEqual([
    'returned',
    '{"twice":2,"name":"fn"}',
  ]);
  delete process.env['CAUDAL_TEST_SECRET'];
});

test('a program that fails is an error of the function', async () => {
  const failing = await invoker.invoke(nodeCall('console.error("oh no"); process.exit(3)'), never);
  expect(textOf(failing)).toEqual([
    'functionError',
    JSON.stringify({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: r-1 Error: Runtime exited with error: exit status 3\noh no',
    }),
  ]);
  const own = 'console.log(JSON.stringify({ errorMessage: "mine", errorType: "E" })); process.exitCode = 1';
  expect(textOf(await invoker.invoke(nodeCall(own), never))).toEqual([
    'functionError',
    '{"errorMessage":"mine","errorType":"E"}',
  ]);
});

test('a program that is none is no function', async () => {
  for (const command of [['/nowhere/at/all'], [], ['a\0b']]) {
    const call: FunctionCall = { ...base, target: { kind: 'command', command } };
    expect(textOf(await invoker.invoke(call, never))).toBe('function_not_started');
  }
});

test('a program ends with its time, its caller, its output', async () => {
  // The child of the program keeps the output open, and has to end too.
  const hang = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'],
    { stdio: 'inherit' }); setInterval(() => {}, 1e6)`;
  const late = await invoker.invoke(nodeCall(hang, { timeoutMs: 1_000 }), never);
  expect(textOf(late)).toEqual([
    'functionError',
    JSON.stringify({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: r-1 Error: Task timed out after 1.00 seconds',
    }),
  ]);
  const stop = new AbortController();
  const given = invoker.invoke(nodeCall(hang), stop.signal);
  stop.abort();
  expect(textOf(await given)).toBe('aborted');
  const flood = `for (;;) require('fs').writeSync(1, 'x'.repeat(65536))`;
  expect(textOf(await invoker.invoke(nodeCall(flood), never))).toMatchObject([
    'functionError',
    expect.stringContaining('ResponseSizeTooLarge'),
  ]);
});

test('no more programs run at once than may, and all of them in the end', async () => {
  const count = limits.functionProcessesMax + 4;
  const target = { kind: 'command', command: ['/bin/cat'] } as const;
  const calls = Array.from({ length: count }, () => invoker.invoke({ ...base, target }, never));
  const answers = await Promise.all(calls);
  expect(new Set(answers.map((answer) => JSON.stringify(textOf(answer))))).toEqual(
    new Set([JSON.stringify(['returned', base.event])]),
  );
});

test('as a delivery, an error of the function is worth another attempt', async () => {
  const transport = new FunctionTransport(invoker);
  expect(await transport.send(nodeCall('process.exit(1)'), never)).toMatchObject({
    kind: 'failed',
    code: 'function_error',
    isPermanent: false,
  });
  expect(await transport.send(nodeCall(''), never)).toEqual({ kind: 'delivered' });
});
