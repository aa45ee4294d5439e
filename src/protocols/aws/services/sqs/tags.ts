// Tags of a queue: bounds in the words of SQS. Used when a queue is made and when tags are added.
import { invalidParameter } from './errors.ts';

export type Tags = Readonly<Record<string, string>>;

const tagsMax = 50;
const keyCharsMax = 128;
const valueCharsMax = 256;

/** The tags of a queue after adding some; throws when that breaks a bound. */
export function mergeTags(queueName: string, current: Tags, added: Tags): Tags {
  for (const [key, value] of Object.entries(added)) {
    checkTagKey(key);
    if (value.length > valueCharsMax) {
      throw invalidParameter(`Tag values must be between 0 and ${valueCharsMax} characters in length.`);
    }
  }
  const merged = { ...current, ...added };
  if (Object.keys(merged).length > tagsMax) {
    throw invalidParameter(`Too many tags added for queue ${queueName}.`);
  }
  return merged;
}

export function checkTagKey(key: string): void {
  if (key.length >= 1 && key.length <= keyCharsMax) return;
  throw invalidParameter(`Tag keys must be between 1 and ${keyCharsMax} characters in length.`);
}
