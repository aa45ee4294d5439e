// The committed catalog, as everybody reads it. Changed only when a catalog commit is on disk.
import type { BindingListener, Catalog, QueueDefinition } from '../catalog-types.ts';
import type { ResourceName } from '../names.ts';
import { nameKey } from '../names.ts';
import type { StreamDefinition } from '../stream-types.ts';
import type { DocumentDefinition, TopicDefinition } from '../topic-types.ts';
import { BindingIndex } from './binding-index.ts';
import type { Definition } from './definitions.ts';
import { isBinding, isDocument, isStream, isTopic } from './definitions.ts';
import { compare, DefinitionIndex } from './definition-index.ts';

export class CatalogView extends DefinitionIndex<QueueDefinition> implements Catalog {
  /** Position of the catalog's log that this view is of. */
  position = 0;
  readonly streams = new DefinitionIndex<StreamDefinition>();
  readonly topics = new DefinitionIndex<TopicDefinition>();
  readonly bindings = new BindingIndex();
  readonly documents = new DefinitionIndex<DocumentDefinition>();
  readonly #sources = new Map<string, Set<number>>();

  deadLetterSources(target: ResourceName): readonly QueueDefinition[] {
    const entities = this.#sources.get(nameKey(target)) ?? new Set<number>();
    const found = [...entities].map((entity) => this.byEntity(entity) as QueueDefinition);
    return found.sort((a, b) => compare(a.name.name, b.name.name));
  }

  override put(definition: QueueDefinition): void {
    this.#unlinkSource(definition.entity);
    super.put(definition);
    const target = definition.settings.deadLetter?.target;
    if (target === undefined) return;
    const key = nameKey(target);
    const sources = this.#sources.get(key) ?? new Set<number>();
    sources.add(definition.entity);
    this.#sources.set(key, sources);
  }
  override remove(entity: number, atMs: number): void {
    this.#unlinkSource(entity);
    super.remove(entity, atMs);
  }
  show(definition: Definition): void {
    if (isStream(definition)) this.streams.put(definition);
    else if (isTopic(definition)) this.topics.put(definition);
    else if (isBinding(definition)) this.bindings.put(definition);
    else if (isDocument(definition)) this.documents.put(definition);
    else this.put(definition);
  }
  hide(entity: number, atMs: number): void {
    this.remove(entity, atMs);
    for (const index of [this.streams, this.topics, this.bindings, this.documents])
      index.remove(entity, atMs);
  }
  onBinding(listener: BindingListener): () => void {
    return this.bindings.onChange(listener);
  }
  override clear(): void {
    super.clear();
    this.streams.clear();
    this.topics.clear();
    this.bindings.clear();
    this.documents.clear();
    this.#sources.clear();
  }

  #unlinkSource(entity: number): void {
    const target = this.byEntity(entity)?.settings.deadLetter?.target;
    if (target !== undefined) this.#sources.get(nameKey(target))?.delete(entity);
  }
}
