// Unit tests of the byte writer and reader: what is written comes back, also across growth and reset.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from './bytes.ts';

test('what is written comes back, also when the buffer had to grow', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.double(), fc.string({ unit: 'binary' }))),
      (rows) => {
        const writer = new ByteWriter(8);
        for (const [word, real, text] of rows) {
          writer.u32(word);
          writer.f64(real);
          writer.text16(text.slice(0, 1000));
        }
        const reader = new ByteReader(writer.bytes());
        for (const [word, real, text] of rows) {
          expect(reader.u32()).toBe(word);
          expect(reader.f64()).toBe(real);
          expect(reader.text16()).toBe(Buffer.from(text.slice(0, 1000)).toString());
        }
        expect(reader.isAtEnd).toBe(true);
      },
    ),
  );
});

test('a read past the end throws instead of inventing bytes', () => {
  const writer = new ByteWriter(8);
  writer.u16(5);
  expect(() => new ByteReader(writer.bytes()).text16()).not.toThrow(TypeError);
  expect(() => new ByteReader(Buffer.alloc(2)).u32()).toThrow(RangeError);
});
