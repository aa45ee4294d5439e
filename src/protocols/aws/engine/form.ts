// application/x-www-form-urlencoded into a tree along the dots of its names, which is how the Query wire
// writes nested input: `Attribute.1.Name=x`. Used by the router and wire-query.ts; it knows no shapes.
import { limits } from '../../../base/limits.ts';
import { AwsError } from './errors.ts';
import { coralNamespace, type FormNode } from './wire.ts';

/** Adds the fields of `text` to the tree; a later value of the same name wins. */
export function parseForm(
  text: string,
  root: FormNode = { value: undefined, children: undefined },
): FormNode {
  let start = 0;
  let fieldCount = 0;
  while (start < text.length) {
    let end = text.indexOf('&', start);
    if (end < 0) end = text.length;
    if (end > start) {
      if (++fieldCount > limits.awsFormFieldsMax) throw malformedForm('too many parameters');
      addField(root, text, start, end);
    }
    start = end + 1;
  }
  return root;
}

function addField(root: FormNode, text: string, start: number, end: number): void {
  const equals = text.indexOf('=', start);
  const nameEnd = equals < 0 || equals > end ? end : equals;
  const name = decodeFormText(text.slice(start, nameEnd));
  nodeAt(root, name).value = decodeFormText(text.slice(nameEnd + 1, end));
}

function nodeAt(root: FormNode, name: string): FormNode {
  let node = root;
  let start = 0;
  for (let depth = 0; depth < limits.awsFormDepthMax; depth++) {
    const dot = name.indexOf('.', start);
    const segment = dot < 0 ? name.slice(start) : name.slice(start, dot);
    node.children ??= new Map();
    let child = node.children.get(segment);
    if (child === undefined) {
      child = { value: undefined, children: undefined };
      node.children.set(segment, child);
    }
    if (dot < 0) return child;
    node = child;
    start = dot + 1;
  }
  throw malformedForm('parameter names are nested too deeply');
}

function decodeFormText(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformedForm('a parameter is not URL-encoded UTF-8');
  }
}

function malformedForm(reason: string): AwsError {
  const message = `The query string is malformed: ${reason}.`;
  return new AwsError(message, { type: 'MalformedQueryString', namespace: coralNamespace });
}

export function formValue(root: FormNode | undefined, name: string): string | undefined {
  return root?.children?.get(name)?.value;
}
