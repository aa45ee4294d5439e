// Reads caudal.yaml: parses, checks against the schema, and says of each problem in which line it is and what
// was probably meant. Called by config.ts only when there is a file.
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { err, ok, type Result } from '../base/result.ts';
import { didYouMean } from '../base/suggest.ts';
import { type FileSections, fileSchema } from './config-schema.ts';
import { parseSetting, type SettingName, settingNames, type SettingValue } from './settings.ts';

export interface ConfigFile {
  readonly settings: ReadonlyMap<SettingName, SettingValue>;
  readonly sections: FileSections;
}

const problemsShownMax = 20;

export function readConfigFile(path: string): Result<ConfigFile, readonly string[]> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return err([`${path}: cannot be read: ${(error as Error).message}`]);
  }
  return parseConfig(text, path);
}

function parseConfig(text: string, path: string): Result<ConfigFile, readonly string[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return err(document.errors.map((e) => `${path}:${lines.linePos(e.pos[0]).line}: ${e.message}`));
  }
  let given: unknown;
  try {
    given = document.toJS() ?? {};
  } catch (error) {
    // Aliases: unknown ones, or so many that the file would blow up.
    return err([`${path}: ${(error as Error).message}`]);
  }
  if (Array.isArray(given)) return err([`${path}:1: the file must be a map, not a list`]);
  const at = (keys: readonly unknown[]): string =>
    `${path}:${lineOf(document, lines, keys)}: ${pathText(keys)}`;
  const checked = v.safeParse(fileSchema, given);
  if (!checked.success) {
    return err(checked.issues.slice(0, problemsShownMax).map((issue) => describe(issue, at)));
  }
  const settings = new Map<SettingName, SettingValue>();
  const problems: string[] = [];
  for (const name of settingNames) {
    const raw = (checked.output as Record<string, unknown>)[name];
    if (raw === undefined || typeof raw === 'object') continue;
    const parsed = parseSetting(name, raw as string | number | boolean);
    if (parsed.ok) settings.set(name, parsed.value);
    else problems.push(`${at([name])}: ${parsed.error}`);
  }
  return problems.length > 0 ? err(problems) : ok({ settings, sections: checked.output });
}

type At = (keys: readonly unknown[]) => string;

function describe(issue: v.BaseIssue<unknown>, at: At): string {
  const keys = (issue.path ?? []).map((item) => item.key);
  if (issue.type !== 'strict_object' || keys.length === 0) {
    return `${at(keys)}: ${issue.type === 'strict_object' ? 'must be a map' : issue.message}`;
  }
  const name = String(keys.at(-1));
  if (issue.expected !== 'never') {
    const isMissing = issue.received === 'undefined';
    return isMissing ? `${at(keys.slice(0, -1))}: ${name} is missing` : `${at(keys)}: must be a map`;
  }
  return `${at(keys)}: unknown key${didYouMean(name, knownKeys(keys.slice(0, -1)))}`;
}

interface Described {
  readonly entries?: Readonly<Record<string, Described>>;
  readonly wrapped?: Described;
  readonly value?: Described;
  readonly item?: Described;
  readonly pipe?: readonly Described[];
  readonly getter?: (input: object) => Described;
}

// Walks the schema along the path of the unknown key, to the map whose other keys it could have been.
function knownKeys(path: readonly unknown[]): readonly string[] {
  let schema: Described | undefined = inner(fileSchema as unknown as Described);
  for (const key of path) schema = inner(schema?.entries?.[String(key)] ?? schema?.value ?? schema?.item);
  return Object.keys(schema?.entries ?? {});
}

function inner(schema: Described | undefined): Described | undefined {
  if (schema?.wrapped !== undefined) return inner(schema.wrapped);
  if (schema?.getter !== undefined) return inner(schema.getter({}));
  if (schema?.pipe !== undefined && schema.pipe[0] !== schema) return inner(schema.pipe[0]);
  return schema;
}

function pathText(keys: readonly unknown[]): string {
  let text = '';
  for (const key of keys)
    text += typeof key === 'number' ? `[${key}]` : `${text === '' ? '' : '.'}${String(key)}`;
  return text === '' ? 'the file' : text;
}

// The line of the key itself where there is one: a value may start lines further down.
function lineOf(document: Document, lines: LineCounter, keys: readonly unknown[]): number {
  for (let depth = keys.length; depth > 0; depth--) {
    const parent: unknown = depth === 1 ? document.contents : document.getIn(keys.slice(0, depth - 1), true);
    const offset = keyOffset(parent, keys[depth - 1]);
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

function keyOffset(parent: unknown, key: unknown): number | undefined {
  if (!isNode(parent) || !('items' in parent)) return undefined;
  const items = parent.items as readonly unknown[];
  if (typeof key === 'number') return offsetOf(items[key]);
  for (const item of items) {
    const itemKey = (item as { key?: unknown }).key;
    if (isNode(itemKey) && String((itemKey as { value?: unknown }).value) === key) return offsetOf(itemKey);
  }
  return undefined;
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
