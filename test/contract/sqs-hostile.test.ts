// Goal: no input, however wrong, is answered with a server error or ends the daemon. Method: members of the
// service model filled with anything, on both wires; what is refused must be refused as the client's fault.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sqsModel } from '../../src/protocols/aws/services/sqs/model.ts';
import { type RawAnswer, rawJson, rawQuery } from '../support/sqs-raw.ts';
import { arnOf, describeSqs } from '../support/sqs-suite.ts';

const runCount = 400;
/** Waiting is legal, and would take the time of the suite. */
const waitMember = 'WaitTimeSeconds';

const operations = Object.entries(sqsModel.operations).map(([action, { input }]) => ({
  action,
  members: Object.keys(input.members).filter((name) => name !== waitMember),
}));

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '-1', 'true', '{}', '__proto__'),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-1, 0, 1, 10, 11, 43_200, 2 ** 53));
const value = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 3, arbitrary: number },
  fc.jsonValue({ maxDepth: 3 }),
);
/** Lists and maps as the model nests them, so that some get past the decoder. */
const attribute = fc.record({ DataType: text, StringValue: text, BinaryValue: text }, { requiredKeys: [] });
const entry = fc.record(
  {
    Id: fc.oneof(fc.constant('a'), text),
    MessageBody: text,
    ReceiptHandle: text,
    VisibilityTimeout: number,
    DelaySeconds: number,
    MessageGroupId: text,
    MessageAttributes: fc.dictionary(text, attribute, { maxKeys: 3 }),
  },
  { requiredKeys: [] },
);
const member = (name: string): fc.Arbitrary<unknown> => {
  if (name === 'Entries') return fc.oneof(value, fc.array(entry, { maxLength: 12 }));
  if (name.endsWith('Attributes'))
    return fc.oneof(value, fc.dictionary(text, fc.oneof(text, attribute), { maxKeys: 4 }));
  if (name.endsWith('s'))
    return fc.oneof(value, fc.array(text, { maxLength: 4 }), fc.dictionary(text, text, { maxKeys: 4 }));
  return value;
};

const request = fc.constantFrom(...operations).chain(({ action, members }) =>
  fc.record({
    action: fc.constant(action),
    input: fc.record(Object.fromEntries(members.map((name) => [name, member(name)])), { requiredKeys: [] }),
    isOnQueue: fc.boolean(),
  }),
);

describeSqs('SQS under hostile input', (sqs) => {
  let takenCount = 0;
  function check({ status, text: body }: RawAnswer): void {
    expect([200, 400, 403, 404]).toContain(status);
    // Refused for what it says, not because the suite signs it wrongly.
    expect(body).not.toContain('Signature');
    if (status === 200) takenCount++;
  }

  test('JSON of any content', { timeout: 120_000 }, async () => {
    const url = await sqs.createQueue();
    const property = fc.asyncProperty(request, async ({ action, input, isOnQueue }) => {
      const named = isOnQueue && action !== 'DeleteQueue' ? { QueueUrl: url, SourceArn: arnOf(url) } : {};
      const answer = await rawJson(sqs.daemon.endpoint, action, { ...input, ...named }, { queryMode: true });
      check(answer);
    });
    await fc.assert(property, { numRuns: runCount });
    expect(takenCount).toBeGreaterThan(0);
    expect(await sqs.send(url, 'still there')).toBeDefined();
  });

  test('a value that hides how it is written', async () => {
    const input = { MaxResults: { toString: '' } };
    const answer = await rawJson(sqs.daemon.endpoint, 'ListQueues', input, { queryMode: true });
    check(answer);
    expect(answer.status).toBe(400);
  });

  test('forms of any content', { timeout: 120_000 }, async () => {
    const url = await sqs.createQueue();
    const names = fc.oneof(
      fc.constantFrom(
        'QueueUrl',
        'Attribute.1.Name',
        'Attribute.1.Value',
        'Tag.1.Key',
        'TagKey.1',
        'MessageBody',
      ),
      fc.constantFrom(
        'SendMessageBatchRequestEntry.1.Id',
        'SendMessageBatchRequestEntry.2.MessageBody',
        'Label',
      ),
      fc.constantFrom('MessageAttribute.1.Name', 'MessageAttribute.1.Value.DataType', 'MaxNumberOfMessages'),
      fc.constantFrom(
        'Attribute.999999999.Name',
        'Attribute..Name',
        '.',
        'a.b.c.d',
        'QueueName',
        'ReceiptHandle',
      ),
      text,
    );
    const form = fc.dictionary(names, text, { maxKeys: 8 });
    const actions = fc.constantFrom(...operations.map(({ action }) => action), '', 'Nothing');
    const property = fc.asyncProperty(actions, form, async (Action, fields) => {
      const named: Record<string, string> = Action === 'DeleteQueue' ? {} : { QueueUrl: url };
      const answer = await rawQuery(sqs.daemon.endpoint, { ...named, ...fields, Action });
      check(answer);
    });
    await fc.assert(property, { numRuns: runCount });
    expect(takenCount).toBeGreaterThan(0);
    expect(await sqs.send(url, 'still there')).toBeDefined();
  });
});
