// Recorded messages: in order, by page, and no more of them than the limit.
import { expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { silentLogger } from '../base/log.ts';
import { RecordedMessages, RecordingTransport } from './recorded-messages.ts';

it('keeps what was sent, to be looked at', async () => {
  const messages = new RecordedMessages(new ManualClock(5), silentLogger);
  const transport = new RecordingTransport<{ to: string[]; text: string }>(messages, 'sms');
  expect(await transport.send({ to: ['+491'], text: 'hi' })).toEqual({ kind: 'delivered' });
  expect(messages.list({ limit: 10 })).toEqual([
    { id: 1, atMs: 5, kind: 'sms', to: ['+491'], text: '{"text":"hi"}' },
  ]);
});

it('forgets the oldest, and shortens what is long', () => {
  const messages = new RecordedMessages(new ManualClock(), silentLogger);
  const count = limits.recordedMessagesMax + 5;
  for (let i = 1; i <= count; i++) messages.record('push', [`${i}`], { i });
  const all = messages.list({ limit: count });
  expect([all.length, all[0]?.id, all.at(-1)?.id]).toEqual([limits.recordedMessagesMax, 6, count]);
  expect(all.every(({ id, to }) => to[0] === `${id}`)).toBe(true);
  expect(messages.list({ after: count - 2, limit: 10 }).map(({ id }) => id)).toEqual([count - 1, count]);
  expect(messages.list({ after: 10, limit: 2 }).map(({ id }) => id)).toEqual([11, 12]);
  const long = messages.record('email', ['a'], { text: 'x'.repeat(limits.recordedTextCharsMax) });
  expect(long.text.length).toBe(limits.recordedTextCharsMax);
  messages.clear();
  expect(messages.list({ limit: 10 })).toEqual([]);
});
