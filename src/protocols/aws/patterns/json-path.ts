// The paths of rule targets, pipes and stream keys: `$`, `$.detail.a-b`, `$.list[0]`. Compiled to the core's
// JsonPath once, when a target is put. EventBridge promises no more than these and wildcards; a wildcard is
// understood only at the end of an array's path, where it changes nothing.
import type { JsonPath } from '../../../broker/index.ts';

/** `quoted`: names in brackets (`$['a b']`), which PutTargets refuses (measured) and other services take. */
export function parseJsonPath(text: string, names: 'dotted' | 'quoted'): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const end = text.endsWith('[*]') ? text.length - 3 : text.length;
  const path: (string | number)[] = [];
  let at = 1;
  while (at < end) {
    step.lastIndex = at;
    const found = step.exec(text);
    if (found === null || step.lastIndex > end) return undefined;
    const [, dotted, index, single, double] = found;
    const inBrackets = single ?? double;
    if (inBrackets !== undefined && names === 'dotted') return undefined;
    path.push(index === undefined ? (dotted ?? inBrackets ?? '') : Number(index));
    at = step.lastIndex;
  }
  return path;
}

/** `.name`, `[0]`, `['name']`, `["name"]`. */
const step = /\.([^.[\]*'"\s()?@,]+)|\[(\d{1,9})\]|\['([^']+)'\]|\["([^"]+)"\]/y;
