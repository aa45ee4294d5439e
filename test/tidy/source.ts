// Reads the tree for the tidy rules: files with their lines, comments and strings blanked where a rule wants
// code alone, and the imports of each file. Called by test/tidy.test.ts; it judges nothing itself.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** Comments and the insides of strings blanked out, same line numbers: what rules about code look at. */
  readonly codeLines: readonly string[];
  readonly imports: readonly Import[];
}

export interface Import {
  readonly line: number;
  readonly specifier: string;
  /** Path from the root for a relative import, undefined for a package or builtin. */
  readonly target: string | undefined;
}

const skippedFolders = new Set([
  'node_modules',
  '.git',
  '.runtime',
  'dist',
  'coverage',
  'caudal-data',
  'fixtures',
]);

/** Every file below a folder, sorted, without what is generated or fetched. */
export function listFiles(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    if (skippedFolders.has(entry.name)) continue;
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...listFiles(name));
    else if (entry.isFile()) found.push(name);
  }
  return found.sort();
}

export function readSource(filePath: string): SourceFile {
  return parseSource(filePath, readFileSync(path.join(root, filePath), 'utf8'));
}

export function parseSource(filePath: string, text: string): SourceFile {
  const code = blankComments(text);
  const bare = blankStrings(code);
  const lines = text.replace(/\n$/, '').split('\n');
  return { path: filePath, text, lines, codeLines: bare.split('\n'), imports: findImports(filePath, code) };
}

const importPattern = /(?:(?<![.\w])from|\bimport)\s+(['"])([^'"\n]+)\1|\bimport\s*\(\s*(['"])([^'"\n]+)\3/g;

function findImports(filePath: string, code: string): Import[] {
  const found: Import[] = [];
  for (const match of code.matchAll(importPattern)) {
    const specifier = (match[2] ?? match[4]) as string;
    const line = code.slice(0, match.index).split('\n').length;
    const isRelative = specifier.startsWith('.');
    const target = isRelative ? path.posix.join(path.posix.dirname(filePath), specifier) : undefined;
    found.push({ line, specifier, target });
  }
  return found;
}

// Strings, templates and regular expressions are stepped over, so that a `//` inside them stays code. A
// regular expression is recognised by what stands before its slash, which is enough for formatted code.
const tokenPattern =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};]\s*|\breturn\s+)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

function blankComments(text: string): string {
  return text.replace(tokenPattern, (token) => {
    if (!token.startsWith('//') && !token.startsWith('/*')) return token;
    return token.replace(/[^\n]/g, ' ');
  });
}

function blankStrings(code: string): string {
  return code.replace(tokenPattern, (token) => {
    return token.charAt(0) + token.slice(1, -1).replace(/[^\n]/g, ' ') + token.slice(-1);
  });
}
