// Decides what is asked of topics, bindings and documents: looks at the applied catalog, answers, and says
// what to define and what to remove. Called by the catalog machine.
import type { Reply } from '../command.ts';
import type { BrokerErrorCode } from '../errors.ts';
import { brokerError } from '../errors.ts';
import type { ResourceName } from '../names.ts';
import type {
  BindingDefinition,
  CreateBinding,
  CreateTopic,
  PutDocument,
  TopicCatalogCommand,
  TopicDefinition,
  UpdateBinding,
  UpdateTopic,
} from '../topic-types.ts';
import type { Definition } from './definitions.ts';
import { isBinding, isDocument, isTopic } from './definitions.ts';
import { changedBinding, changedTopic, newBinding, newTopic, pushQueues, putDocument } from './routing.ts';

export interface AppliedCatalog {
  nextEntity(): number;
  nowMs(): number;
  cellOf(name: ResourceName): number;
  byName(name: ResourceName): Definition | undefined;
  byEntity(entity: number): Definition | undefined;
  bindingsOf(topic: number): ReadonlySet<number>;
  define(definition: Definition): void;
  remove(entity: number): void;
}

const kinds: ReadonlySet<string> = new Set([
  'createTopic',
  'updateTopic',
  'deleteTopic',
  'createBinding',
  'updateBinding',
  'deleteBinding',
  'putDocument',
  'deleteDocument',
] satisfies TopicCatalogCommand['kind'][]);

export function isRoutingCommand(command: { readonly kind: string }): command is TopicCatalogCommand {
  return kinds.has(command.kind);
}

export class RoutingDecisions {
  readonly #catalog: AppliedCatalog;

  constructor(catalog: AppliedCatalog) {
    this.#catalog = catalog;
  }

  decide(command: TopicCatalogCommand): Reply {
    switch (command.kind) {
      case 'createTopic':
        return this.#createTopic(command);
      case 'updateTopic':
        return this.#updateTopic(command);
      case 'deleteTopic':
        return this.#deleteTopic(command.entity);
      case 'createBinding':
        return this.#createBinding(command);
      case 'updateBinding':
        return this.#updateBinding(command);
      case 'deleteBinding':
        return this.#deleteBinding(command.entity);
      case 'putDocument':
        return this.#putDocument(command);
      case 'deleteDocument':
        return this.#deleteDocument(command.entity);
    }
  }

  #createTopic(command: CreateTopic): Reply {
    const existing = this.#catalog.byName(command.name);
    if (existing !== undefined && isTopic(existing))
      return { kind: 'topic', definition: existing, isCreated: false };
    const definition = newTopic(command, {
      entity: this.#catalog.nextEntity(),
      cell: this.#catalog.cellOf(command.name),
      nowMs: this.#catalog.nowMs(),
    });
    this.#catalog.define(definition);
    return { kind: 'topic', definition, isCreated: true };
  }

  #updateTopic(command: UpdateTopic): Reply {
    const current = this.#topic(command.entity);
    if (current === undefined) return topicNotFound;
    if (current.revision !== command.expectedRevision) return changedMeanwhile('topic');
    const definition = changedTopic(current, command, this.#catalog.nowMs());
    this.#catalog.define(definition);
    return { kind: 'topic', definition, isCreated: false };
  }

  #deleteTopic(entity: number): Reply {
    const definition = this.#topic(entity);
    if (definition === undefined) return topicNotFound;
    for (const binding of this.#catalog.bindingsOf(entity)) this.#removeBinding(this.#binding(binding));
    this.#catalog.remove(entity);
    return { kind: 'topic', definition, isCreated: false };
  }

  #createBinding(command: CreateBinding): Reply {
    const topic = this.#topic(command.topic);
    if (topic === undefined) return topicNotFound;
    const made = newBinding(topic, command, {
      entity: this.#catalog.nextEntity(),
      nowMs: this.#catalog.nowMs(),
    });
    const existing = this.#catalog.byName(made.binding.name);
    if (existing !== undefined && isBinding(existing))
      return { kind: 'binding', definition: existing, isCreated: false };
    for (const queue of made.newQueues) this.#catalog.define(queue);
    this.#catalog.define(made.binding);
    return { kind: 'binding', definition: made.binding, isCreated: true };
  }

  #updateBinding(command: UpdateBinding): Reply {
    const current = this.#binding(command.entity);
    const topic = current === undefined ? undefined : this.#topic(current.topic);
    if (current === undefined || topic === undefined) return bindingNotFound;
    if (current.revision !== command.expectedRevision) return changedMeanwhile('binding');
    const made = changedBinding(topic, current, command, {
      nowMs: this.#catalog.nowMs(),
      nextEntity: this.#catalog.nextEntity(),
    });
    const kept = new Set(pushQueues(made.binding));
    for (const queue of made.newQueues) this.#catalog.define(queue);
    this.#catalog.define(made.binding);
    for (const queue of pushQueues(current)) if (!kept.has(queue)) this.#catalog.remove(queue);
    return { kind: 'binding', definition: made.binding, isCreated: false };
  }

  #deleteBinding(entity: number): Reply {
    const definition = this.#binding(entity);
    if (definition === undefined) return bindingNotFound;
    this.#removeBinding(definition);
    return { kind: 'binding', definition, isCreated: false };
  }

  #removeBinding(binding: BindingDefinition | undefined): void {
    if (binding === undefined) return;
    for (const queue of pushQueues(binding)) this.#catalog.remove(queue);
    this.#catalog.remove(binding.entity);
  }

  #putDocument(command: PutDocument): Reply {
    const existing = this.#catalog.byName(command.name);
    const current = existing !== undefined && isDocument(existing) ? existing : undefined;
    if ((current?.revision ?? 0) !== command.expectedRevision) return changedMeanwhile('document');
    const definition = putDocument(current, command, {
      entity: this.#catalog.nextEntity(),
      nowMs: this.#catalog.nowMs(),
    });
    this.#catalog.define(definition);
    return { kind: 'document', definition, isCreated: current === undefined };
  }

  #deleteDocument(entity: number): Reply {
    const definition = this.#catalog.byEntity(entity);
    if (definition === undefined || !isDocument(definition)) return documentNotFound;
    this.#catalog.remove(entity);
    return { kind: 'document', definition, isCreated: false };
  }

  #topic(entity: number): TopicDefinition | undefined {
    const found = this.#catalog.byEntity(entity);
    return found !== undefined && isTopic(found) ? found : undefined;
  }
  #binding(entity: number): BindingDefinition | undefined {
    const found = this.#catalog.byEntity(entity);
    return found !== undefined && isBinding(found) ? found : undefined;
  }
}

const topicNotFound = refusal('topic_not_found', 'the topic does not exist');
const bindingNotFound = refusal('binding_not_found', 'the binding does not exist');
const documentNotFound = refusal('document_not_found', 'the document does not exist');

function changedMeanwhile(what: string): Reply {
  return refusal('revision_conflict', `the ${what} was changed meanwhile`);
}

function refusal(code: BrokerErrorCode, message: string): Reply {
  return { kind: 'error', error: brokerError(code, message) };
}
