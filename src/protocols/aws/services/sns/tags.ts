// Tags of topics: bounds in the words of SNS. Used when a topic is made and when tags are added.
import { invalidParameter, tagLimitExceeded } from './errors.ts';

export type Tags = Readonly<Record<string, string>>;

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const tagsMax = 50;
const keyCharsMax = 128;
const valueCharsMax = 256;

/** The tags of a request; throws for doubled keys and broken bounds. */
export function readTags(given: readonly Tag[]): Tags {
  const tags: Record<string, string> = {};
  for (const { Key: key, Value: value } of given) {
    if (Object.hasOwn(tags, key)) throw invalidParameter('Duplicated keys are not allowed.');
    if (key.length < 1 || key.length > keyCharsMax) {
      throw invalidParameter(`Tag key must be between 1 and ${keyCharsMax} characters in length.`);
    }
    if (value.length > valueCharsMax) {
      throw invalidParameter(`Tag value must be between 0 and ${valueCharsMax} characters in length.`);
    }
    tags[key] = value;
  }
  return checkTagCount(tags);
}

export function mergeTags(current: Tags, added: Tags): Tags {
  return checkTagCount({ ...current, ...added });
}

function checkTagCount(tags: Tags): Tags {
  if (Object.keys(tags).length <= tagsMax) return tags;
  throw tagLimitExceeded('Could not complete request: tag quota of per resource exceeded');
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value }));
}
