// Committed bindings: by topic with the index that a publish is matched with, and by what they target. Part
// of the catalog's view.
import type { BindingDefinitions, BindingListener } from '../catalog-types.ts';
import type { ResourceName } from '../names.ts';
import { nameKey } from '../names.ts';
import { MatchIndex } from '../routing/match-index.ts';
import type { BindingDefinition } from '../topic-types.ts';
import { compare, DefinitionIndex } from './definition-index.ts';

/** The bindings of one topic. */
export interface TopicBindings {
  readonly bindings: Map<number, BindingDefinition>;
  /** Of the enabled ones, by entity. */
  readonly matching: MatchIndex;
}

export class BindingIndex extends DefinitionIndex<BindingDefinition> implements BindingDefinitions {
  readonly #topics = new Map<number, TopicBindings>();
  readonly #targeting = new Map<string, Set<number>>();
  readonly #listeners = new Set<BindingListener>();

  ofTopic(topic: number): readonly BindingDefinition[] {
    const bindings = this.#topics.get(topic)?.bindings;
    return bindings === undefined ? [] : [...bindings.values()].sort((a, b) => a.entity - b.entity);
  }
  routes(topic: number): TopicBindings | undefined {
    return this.#topics.get(topic);
  }
  targeting(name: ResourceName): readonly BindingDefinition[] {
    const entities = this.#targeting.get(nameKey(name)) ?? new Set<number>();
    const found = [...entities].map((entity) => this.byEntity(entity) as BindingDefinition);
    return found.sort((a, b) => compare(a.name.name, b.name.name));
  }
  onChange(listener: BindingListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  override put(definition: BindingDefinition): void {
    this.#unlink(definition.entity);
    super.put(definition);
    const topic = this.#topics.get(definition.topic) ?? { bindings: new Map(), matching: new MatchIndex() };
    this.#topics.set(definition.topic, topic);
    topic.bindings.set(definition.entity, definition);
    if (definition.isEnabled) topic.matching.put(definition.entity, definition.matcher);
    else topic.matching.remove(definition.entity);
    for (const target of definition.targets) {
      if (target.kind === 'push') continue;
      const key = nameKey(target.name);
      this.#targeting.set(key, (this.#targeting.get(key) ?? new Set()).add(definition.entity));
    }
    for (const listener of this.#listeners) listener(definition.entity, definition);
  }
  override remove(entity: number, atMs: number): void {
    const definition = this.byEntity(entity);
    if (definition === undefined) return;
    this.#unlink(entity);
    super.remove(entity, atMs);
    const topic = this.#topics.get(definition.topic);
    topic?.bindings.delete(entity);
    topic?.matching.remove(entity);
    if (topic?.bindings.size === 0) this.#topics.delete(definition.topic);
    for (const listener of this.#listeners) listener(entity, undefined);
  }
  override clear(): void {
    super.clear();
    this.#topics.clear();
    this.#targeting.clear();
  }

  #unlink(entity: number): void {
    for (const target of this.byEntity(entity)?.targets ?? []) {
      if (target.kind === 'push') continue;
      const key = nameKey(target.name);
      const entities = this.#targeting.get(key);
      entities?.delete(entity);
      if (entities?.size === 0) this.#targeting.delete(key);
    }
  }
}
