// The committed catalog, as everybody reads it. Changed only when a catalog commit is on disk.
import type { Catalog, QueueDefinition } from '../catalog-types.ts';
import type { ResourceName } from '../names.ts';
import { nameKey } from '../names.ts';

/** How long a deletion is remembered: longer than any protocol's rule about re-creation. */
const DELETED_KEPT_MS = 120_000;

export class CatalogView implements Catalog {
  /** Position of the catalog's log that this view is of. */
  position = 0;
  readonly #byEntity = new Map<number, QueueDefinition>();
  readonly #byName = new Map<string, QueueDefinition>();
  readonly #sources = new Map<string, Set<number>>();
  readonly #deleted = new Map<string, number>();
  /** Definitions by namespace and name; made when a list is asked for after a change. */
  #sorted: QueueDefinition[] | undefined;

  find(name: ResourceName): QueueDefinition | undefined {
    return this.#byName.get(nameKey(name));
  }
  byEntity(entity: number): QueueDefinition | undefined {
    return this.#byEntity.get(entity);
  }
  deletedAtMs(name: ResourceName): number | undefined {
    return this.#deleted.get(nameKey(name));
  }
  all(): Iterable<QueueDefinition> {
    return this.#inOrder();
  }

  list(query: {
    namespace: string;
    prefix?: string;
    after?: string;
    limit: number;
  }): readonly QueueDefinition[] {
    const sorted = this.#inOrder();
    const prefix = query.prefix ?? '';
    const start = query.after !== undefined && query.after >= prefix ? query.after : prefix;
    const found: QueueDefinition[] = [];
    for (let at = lowerBound(sorted, query.namespace, start); at < sorted.length; at++) {
      const definition = sorted[at] as QueueDefinition;
      if (definition.name.namespace !== query.namespace || !definition.name.name.startsWith(prefix)) break;
      if (definition.name.name === query.after) continue;
      if (found.length === query.limit) break;
      found.push(definition);
    }
    return found;
  }

  deadLetterSources(target: ResourceName): readonly QueueDefinition[] {
    const entities = this.#sources.get(nameKey(target)) ?? new Set<number>();
    const found = [...entities].map((entity) => this.#byEntity.get(entity) as QueueDefinition);
    return found.sort((a, b) => compare(a.name.name, b.name.name));
  }

  put(definition: QueueDefinition): void {
    const before = this.#byEntity.get(definition.entity);
    if (before !== undefined) this.#unlinkSource(before);
    this.#byEntity.set(definition.entity, definition);
    this.#byName.set(nameKey(definition.name), definition);
    const target = definition.settings.deadLetter?.target;
    if (target !== undefined) {
      const key = nameKey(target);
      const sources = this.#sources.get(key) ?? new Set<number>();
      sources.add(definition.entity);
      this.#sources.set(key, sources);
    }
    this.#sorted = undefined;
  }
  remove(entity: number, atMs: number): void {
    const definition = this.#byEntity.get(entity);
    if (definition === undefined) return;
    this.#unlinkSource(definition);
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
    this.#sources.clear();
    this.#deleted.clear();
    this.#sorted = undefined;
  }

  #unlinkSource(definition: QueueDefinition): void {
    const target = definition.settings.deadLetter?.target;
    if (target !== undefined) this.#sources.get(nameKey(target))?.delete(definition.entity);
  }
  #inOrder(): QueueDefinition[] {
    this.#sorted ??= [...this.#byEntity.values()].sort(
      (a, b) => compare(a.name.namespace, b.name.namespace) || compare(a.name.name, b.name.name),
    );
    return this.#sorted;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lowerBound(sorted: readonly QueueDefinition[], namespace: string, name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = (sorted[middle] as QueueDefinition).name;
    if ((compare(at.namespace, namespace) || compare(at.name, name)) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
