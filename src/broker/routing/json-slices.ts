// Finds values in JSON text and answers where they stand, so that what is copied out keeps its digits, key
// order and escapes. Called by transforms and for the keys of stream records. It does not validate: text
// that is not JSON gives `undefined` or a slice of it, never an exception. Of equal member names the last
// counts, as it does for JSON.parse, so that what was matched is what is copied.
import type { JsonPath } from '../transform-types.ts';

/** The text of the value at `path`, or `undefined` where there is none. */
export function jsonSlice(text: string, path: JsonPath): string | undefined {
  let start = skipSpace(text, 0);
  for (const step of path) {
    start = typeof step === 'number' ? findElement(text, start, step) : findMember(text, start, step);
    if (start < 0) return undefined;
  }
  const end = valueEnd(text, start);
  return end < 0 ? undefined : text.slice(start, end);
}

/** The text of an object with another value of a member that it has; other text as it is. */
export function withMember(text: string, name: string, change: (slice: string) => string): string {
  const start = findMember(text, skipSpace(text, 0), name);
  if (start < 0) return text;
  const end = valueEnd(text, start);
  return text.slice(0, start) + change(text.slice(start, end)) + text.slice(end);
}

/** The characters of a JSON string's text; `undefined` for anything else. */
export function stringOfSlice(slice: string): string | undefined {
  if (slice.charCodeAt(0) !== quote || slice.length < 2) return undefined;
  if (!slice.includes('\\')) return slice.slice(1, -1);
  try {
    return String(JSON.parse(slice));
  } catch {
    return undefined;
  }
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Start of the last member of that name in the object at `start`, or -1. */
function findMember(text: string, start: number, name: string): number {
  if (text.charCodeAt(start) !== openBrace) return -1;
  let found = -1;
  let at = skipSpace(text, start + 1);
  while (text.charCodeAt(at) !== closeBrace) {
    const keyEnd = stringEnd(text, at);
    if (keyEnd < 0) return -1;
    const separator = skipSpace(text, keyEnd);
    if (text.charCodeAt(separator) !== colon) return -1;
    const valueStart = skipSpace(text, separator + 1);
    const end = valueEnd(text, valueStart);
    if (end < 0) return -1;
    if (isKey(text, at + 1, keyEnd - 1, name)) found = valueStart;
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === comma) at = skipSpace(text, at + 1);
    else if (text.charCodeAt(at) !== closeBrace) return -1;
  }
  return found;
}

/** Start of an element of the array at `start`, or -1. */
function findElement(text: string, start: number, index: number): number {
  if (text.charCodeAt(start) !== openBracket) return -1;
  let at = skipSpace(text, start + 1);
  for (let passed = 0; text.charCodeAt(at) !== closeBracket; passed++) {
    if (passed === index) return at;
    const end = valueEnd(text, at);
    if (end < 0) return -1;
    at = skipSpace(text, end);
    if (text.charCodeAt(at) !== comma) return -1;
    at = skipSpace(text, at + 1);
  }
  return -1;
}

/** A key with an escape in it is compared by its characters: `"\u0061"` is the member `a`. */
function isKey(text: string, start: number, end: number, name: string): boolean {
  if (end - start === name.length && text.startsWith(name, start)) return !name.includes('\\');
  for (let at = start; at < end; at++) {
    if (text.charCodeAt(at) === backslash) return stringOfSlice(text.slice(start - 1, end + 1)) === name;
  }
  return false;
}

/** Index behind the value that starts at `at`, or -1. */
function valueEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === quote) return stringEnd(text, at);
  if (code === openBrace || code === openBracket) return nestedEnd(text, at);
  scalar.lastIndex = at;
  return scalar.test(text) ? scalar.lastIndex : -1;
}

/** Counts brackets of both kinds alike: text that mixes them up is not JSON, and nobody is harmed. */
function nestedEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = stringEnd(text, at) - 1;
      if (at < 0) return -1;
    } else if (code === openBrace || code === openBracket) {
      depth++;
    } else if (code === closeBrace || code === closeBracket) {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function stringEnd(text: string, start: number): number {
  if (text.charCodeAt(start) !== quote) return -1;
  let at = text.indexOf('"', start + 1);
  while (at >= 0) {
    let before = at - 1;
    while (text.charCodeAt(before) === backslash) before--;
    if ((at - before) % 2 === 1) return at + 1;
    at = text.indexOf('"', at + 1);
  }
  return -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
}
