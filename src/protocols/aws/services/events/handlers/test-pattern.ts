// TestEventPattern: would this event match. With the header `x-caudal-explain` the answer also says, for each
// condition, which values the event had there and whether they satisfied it.
import { explain, matches } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { invalidParameter } from '../errors.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { compilePattern } from './rules.ts';

export function testEventPattern(
  input: EventsInput<'TestEventPattern'>,
  call: Call,
): EventsOutput<'TestEventPattern'> {
  const { account } = call.principal;
  call.authorize('events:TestEventPattern', { arn: `arn:aws:events:${call.region}:${account}:*`, account });
  const matcher = compilePattern(input.EventPattern);
  checkEvent(input.Event);
  const message = { body: input.Event, attributes: [] };
  const isMatch = matches(matcher, message);
  if (call.header('x-caudal-explain') === undefined) return { Result: isMatch };
  const explained = { Result: isMatch, Explanation: explain(matcher, message) };
  return explained;
}

/** What every event has, and one to be tested must have (recorded). */
const members = ['id', 'account', 'source', 'time', 'region', 'detail-type'] as const;

function checkEvent(text: string): void {
  try {
    const event: unknown = JSON.parse(text);
    if (typeof event === 'object' && event !== null && members.every((name) => name in event)) return;
  } catch {
    // Told below.
  }
  throw invalidParameter('Event');
}
