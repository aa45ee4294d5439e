// Reads query parameters and body members of admin requests, each with a sentence about what was wrong.
import { limits } from '../../base/limits.ts';
import { badRequest } from './problem.ts';

export function wholeNumber(query: URLSearchParams, name: string, preset: number, max: number): number {
  const text = query.get(name);
  if (text === null || text === '') return preset;
  if (!/^[0-9]{1,16}$/.test(text) || Number(text) > max)
    throw badRequest(`${name} must be a number from 0 to ${max}`);
  return Number(text);
}

export function pageLimit(query: URLSearchParams, preset = 100): number {
  return Math.max(1, wholeNumber(query, 'limit', preset, limits.adminPageRowsMax));
}

export function oneOf<const C extends readonly string[]>(
  query: URLSearchParams,
  name: string,
  choices: C,
): C[number] {
  const text = query.get(name) ?? choices[0] ?? '';
  if (!choices.includes(text)) throw badRequest(`${name} must be one of ${choices.join(', ')}`);
  return text;
}

export function flag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? 'false';
  if (text !== 'true' && text !== 'false') throw badRequest(`${name} must be true or false`);
  return text === 'true';
}

type Body = Readonly<Record<string, unknown>>;

export function textMember(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw badRequest(`${name} must be a text`);
  return value;
}

export function numberMember(body: Body, name: string, max: number): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    throw badRequest(`${name} must be a whole number from 0 to ${max}`);
  }
  return value;
}

/** A map of text to text; numbers and booleans are taken as text, inner maps as JSON. */
export function textMap(body: Body, name: string): Readonly<Record<string, string>> {
  const value = body[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest(`${name} must be a map`);
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).map(([key, one]) => [
      key,
      typeof one === 'string' ? one : JSON.stringify(one),
    ]),
  );
}

export function switchMember(body: Body, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value !== 'boolean') throw badRequest(`${name} must be true or false`);
  return value;
}
