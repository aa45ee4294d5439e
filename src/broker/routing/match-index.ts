// Finds the bindings that a publication matches: every matcher of one topic. Part of the catalog's view;
// asked by publish.
import type { MessageAttribute } from '../command.ts';
import type { Matcher } from '../matcher-types.ts';
import { documentOf, holds } from './match-naive.ts';

export interface MatchInput {
  readonly attributes: readonly MessageAttribute[];
  readonly body: string | Uint8Array;
}

export class MatchIndex {
  readonly #matchers = new Map<number, Matcher | undefined>();

  get size(): number {
    return this.#matchers.size;
  }
  put(key: number, matcher: Matcher | undefined): void {
    this.#matchers.set(key, matcher);
  }
  remove(key: number): void {
    this.#matchers.delete(key);
  }
  match(message: MatchInput): readonly number[] {
    const found: number[] = [];
    const documents = new Map<Matcher['scope'], unknown>();
    for (const [key, matcher] of this.#matchers) {
      if (matcher === undefined) {
        found.push(key);
        continue;
      }
      if (!documents.has(matcher.scope)) documents.set(matcher.scope, documentOf(matcher.scope, message));
      if (holds(matcher, documents.get(matcher.scope))) found.push(key);
    }
    return found.sort((a, b) => a - b);
  }
}
