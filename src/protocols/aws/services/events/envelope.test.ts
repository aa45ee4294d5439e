// Goal: the envelope is JSON with the detail as it was written, whatever the texts are.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compactJson, eventText, replayedText, scheduledEventText } from './envelope.ts';

const facts = {
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  account: '111122223333',
  region: 'eu-central-1',
  source: 'shop',
  detailType: 'sold',
  timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  resources: ['r'],
  detail: '{"a": 1.0,"a":2}',
};

test('an event has the members of the service, in its order', () => {
  expect(eventText(facts)).toBe(
    '{"version":"0","id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":"sold","source":"shop",' +
      '"account":"111122223333","time":"2026-01-02T03:04:05Z","region":"eu-central-1","resources":["r"],' +
      '"detail":{"a": 1.0,"a":2}}',
  );
});

test('any texts make JSON with these texts in it', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 });
  const texts = fc.tuple(text, text, fc.array(text, { maxLength: 2 }));
  fc.assert(
    fc.property(texts, ([source, detailType, resources]) => {
      const parsed: unknown = JSON.parse(
        replayedText(eventText({ ...facts, source, detailType, resources }), source),
      );
      expect(parsed).toMatchObject({ source, 'detail-type': detailType, resources, 'replay-name': source });
    }),
  );
});

test('white space goes, but not that of strings', () => {
  const spaced = String.raw`{ "a b" : [ 1.0 , "\" \\" , "x\n y"]  } `;
  expect(compactJson(`\r\n\t${spaced}`)).toBe(String.raw`{"a b":[1.0,"\" \\","x\n y"]}`);
  const indents = fc.constantFrom<number | string>(1, 2, '\t');
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), indents, (value, indent) => {
      expect(compactJson(JSON.stringify(value, null, indent))).toBe(JSON.stringify(value));
    }),
  );
});

test('a schedule makes the event of the user guide', () => {
  const ruleArn = 'arn:aws:events:eu-central-1:111122223333:rule/r';
  const { id, account, region } = facts;
  const text = scheduledEventText({ account, region }, { id, ruleArn, timeMs: facts.timeMs });
  expect(JSON.parse(text)).toEqual({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: '2026-01-02T03:04:05Z',
    region,
    resources: [ruleArn],
    detail: {},
  });
});
