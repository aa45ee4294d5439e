// Tags of buses and rules: lists on the wire, records in the core. Pure.
import { validationError } from './errors.ts';

export type Tags = Readonly<Record<string, string>>;
interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const tagsMax = 50;

export function tagsOf(list: readonly Tag[] | undefined): Tags {
  return mergeTags({}, list ?? []);
}

export function mergeTags(current: Tags, added: readonly Tag[]): Tags {
  const merged = {
    ...current,
    ...Object.fromEntries(added.map(({ Key: key, Value: value }) => [key, value])),
  };
  if (Object.keys(merged).length <= tagsMax) return merged;
  throw validationError(`A resource has at most ${tagsMax} tags.`);
}

export function withoutTags(current: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(current).filter(([key]) => !keys.includes(key)));
}

export function tagList(tags: Tags): Tag[] {
  return Object.keys(tags)
    .sort()
    .map((key) => ({ Key: key, Value: tags[key]! }));
}
