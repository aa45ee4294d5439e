// Committed definitions of one kind, by entity, by name and in order. Read by everybody through the catalog's
// view, changed by it alone.
import type { Definitions } from '../catalog-types.ts';
import type { ResourceName } from '../names.ts';
import { nameKey } from '../names.ts';

/** How long a deletion is remembered: longer than any protocol's rule about re-creation. */
const DELETED_KEPT_MS = 120_000;

interface Named {
  readonly name: ResourceName;
  readonly entity: number;
}

/** Definitions of one kind. */
export class DefinitionIndex<D extends Named> implements Definitions<D> {
  readonly #byEntity = new Map<number, D>();
  readonly #byName = new Map<string, D>();
  readonly #deleted = new Map<string, number>();
  /** By namespace and name; made when a list is asked for after a change. */
  #sorted: D[] | undefined;

  find(name: ResourceName): D | undefined {
    return this.#byName.get(nameKey(name));
  }
  byEntity(entity: number): D | undefined {
    return this.#byEntity.get(entity);
  }
  deletedAtMs(name: ResourceName): number | undefined {
    return this.#deleted.get(nameKey(name));
  }
  all(): Iterable<D> {
    return this.#inOrder();
  }

  list(query: { namespace: string; prefix?: string; after?: string; limit: number }): readonly D[] {
    const sorted = this.#inOrder();
    const prefix = query.prefix ?? '';
    const start = query.after !== undefined && query.after >= prefix ? query.after : prefix;
    const found: D[] = [];
    for (let at = lowerBound(sorted, query.namespace, start); at < sorted.length; at++) {
      const definition = sorted[at] as D;
      if (definition.name.namespace !== query.namespace || !definition.name.name.startsWith(prefix)) break;
      if (definition.name.name === query.after) continue;
      if (found.length === query.limit) break;
      found.push(definition);
    }
    return found;
  }

  put(definition: D): void {
    this.#byEntity.set(definition.entity, definition);
    this.#byName.set(nameKey(definition.name), definition);
    this.#sorted = undefined;
  }
  remove(entity: number, atMs: number): void {
    const definition = this.#byEntity.get(entity);
    if (definition === undefined) return;
    this.#byEntity.delete(entity);
    this.#byName.delete(nameKey(definition.name));
    this.#sorted = undefined;
    for (const [key, deletedAtMs] of this.#deleted) {
      if (deletedAtMs + DELETED_KEPT_MS > atMs) break;
      this.#deleted.delete(key);
    }
    this.#deleted.set(nameKey(definition.name), atMs);
  }
  clear(): void {
    this.#byEntity.clear();
    this.#byName.clear();
    this.#deleted.clear();
    this.#sorted = undefined;
  }

  #inOrder(): D[] {
    this.#sorted ??= [...this.#byEntity.values()].sort(
      (a, b) => compare(a.name.namespace, b.name.namespace) || compare(a.name.name, b.name.name),
    );
    return this.#sorted;
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lowerBound(sorted: readonly Named[], namespace: string, name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = (sorted[middle] as Named).name;
    if ((compare(at.namespace, namespace) || compare(at.name, name)) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
