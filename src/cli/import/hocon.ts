// Reads the part of HOCON that configuration files use: comments, nested and dotted keys, merged maps, lists,
// quoted and bare values. Every scalar stays text (an account keeps its zeros). What it does not know
// (includes, substitutions) is reported as a note, not an error.
import { err, ok, type Result } from '../../base/result.ts';

export type HoconValue = string | HoconMap | readonly HoconValue[];
export interface HoconMap {
  [key: string]: HoconValue;
}

export interface Hocon {
  readonly root: HoconMap;
  readonly notes: readonly string[];
}

class Unreadable extends Error {}

const depthMax = 64;

export function parseHocon(text: string): Result<Hocon, string> {
  const reader = new Reader(text);
  try {
    reader.skip();
    const isBraced = reader.take('{');
    const root = reader.map(isBraced ? '}' : '', 0);
    return ok({ root, notes: reader.notes });
  } catch (error) {
    if (error instanceof Unreadable) return err(error.message);
    throw error;
  }
}

export function isMap(value: HoconValue | undefined): value is HoconMap {
  return typeof value === 'object' && !Array.isArray(value);
}

class Reader {
  readonly notes: string[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  map(end: '}' | '', depth: number): HoconMap {
    if (depth > depthMax) throw this.#problem('it is nested too deeply');
    const map: HoconMap = Object.create(null) as HoconMap;
    for (;;) {
      this.skip();
      if (this.#at >= this.#text.length) {
        if (end === '') return map;
        throw this.#problem(`a '${end}' is missing`);
      }
      if (end !== '' && this.take(end)) return map;
      if (this.#line().startsWith('include ')) {
        this.notes.push(`line ${this.#lineNumber()}: include is not followed: ${this.#restOfLine()}`);
        continue;
      }
      const path = this.#path();
      this.skipSpaces();
      const isBlock = this.#text[this.#at] === '{';
      if (!isBlock && !this.take('+=') && !this.take('=') && !this.take(':')) {
        throw this.#problem(`'=' expected after ${path.join('.')}`);
      }
      this.skip();
      put(map, path, this.#value(depth));
      this.skipSpaces();
      this.take(',');
    }
  }

  /** White space, line ends and comments. */
  skip(): void {
    for (;;) {
      const rest = /^[\s,\uFEFF]+/.exec(this.#text.slice(this.#at, this.#at + 4096));
      if (rest !== null) this.#at += rest[0].length;
      else if (this.#text[this.#at] === '#' || this.#text.startsWith('//', this.#at)) this.#restOfLine();
      else return;
    }
  }

  skipSpaces(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at += 1;
  }

  take(wanted: string): boolean {
    if (!this.#text.startsWith(wanted, this.#at)) return false;
    this.#at += wanted.length;
    return true;
  }

  // `a.b."c.d"`: dots separate, quotes protect them.
  #path(): string[] {
    const path: string[] = [];
    do {
      if (this.#text[this.#at] === '"') path.push(this.#quoted());
      else path.push(this.#match(/^[^\s"{}[\]:=,+#.]+/, 'a key'));
    } while (this.take('.'));
    return path;
  }

  #value(depth: number): HoconValue {
    if (this.take('{')) return this.map('}', depth + 1);
    if (this.take('[')) return this.#list(depth + 1);
    const text = this.#scalar();
    if (text.includes('${')) this.notes.push(`line ${this.#lineNumber()}: ${text} is not replaced`);
    return text;
  }

  #list(depth: number): readonly HoconValue[] {
    if (depth > depthMax) throw this.#problem('it is nested too deeply');
    const list: HoconValue[] = [];
    for (;;) {
      this.skip();
      if (this.take(']')) return list;
      if (this.#at >= this.#text.length) throw this.#problem("a ']' is missing");
      const before = this.#at;
      list.push(this.#value(depth));
      if (this.#at === before) throw this.#problem('a value expected');
    }
  }

  // Quoted and bare parts of one line run together, as HOCON has it.
  #scalar(): string {
    let text = '';
    for (;;) {
      if (this.#text[this.#at] === '"') text += this.#quoted();
      else if (this.take('${')) text += `\${${this.#match(/^[^}\n]*/, 'a name')}${this.take('}') ? '}' : ''}`;
      else {
        const bare = /^(?:(?!\/\/|\$\{)[^"{}[\],\n\r#])+/.exec(this.#line());
        if (bare === null) return text.trim();
        this.#at += bare[0].length;
        text += bare[0];
      }
    }
  }

  #quoted(): string {
    if (this.take('"""')) {
      const end = this.#text.indexOf('"""', this.#at);
      if (end === -1) throw this.#problem('a """ is missing');
      const text = this.#text.slice(this.#at, end);
      this.#at = end + 3;
      return text;
    }
    const literal = this.#match(/^"(?:[^"\\\n]|\\.)*"/, 'a closing quote');
    try {
      return JSON.parse(literal) as string;
    } catch {
      return literal.slice(1, -1);
    }
  }

  #match(pattern: RegExp, what: string): string {
    const found = pattern.exec(this.#line());
    if (found === null) throw this.#problem(`${what} expected`);
    this.#at += found[0].length;
    return found[0];
  }

  #line(): string {
    const end = this.#text.indexOf('\n', this.#at);
    return this.#text.slice(this.#at, end === -1 ? undefined : end);
  }

  #restOfLine(): string {
    const line = this.#line();
    this.#at += line.length;
    return line.trim();
  }

  #lineNumber(): number {
    return this.#text.slice(0, this.#at).split('\n').length;
  }

  #problem(message: string): Unreadable {
    return new Unreadable(`line ${this.#lineNumber()}: ${message}`);
  }
}

function put(map: HoconMap, path: readonly string[], value: HoconValue): void {
  const [key = '', ...rest] = path;
  const present = map[key];
  if (rest.length > 0) {
    const inner = isMap(present) ? present : (Object.create(null) as HoconMap);
    map[key] = inner;
    put(inner, rest, value);
  } else if (isMap(present) && isMap(value)) {
    for (const [name, one] of Object.entries(value)) put(present, [name], one);
  } else map[key] = value;
}
