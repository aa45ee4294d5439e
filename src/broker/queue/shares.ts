// What the targets of one publication get: those that get the same message share it, so that it is stored
// once. Filled by publish.ts, for one publication.
import type { QueueDefinition } from '../catalog-types.ts';
import type { MessageAttribute, OutgoingMessage } from '../command.ts';
import type { RemoteCopy } from '../routing/publication.ts';
import type { Publication } from '../topic-types.ts';

export interface LocalTarget {
  readonly definition: QueueDefinition;
  readonly binding: number;
  readonly rendering: number;
}

/** Targets that get one and the same message: those of this cell, and those of others by cell. */
export interface Share {
  readonly message: OutgoingMessage;
  readonly locals: LocalTarget[];
  readonly remotes: Map<number, RemoteCopy[]>;
}

/** How a target's message differs from what was published. */
export interface Changes {
  readonly body?: string | Uint8Array | undefined;
  readonly group?: string | undefined;
  /** A queue without order gets what an ordered topic sends without group and id of deduplication. */
  readonly isOrderLost?: boolean | undefined;
  readonly addedAttributes?: readonly MessageAttribute[] | undefined;
}

export class Shares {
  readonly all: Share[] = [];
  readonly #publication: Publication;
  readonly #changed = new Map<string, Share>();
  #unchanged: Share | undefined;

  constructor(publication: Publication) {
    this.#publication = publication;
  }

  of(changes: Changes): Share {
    const { body, group, isOrderLost = false, addedAttributes } = changes;
    // Most targets of a large fan-out: no key is made for them.
    if (body === undefined && group === undefined && !isOrderLost && addedAttributes === undefined)
      return (this.#unchanged ??= this.#add(changes));
    const text = body === undefined ? null : String(body);
    const key = JSON.stringify([text, group, isOrderLost, addedAttributes]);
    let share = this.#changed.get(key);
    if (share === undefined) this.#changed.set(key, (share = this.#add(changes)));
    return share;
  }

  #add({ body, group, isOrderLost = false, addedAttributes = [] }: Changes): Share {
    const { attributes, dedupId, sender, trace, subject, ...published } = this.#publication;
    const message: OutgoingMessage = {
      body: body ?? published.body,
      attributes: addedAttributes.length === 0 ? attributes : [...attributes, ...addedAttributes],
      ...(isOrderLost ? {} : { group: group ?? published.group, dedupId }),
      sender,
      trace,
      subject,
    };
    const share: Share = { message, locals: [], remotes: new Map() };
    this.all.push(share);
    return share;
  }
}
