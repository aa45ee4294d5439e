// Timestamps: milliseconds for handlers, seconds with a fraction in JSON, ISO 8601 in Query/XML.

export function timestampFromSeconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

export function timestampToSeconds(ms: number): number {
  return ms / 1000;
}

/** ISO 8601 (or a number of seconds, as some clients send); undefined when it is neither. */
export function timestampFromText(text: string): number | undefined {
  const seconds = text === '' ? Number.NaN : Number(text);
  if (Number.isFinite(seconds)) return timestampFromSeconds(seconds);
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

export function timestampToIso(ms: number): string {
  return new Date(ms).toISOString();
}

/** `20261125T011503Z` to ms; undefined unless it is exactly of that form and names a real instant. */
export function timestampFromBasicIso(text: string): number | undefined {
  if (text.length !== 16 || text.charCodeAt(8) !== 0x54 || text.charCodeAt(15) !== 0x5a) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 4, 2);
  const day = digits(text, 6, 2);
  const hour = digits(text, 9, 2);
  const minute = digits(text, 11, 2);
  const second = digits(text, 13, 2);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** `20261125T011503Z`. */
export function timestampToBasicIso(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/** -1 when one of them is no digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
