// Bodies as they are shown: text or base64, preview or whole.
import { expect, test } from 'vitest';
import { bodyView } from './message-view.ts';

test('small text is shown whole', () => {
  expect(bodyView(Buffer.from('größe 😀'), false)).toEqual({ body: 'größe 😀' });
});

test('a large body is a preview unless the whole is asked for', () => {
  const body = Buffer.alloc(5000, 'x');
  expect(bodyView(body, false)).toEqual({ body: 'x'.repeat(2048), isPreview: true });
  expect(bodyView(body, true)).toEqual({ body: 'x'.repeat(5000) });
});

test('a preview never cuts a character in two', () => {
  for (const shift of [0, 1, 2, 3]) {
    const { body, encoding } = bodyView(Buffer.from('x'.repeat(shift) + '😀'.repeat(1000)), false);
    expect(encoding).toBeUndefined();
    expect(body).toMatch(/^x*(😀)+$/u);
    expect(Buffer.byteLength(body)).toBeGreaterThan(2040);
  }
});

test('what is no text is base64', () => {
  const body = Buffer.from([0xff, 0xfe, 0, 1]);
  expect(bodyView(body, false)).toEqual({ body: body.toString('base64'), encoding: 'base64' });
});
