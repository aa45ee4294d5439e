// Splits a template with `<placeholder>`s into the core's parts. One scanner for rules, pipes and schedules,
// which differ in what a placeholder is. It tracks JSON strings, because EventBridge puts values in as JSON
// outside of quotes and as characters inside of them (EventBridge user guide, "Amazon EventBridge input
// transformation"). It knows no names and refuses nothing but what its caller's lookup refuses.
import type { TemplatePart, ValueForm } from '../../../broker/index.ts';

/** What stands for a placeholder; undefined: it is no placeholder, the text stays. */
export type PlaceholderLookup = (name: string, form: ValueForm) => readonly TemplatePart[] | undefined;

export interface TemplateSyntax {
  /** Sticky; its first group is the name. */
  readonly placeholder: RegExp;
  /** Form of what stands outside of quotes. */
  readonly bareForm: 'json' | 'plain';
}

export function splitTemplate(
  template: string,
  syntax: TemplateSyntax,
  lookup: PlaceholderLookup,
): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let textStart = 0;
  let isInString = false;
  for (let at = 0; at < template.length; at++) {
    const character = template[at];
    if (character === '\\' && isInString) at++;
    else if (character === '"') isInString = !isInString;
    else if (character === '<') {
      syntax.placeholder.lastIndex = at;
      const name = syntax.placeholder.exec(template)?.[1];
      const inserted = name && lookup(name, isInString ? 'quoted' : syntax.bareForm);
      if (!inserted) continue;
      pushText(parts, template.slice(textStart, at));
      for (const part of inserted) pushPart(parts, part);
      textStart = syntax.placeholder.lastIndex;
      at = textStart - 1;
    }
  }
  pushText(parts, template.slice(textStart));
  return parts;
}

/** A string that is known when the template is compiled. */
export function textPart(value: string, form: ValueForm): TemplatePart {
  const slice = JSON.stringify(value);
  if (form === 'json') return { kind: 'text', text: slice };
  return { kind: 'text', text: form === 'quoted' ? slice.slice(1, -1) : value };
}

/** An empty string stands for what is missing (recorded: `""` outside of quotes, nothing inside). */
export function missingText(form: ValueForm): string {
  return form === 'json' ? '""' : '';
}

function pushPart(parts: TemplatePart[], part: TemplatePart): void {
  if (part.kind === 'text') pushText(parts, part.text);
  else parts.push(part);
}

function pushText(parts: TemplatePart[], text: string): void {
  const last = parts.at(-1);
  if (text === '') return;
  if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + text };
  else parts.push({ kind: 'text', text });
}
