// Commands of entities whose pages are being fetched, in arrival order. Other entities are not held up.
import type { ReplySink } from '../command.ts';

export interface ParkedCommand<C> {
  readonly command: C;
  readonly sink: ReplySink;
}

export class Parking<C> {
  readonly #entities = new Map<number, ParkedCommand<C>[]>();

  isParked(entity: number): boolean {
    return this.#entities.size > 0 && this.#entities.has(entity);
  }
  park(entity: number, first: ParkedCommand<C>): void {
    this.#entities.set(entity, [first]);
  }
  wait(entity: number, next: ParkedCommand<C>): void {
    this.#entities.get(entity)?.push(next);
  }
  take(entity: number): ParkedCommand<C>[] {
    const waiting = this.#entities.get(entity) ?? [];
    this.#entities.delete(entity);
    return waiting;
  }
  takeAll(): ParkedCommand<C>[] {
    const waiting = [...this.#entities.values()].flat();
    this.#entities.clear();
    return waiting;
  }
}
