// The headers of replies: what every engine adds, and the guard that no header value can end its line.
// Called by the engines when a handler replies.
import { STATUS_CODES } from 'node:http';

const forbidden = /[^\t\x20-\x7e\x80-\xff]/g;

/**
 * Values may carry text of strangers (a resource name in an error header). A CR or LF in it would start a
 * header of theirs, and so would a character such as U+010D, whose low byte is a CR once written as latin1.
 */
export function safeHeaderValue(value: string): string {
  forbidden.lastIndex = 0;
  return forbidden.test(value) ? value.replace(forbidden, '?') : value;
}

/** RFC 9110 8.6, 6.4.1: these statuses never have content, and 204 no Content-Length either. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

export function statusText(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown';
}
