// Collects what is wrong with one request's input, with the place of each problem. Decoders report wrong
// types, validate.ts broken bounds. The path is only spelled out when there is something to report.
import type { MemberPlan } from './plan.ts';
import type { ValidationFailure } from './service.ts';
import type { Shape } from './shapes.ts';

/** As many as AWS lists at most; a hostile request must not make us describe a million. */
const problemsMax = 10;

/** A member, the index of a list element, or the key of a map entry. */
type Segment = MemberPlan | number | string;

export class Problems {
  readonly failures: ValidationFailure[] = [];
  readonly #path: Segment[] = [];

  get isFull(): boolean {
    return this.failures.length >= problemsMax;
  }

  enter(segment: Segment): void {
    this.#path.push(segment);
  }

  leave(): void {
    this.#path.pop();
  }

  /** Reports a problem at the current place; returns undefined, so that decoders can `return` it. */
  add(constraint: ValidationFailure['constraint'], shape: Shape, value: unknown): undefined {
    if (this.isFull) return undefined;
    this.failures.push({ path: this.#pathText(), member: this.#memberName(), constraint, shape, value });
    return undefined;
  }

  /** Forgets everything, so that one collector serves all requests (decoding is synchronous). */
  reset(): void {
    if (this.failures.length > 0) this.failures.length = 0;
    this.#path.length = 0;
  }

  /** `entries.1.member.id`: the way AWS writes it, list elements counted from 1. */
  #pathText(): string {
    const parts = this.#path.map((segment) => {
      if (typeof segment === 'number') return `${segment + 1}.member`;
      return typeof segment === 'string' ? `${segment}.member` : segment.pathName;
    });
    return parts.join('.');
  }

  #memberName(): string {
    for (let i = this.#path.length - 1; i >= 0; i--) {
      const segment = this.#path[i];
      if (typeof segment === 'object') return segment.name;
    }
    return '';
  }
}
