// The rules of docs/STYLE.md that a machine can judge, one function each: a file in, problems out, written
// `path:line: what`. Called by test/tidy.test.ts, which also proves that each rule can fail.
import type { SourceFile } from './source.ts';

const limits = {
  fileLines: 400,
  testFileLines: 800,
  functionLines: 70,
  columns: 110,
  headerChars: 60,
};

const isTest = (file: SourceFile): boolean => file.path.endsWith('.test.ts') || file.path.startsWith('test/');

/** Words of one protocol's wire, which the core must not know. */
const wireWords = /\b[aA]rn\b|[a-z]Arn\b|QueueUrl|\bvhost\b|deliveryTag|\bqos\b/;
/** What makes a fold over the log give different states: time, chance, interleaving, the outside world. */
const impure =
  /\basync\b|\bawait\b|Date\.now|new Date\(|Math\.random|\bset(Timeout|Interval|Immediate)\b|\bprocess\.|performance\.|randomUUID/;
/** Hands entries to other cells after their commit: beside the state, not in it. */
const besideTheState = 'src/broker/queue/outbox.ts';
/** Words that say "drawer": a name must say what it holds. */
const drawerWords = /(^|[/-])(managers?|helpers?|utils?|misc|common)([-./]|$)/;

export function checkLength(file: SourceFile): string[] {
  const limit = isTest(file) ? limits.testFileLines : limits.fileLines;
  if (file.lines.length <= limit) return [];
  return [`${file.path}:${limit}: ${file.lines.length} lines, more than ${limit}`];
}

export function checkColumns(file: SourceFile): string[] {
  return eachLine(file, file.lines, (line) => {
    if (line.length <= limits.columns) return undefined;
    // A pattern cannot be broken over lines, and neither can an address.
    if (/https?:\/\/\S{60}/.test(line) || /^\s*\/.*\/[a-z]*[;,)]*$/.test(line)) return undefined;
    return `${line.length} columns, more than ${limits.columns}`;
  });
}

export function checkHeader(file: SourceFile): string[] {
  const first = file.lines[0]?.startsWith('#!') ? 1 : 0;
  let chars = 0;
  for (let i = first; file.lines[i]?.startsWith('//'); i++) chars += (file.lines[i] as string).length - 2;
  if (chars >= (isTest(file) ? 1 : limits.headerChars)) return [];
  return [`${file.path}:1: no opening comment that says what it owns, who calls it, what it never does`];
}

export function checkLeftovers(file: SourceFile): string[] {
  return eachLine(file, file.lines, (line) =>
    /\b(TO[D]O|FIX[M]E)\b/.test(line) ? 'unfinished note' : undefined,
  );
}

export function checkConsole(file: SourceFile): string[] {
  if (/^(bench|scripts)\//.test(file.path)) return [];
  return eachLine(file, file.codeLines, (line) =>
    /\bconsole\.\w+\(/.test(line) ? 'console: use base/log.ts' : undefined,
  );
}

export function checkWireWords(file: SourceFile): string[] {
  if (!file.path.startsWith('src/broker/')) return [];
  return eachLine(file, file.lines, (line) => {
    const word = wireWords.exec(line)?.[0];
    return word === undefined ? undefined : `the core does not know the word '${word}'`;
  });
}

export function checkPurity(file: SourceFile): string[] {
  if (
    isTest(file) ||
    file.path === besideTheState ||
    !/^src\/broker\/(queue|catalog|stream|routing)\//.test(file.path)
  )
    return [];
  const problems = eachLine(file, file.codeLines, (line) => {
    const word = impure.exec(line)?.[0];
    return word === undefined ? undefined : `'${word}' in synchronous, pure code`;
  });
  for (const found of file.imports) {
    if (!/^(node:(crypto|buffer|zlib)|msgpackr)$|^\./.test(found.specifier)) {
      problems.push(`${file.path}:${found.line}: ${found.specifier} in synchronous, pure code`);
    }
  }
  return problems;
}

/** lmdb-js runs the callback of a transaction; a commit that the callback merely returns is not awaited. */
export function checkTransactions(file: SourceFile): string[] {
  return eachLine(file, file.codeLines, (line) =>
    /transactionSync\(\s*(async\s*)?\([^)]*\)\s*=>\s*[^{\s]/.test(line)
      ? 'transactionSync with an expression: write a block that returns nothing'
      : undefined,
  );
}

export function checkFileName(file: SourceFile): string[] {
  if (!drawerWords.test(file.path)) return [];
  return [`${file.path}:1: a name that says nothing (manager, helper, util ...)`];
}

/** A function's lines, from its head to its closing brace. Relies on the formatter's indentation. */
export function checkFunctions(file: SourceFile): string[] {
  if (isTest(file)) return [];
  const problems: string[] = [];
  file.codeLines.forEach((line, index) => {
    const head = functionHead(file.codeLines, index);
    if (head === undefined) return;
    const indent = indentOf(line);
    let end = index + 1;
    while (end < file.codeLines.length && !isClosing(file.codeLines[end] as string, indent)) end++;
    const count = end - head + 1;
    if (count > limits.functionLines) {
      problems.push(
        `${file.path}:${head + 1}: a function of ${count} lines, more than ${limits.functionLines}`,
      );
    }
  });
  return problems;
}

const control = /^\s*(\}\s*)?(if|else|for|while|do|switch|catch|try|finally|with|class|interface)\b/;

/** Index of the line where the function whose body opens at the end of line `index` starts. */
function functionHead(lines: readonly string[], index: number): number | undefined {
  const line = lines[index] as string;
  if (!/(\)(\s*:\s*.+)?|=>)\s*\{\s*$/.test(line)) return undefined;
  let head = index;
  if (/^\s*\)/.test(line)) {
    head--;
    while (
      head > 0 &&
      (lines[head] as string).trim() !== '' &&
      indentOf(lines[head] as string) > indentOf(line)
    )
      head--;
  }
  return control.test(lines[head] as string) ? undefined : head;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isClosing(line: string, indent: number): boolean {
  return line.charAt(indent) === '}' && indentOf(line) === indent;
}

type Judge = (line: string) => string | undefined;

function eachLine(file: SourceFile, lines: readonly string[], judge: Judge): string[] {
  const problems: string[] = [];
  lines.forEach((line, index) => {
    const problem = judge(line);
    if (problem !== undefined) problems.push(`${file.path}:${index + 1}: ${problem}`);
  });
  return problems;
}
