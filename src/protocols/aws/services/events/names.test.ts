// Goal: names go to ARNs and back, and nothing else is taken for one.
import { expect, test } from 'vitest';
import {
  busAddress,
  busArn,
  parseBusArn,
  parseNamedArn,
  parseRuleArn,
  ruleArn,
  ruleBindingName,
  ruleOfBinding,
} from './names.ts';

const place = { account: '111122223333', region: 'us-gov-west-1' };
const own = { ...place, bus: 'own' };

test('buses', () => {
  expect(busArn(place, 'own')).toBe('arn:aws:events:us-gov-west-1:111122223333:event-bus/own');
  expect(parseBusArn(busArn(place, 'own'))).toEqual(own);
  const caller = { account: '000000000000', region: 'us-east-1' };
  expect(busAddress(caller, undefined)).toEqual({ ...caller, bus: 'default' });
  expect(busAddress(caller, 'b')).toEqual({ ...caller, bus: 'b' });
  expect(busAddress(caller, busArn(place, 'own'))).toEqual(own);
});

test.each(['default', 'own'])('rules of bus %s', (bus) => {
  const address = { ...place, bus };
  const arn = ruleArn(address, 'r.1');
  expect(arn).toBe(`arn:aws:events:us-gov-west-1:111122223333:rule/${bus === 'default' ? '' : 'own/'}r.1`);
  expect(parseRuleArn(arn)).toEqual({ ...address, rule: 'r.1' });
  expect(ruleOfBinding(ruleBindingName(address, 'r.1'))).toEqual({ ...address, rule: 'r.1' });
});

test('bindings of archives, and of topics that are no buses, are no rules', () => {
  const namespace = '111122223333/us-east-1';
  expect(ruleOfBinding({ namespace, name: 'bus/own/archive/a' })).toBeUndefined();
  expect(ruleOfBinding({ namespace, name: 'topic/0f4e' })).toBeUndefined();
});

test.each(['arn:aws:sqs:us-east-1:111122223333:q', 'event-bus/x', 'arn:aws:events:us-east-1:1:event-bus/x'])(
  '%s is no bus',
  (text) => {
    expect(parseBusArn(text)).toBeUndefined();
  },
);

test('connections have an id behind their name, archives have none', () => {
  const arn = 'arn:aws:events:us-east-1:111122223333';
  const address = { account: '111122223333', region: 'us-east-1', name: 'n' };
  expect(parseNamedArn('connection', `${arn}:connection/n/1-a`)).toEqual({ ...address, id: '1-a' });
  expect(parseNamedArn('archive', `${arn}:archive/n`)).toEqual({ ...address, id: undefined });
  expect(parseNamedArn('archive', `${arn}:connection/n/1-a`)).toBeUndefined();
});
