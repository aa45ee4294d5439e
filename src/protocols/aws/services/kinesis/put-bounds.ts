// Bounds of the members of PutRecords for the readers that go through a body by hand: the same as the rows',
// which they replace. What breaks one is left to the ordinary decoder and its words.
import { hashKey, nameBounds, streamArn } from './rows/shapes.ts';

/** Of a partition key; the readers take ASCII alone, so its bytes are its characters. */
export const keyCharsMax = 256;

interface TextBounds {
  readonly min: number;
  readonly max: number;
  readonly pattern: RegExp;
}

export function hasStreamNameForm(text: string | undefined): boolean {
  return text === undefined || isWithin(nameBounds, text);
}

export function hasStreamArnForm(text: string | undefined): boolean {
  return text === undefined || isWithin(streamArn, text);
}

export function hasHashKeyForm(text: string): boolean {
  return hashKey.pattern.test(text);
}

function isWithin({ min, max, pattern }: TextBounds, text: string): boolean {
  return text.length >= min && text.length <= max && pattern.test(text);
}
