// Request ids look like UUIDs and differ.
import { expect, test } from 'vitest';
import { RequestIds } from './request-id.ts';

test('ids have the form of a random UUID and never repeat', () => {
  const ids = new RequestIds();
  const seen = new Set(Array.from({ length: 1000 }, () => ids.next()));
  expect(seen.size).toBe(1000);
  for (const id of seen)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});
