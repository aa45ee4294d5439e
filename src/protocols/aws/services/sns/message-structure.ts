// MessageStructure `json`: one text per protocol, and a default. Pure; called for messages that say so.
import { invalidParameter } from './errors.ts';

export interface StructuredMessage {
  readonly text: string;
  /** By protocol or push platform. */
  readonly variants: Readonly<Record<string, string>>;
}

/** Members that are no strings are passed over (recorded), so a default that is none is missing. */
export function parseStructure(message: string): StructuredMessage {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (typeof parsed !== 'object' || parsed === null) {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const variants = Object.create(null) as Record<string, string>;
  for (const [channel, text] of Object.entries(parsed)) {
    if (typeof text === 'string' && channel !== 'default') variants[channel] = text;
  }
  const { default: text } = parsed as { default?: unknown };
  if (typeof text !== 'string') {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  return { text, variants };
}
