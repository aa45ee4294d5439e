// Tags of streams and consumers: which there may be, in the words of the service. Pure.
import { invalidArgument, placeText, type StreamPlace } from './errors.ts';

export type Tags = Readonly<Record<string, string>>;

const tagsMax = 50;
/** `:` came with later years. */
const invalidCharacter = /[^\p{L}\p{Z}\p{N}\u00C0-\u1FFF\u2C00-\uD7FF\w./\-=+@%:]/u;
const allowed = "Unicode letters, white-spaces, '_',',','/','=','+','-','@'.";

/** The tags after adding some; throws when that breaks a rule. */
export function mergeTags(place: StreamPlace, current: Tags, added: Tags): Tags {
  checkCharacters(place, 'add tags to', [...Object.keys(added), ...Object.values(added)]);
  const merged = { ...current, ...added };
  if (Object.keys(merged).length <= tagsMax) return merged;
  throw invalidArgument(
    `Failed to add tags to ${placeText(place)} because a given stream cannot have more than ${tagsMax} ` +
      'tags associated with it.',
  );
}

export function withoutTags(place: StreamPlace, current: Tags, keys: readonly string[]): Tags {
  checkCharacters(place, 'remove tags from', keys);
  return Object.fromEntries(Object.entries(current).filter(([key]) => !keys.includes(key)));
}

/** `%` passes the first look and fails the second (recorded). */
function checkCharacters(place: StreamPlace, what: string, texts: readonly string[]): void {
  if (texts.some((text) => invalidCharacter.test(text))) {
    throw invalidArgument(
      'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, ' +
        '_ . / = + - % @.',
    );
  }
  if (texts.some((text) => text.includes('%'))) {
    throw invalidArgument(
      `Failed to ${what} ${placeText(place)} because some tags contained illegal characters. The allowed ` +
        `characters are ${allowed}`,
    );
  }
}

/** As answers show them, by key. */
export function tagList(tags: Tags): { readonly Key: string; readonly Value: string }[] {
  return Object.keys(tags)
    .sort()
    .map((key) => ({ Key: key, Value: tags[key]! }));
}
