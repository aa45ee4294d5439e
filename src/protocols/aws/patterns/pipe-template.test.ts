// Templates of pipes and inputs of schedules, after the examples of their pages in the AWS user guides.
import { expect, test } from 'vitest';
import { applyTransform } from '../../../broker/routing/transform.ts';
import { compilePipeTemplate, compileScheduleInput } from './pipe-template.ts';

const variables = { 'aws.pipes.pipe-name': 'p1', 'aws.pipes.pipe-arn': 'arn:aws:pipes:::p1' };
const event =
  '{"messageId":"1","body":"{\\"key\\": \\"value\\", \\"list\\":[0,{\\"a b\\":2}]}","data":"aGVsbG8=",' +
  '"attributes":{"SenderId":"S1"}}';

function filled(template: string): string {
  const compiled = compilePipeTemplate(template, variables);
  if (!compiled.ok) throw new Error(compiled.error);
  return applyTransform(compiled.value, event, { time: '2026-01-02T03:04:05.678Z' });
}

test.each([
  ['Hello, sender', 'Hello, sender'],
  ['<$.attributes.SenderId>', 'S1'],
  ['Hello, <$.attributes.SenderId> "<$.attributes.SenderId>"', 'Hello, S1 "S1"'],
  [
    '{"key2": <$.body.key>, "d": <aws.pipes.event.ingestion-time>}',
    '{"key2": "value", "d": "2026-01-02T03:04:05.678Z"}',
  ],
  ['{"a": <$.body.list[1][\'a b\']>, "n": "<aws.pipes.pipe-name>"}', '{"a": 2, "n": "p1"}'],
  ['<$.body>', '{key: value, list:[0,{a b:2}]}'],
  ['{"data": <$.body>}', '{"data": {"key": "value", "list":[0,{"a b":2}]}}'],
  ['{"data": <$.data>, "none": <$.none>}', '{"data": "hello", "none": ""}'],
  ['{"text": "a < b <i>"}', '{"text": "a < b <i>"}'],
])('pipe template %j', (template, expected) => {
  expect(filled(template)).toBe(expected);
});

test('the event of a pipe has what its source encoded opened', () => {
  expect(JSON.parse(filled('{"e": <aws.pipes.event.json>}')).e).toStrictEqual({
    messageId: '1',
    body: { key: 'value', list: [0, { 'a b': 2 }] },
    data: 'hello',
    attributes: { SenderId: 'S1' },
  });
});

test.each(['{"a": <$.a[>}', '<aws.pipes.unknown>', '<$..a>'])('pipe template %j is refused', (template) => {
  expect(compilePipeTemplate(template, variables)).toMatchObject({
    ok: false,
    error: expect.stringContaining('contains invalid placeholder'),
  });
});

test('context attributes of a schedule are replaced as text, and nothing else is', () => {
  const arn = 'arn:aws:scheduler:us-east-1:1:schedule/g/s';
  const input = '{"t":"<aws.scheduler.scheduled-time>","n":<aws.scheduler.attempt-number>,"x":"<other>"} <b>';
  const facts = { scheduledTime: '2026-01-02T03:04:05Z', executionId: 'e1', attemptNumber: '1' };
  expect(applyTransform(compileScheduleInput(input, arn), '', facts)).toBe(
    '{"t":"2026-01-02T03:04:05Z","n":1,"x":"<other>"} <b>',
  );
  expect(compileScheduleInput('<aws.scheduler.schedule-arn>', arn)).toStrictEqual({
    kind: 'constant',
    text: arn,
  });
  expect(compileScheduleInput('', arn)).toStrictEqual({ kind: 'constant', text: '' });
});
