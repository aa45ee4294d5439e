// Says in Jackson's words, as EventBridge does, where JSON text goes wrong. Called when targets are put.
import type { TemplatePart } from '../../../broker/index.ts';

/** `undefined` when the text is JSON. */
export function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const { line, column } = faultPlace(text, error);
    return `[Source: (String)"${text}"; line: ${line}, column: ${column}]`;
  }
}

/**
 * A template's text around its placeholders has to be JSON. One that is no object may be several strings, one
 * on a line, and these may hold line ends (recorded: both arrive as they were written).
 */
export function templateFault(parts: readonly TemplatePart[]): string | undefined {
  const text = parts.map(probeText).join('');
  if (/^\s*[{[]/.test(text)) return jsonFault(text);
  const line = /\s*(?:"(?:[^"\\]|\\.)*"|[^\s"]+)\s*/gy;
  let end = 0;
  for (const [value] of text.matchAll(line)) {
    const fault = jsonFault(
      value.trim().replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t'),
    );
    if (fault !== undefined) return jsonFault(text);
    end += value.length;
  }
  return end === text.length && end > 0 ? undefined : jsonFault(text);
}

function probeText(part: TemplatePart): string {
  if (part.kind === 'text') return part.text;
  return part.form === 'json' ? 'null' : '';
}

/** V8 names the position, except at the text's end; Jackson has read one character more and counts from 1. */
function faultPlace(text: string, error: unknown): { line: number; column: number } {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  const before = text.slice(0, position === undefined ? text.length : Number(position));
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + (position === undefined ? 1 : 2) };
}
