// Input, InputPath and InputTransformer: outputs and refusals as they were recorded from the service, and the
// examples of the EventBridge user guide's page on input transformation.
import { expect, test } from 'vitest';
import { applyTransform } from '../../../broker/routing/transform.ts';
import { compileTargetInput } from './input-transformer.ts';
import type { TargetInput } from './input-transformer.ts';

const facts = {
  targetId: 't1',
  ruleArn: 'arn:aws:events:us-east-2:123456789012:rule/bus/example',
  ruleName: 'example',
};
const payload = '{"acc_id":"0a787ecb-4015","sf_id":"baz"}';
const event =
  '{"version":"0","id":"i1","detail-type":"State-change","source":"aws.ec2","account":"123456789012",' +
  '"time":"2015-11-11T21:29:54Z","region":"us-east-1","resources":["arn:1"],"detail":{"instance-id":' +
  `"i-0123456789","state":"RUNNING","payload":${payload},"single":["HIGH"],"multi":["ACTIVE","INACTIVE"],` +
  '"valid":true,"count":1.0,"quote":"say \\"hi\\"\\n"}}';
const InputPathsMap = {
  instance: '$.detail.instance-id',
  state: '$.detail.state',
  payload: '$.detail.payload',
  single: '$.detail.single',
  multi: '$.detail.multi[*]',
  valid: '$.detail.valid',
  count: '$.detail.count',
  quote: '$.detail.quote',
  first: '$.resources[0]',
  none: '$.detail.none',
};

function refusal(input: TargetInput): string | undefined {
  const compiled = compileTargetInput(input, facts);
  return compiled.ok ? undefined : compiled.error;
}

function transformed(input: TargetInput): string {
  const compiled = compileTargetInput(input, facts);
  if (!compiled.ok) throw new Error(compiled.error);
  if (compiled.value === undefined) return event;
  return applyTransform(compiled.value, event, { time: '2015-11-11T21:29:55.123Z' });
}

function filled(InputTemplate: string): string {
  return transformed({ InputTransformer: { InputPathsMap, InputTemplate } });
}

function refused(InputTemplate: string): string | undefined {
  return refusal({ InputTransformer: { InputPathsMap, InputTemplate } });
}

test('a constant is passed on as it was written, and has to be JSON', () => {
  expect(transformed({ Input: '{ "a": <b> }'.replace('<b>', '1.0') })).toBe('{ "a": 1.0 }');
  expect(transformed({ Input: '"hello"' })).toBe('"hello"');
  expect(refusal({ Input: "{'db_name':1}" })).toBe(
    'JSON syntax error in input for target t1: ' + `[Source: (String)"{'db_name':1}"; line: 1, column: 3]`,
  );
  expect(refusal({ Input: 'hello' })).toContain('JSON syntax error in input for target t1');
});

test('a path gives the JSON text of its value', () => {
  expect(transformed({ InputPath: '$.detail.payload' })).toBe(payload);
  expect(transformed({ InputPath: '$.detail.payload.sf_id' })).toBe('"baz"');
  expect(transformed({ InputPath: '$' })).toBe(event);
  expect(transformed({})).toBe(event);
});

test.each(['detail', '$detail', '$.', "$.detail['state']", '$.a[', '$.a[-1]', '$..a', '$.a[?(@.b)]', ''])(
  'the path %j is refused',
  (path) => {
    expect(refusal({ InputPath: path })).toBe('InputPath for target t1 is invalid.');
    const transformer = { InputPathsMap: { a: path }, InputTemplate: '"<a>"' };
    expect(refusal({ InputTransformer: transformer })).toBe('InputPath for target t1 is invalid.');
  },
);

test('only one of the three can be given', () => {
  expect(refusal({ Input: '1', InputPath: '$' })).toBe(
    'Only one of Input, InputPath, or InputTransformer must be provided for target t1.',
  );
});

test.each([
  // Examples of the user guide.
  ['"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'],
  ['"instance \\"<instance>\\" is in <state>"', '"instance \\"i-0123456789\\" is in RUNNING"'],
  ['{ "instance" : <instance>, "state": <state> }', '{ "instance" : "i-0123456789", "state": "RUNNING" }'],
  [
    '{"state": [9, <state>, true], "Transformed": "Yes"}',
    '{"state": [9, "RUNNING", true], "Transformed": "Yes"}',
  ],
  ['{"ruleArn" : <aws.events.rule-arn>}', `{"ruleArn" : "${facts.ruleArn}"}`],
  ['"<aws.events.rule-name> triggered"', '"example triggered"'],
  // Recorded.
  ['{"command": <none>}', '{"command": ""}'],
  ['"from detail <none>"', '"from detail "'],
  ['"{[/starting like JSON: <state>"', '"{[/starting like JSON: RUNNING"'],
  ['{"path": "users/<state>", "bod": <payload>}', `{"path": "users/RUNNING", "bod": ${payload}}`],
  ['"Payload of <payload>"', '"Payload of {acc_id:0a787ecb-4015,sf_id:baz}"'],
  ['"<single> item, <multi> items"', '"[HIGH] item, [ACTIVE,INACTIVE] items"'],
  ['{"items": <single>}', '{"items": ["HIGH"]}'],
  ['"Command is <valid>!"', '"Command is true!"'],
  ['"<single>"\n"<none> none"\n"<payload>"', '"[HIGH]"\n" none"\n"{acc_id:0a787ecb-4015,sf_id:baz}"'],
  // Follows from the rules.
  ['"one\ntwo <state>"', '"one\ntwo RUNNING"'],
  [
    '{"a": <count>, "b": "<quote>", "c": <quote>}',
    '{"a": 1.0, "b": "say \\"hi\\"\\n", "c": "say \\"hi\\"\\n"}',
  ],
  ['<first>', '"arn:1"'],
  [
    '{"a":"1 < 2 and <>", "t": <aws.events.event.ingestion-time>}',
    '{"a":"1 < 2 and <>", "t": "2015-11-11T21:29:55.123Z"}',
  ],
])('template %j', (template, expected) => {
  expect(filled(template)).toBe(expected);
});

test('the whole event, with and without its detail', () => {
  const text = filled('{"original": <aws.events.event>, "json": <aws.events.event.json>}');
  expect(text).toContain(`"json": ${event}`);
  expect(JSON.parse(text).original).toStrictEqual({
    id: 'i1',
    account: '123456789012',
    detailType: 'State-change',
    time: '2015-11-11T21:29:54Z',
    source: 'aws.ec2',
    region: 'us-east-1',
    resources: ['arn:1'],
    version: '0',
  });
});

test.each([
  ['"<unknown>"', 'InputTemplate for target t1 contains invalid placeholder unknown.'],
  ['{"a": <toString>}', 'InputTemplate for target t1 contains invalid placeholder toString.'],
  [
    '[<aws.events.event.json>]',
    'InputTemplate for target t1 contains placeholder aws.events.event.json valid only for JSON template.',
  ],
  [
    '"<aws.events.event.json>"',
    'InputTemplate for target t1 contains placeholder aws.events.event.json valid only for JSON template.',
  ],
])('template %j is refused', (template, expected) => {
  expect(refused(template)).toBe(expected);
});

test.each(['{"a": <state>', '{<state>: 1}', 'plain <state>', '{"a": <state> <state>}', '"open <state>', ' '])(
  'template %j is no JSON',
  (template) => {
    expect(refused(template)).toMatch(
      /^Invalid InputTemplate for target t1 : \[Source: .*line: 1, column: \d+\]$/,
    );
  },
);
