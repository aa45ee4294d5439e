// What EventBridge keeps as documents of the core: connections, API destinations, archives, replays. Found by
// name, made once, listed by prefix. Their values are plain JSON; each type's own file says which.
import type { Catalog, DocumentDefinition } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import type { Events } from './events.ts';
import {
  arnOf,
  documentName,
  documentOwnName,
  documentPrefix,
  type DocumentType,
  namespaceOf,
  type Place,
  placeOf,
} from './names.ts';
import { pageOf, type Page, type PageInput } from './paging.ts';
import { expectReply } from './reply.ts';

/** A document with its value read. */
export interface Kept<T> extends Place {
  readonly name: string;
  readonly definition: DocumentDefinition;
  readonly value: T;
}

/** The values are ours alone: nobody else writes documents of these names. */
export function keptOf<T>(type: DocumentType, definition: DocumentDefinition): Kept<T> {
  const name = documentOwnName(type, definition.name);
  return { ...placeOf(definition.name), name, definition, value: definition.value as T };
}

export function findKept<T>(
  { documents }: Pick<Catalog, 'documents'>,
  place: Place,
  type: DocumentType,
  name: string,
): Kept<T> | undefined {
  const definition = documents.find(documentName(place, type, name));
  return definition === undefined ? undefined : keptOf<T>(type, definition);
}

export function callerPlace(call: Call): Place {
  return { account: call.principal.account, region: call.region };
}

/** Of the wire: `api-destination` for what is called `destination` here. */
const resourceTypes = {
  connection: 'connection',
  destination: 'api-destination',
  archive: 'archive',
  replay: 'replay',
} as const satisfies Record<DocumentType, string>;

export function keptArn(place: Place, type: DocumentType, name: string): string {
  return arnOf(place, `${resourceTypes[type]}/${name}`);
}

export function authorizeKept(call: Call, type: DocumentType, name: string): Place {
  const place = callerPlace(call);
  call.authorize(`events:${call.operationName}`, { arn: keptArn(place, type, name), account: place.account });
  return place;
}

/** Undefined when there is one of that name already. */
export async function createKept<T extends object>(
  call: Call,
  type: DocumentType,
  name: string,
  value: T,
): Promise<Kept<T> | undefined> {
  const command = { kind: 'putDocument', name: documentName(callerPlace(call), type, name) } as const;
  const reply = await call.run({ ...command, expectedRevision: 0, value: plain(value) });
  if (reply.kind === 'error' && reply.error.code === 'revision_conflict') return undefined;
  return keptOf<T>(type, expectReply(reply, 'document').definition);
}

export async function deleteKept(call: Call, kept: Kept<unknown>): Promise<void> {
  const reply = await call.run({ kind: 'deleteDocument', entity: kept.definition.entity });
  if (reply.kind !== 'error' || reply.error.code !== 'document_not_found') expectReply(reply, 'document');
}

export function listKept<T>(
  events: Events,
  call: Call,
  wanted: {
    readonly type: DocumentType;
    readonly input: PageInput & { readonly NamePrefix?: string | undefined };
    readonly isShown?: (kept: Kept<T>) => boolean;
  },
): Page<Kept<T>> {
  const place = authorizeKept(call, wanted.type, '*');
  const { type, input, isShown } = wanted;
  const prefix = `${documentPrefix(type)}${input.NamePrefix ?? ''}`;
  const namespace = namespaceOf(place);
  return pageOf<Kept<T>>(events, call, input, {
    scope: prefix,
    position: ({ definition }) => definition.name.name,
    read: (after, limit) =>
      events.broker.catalog.documents
        .list({ namespace, prefix, limit, ...(after === undefined ? {} : { after }) })
        .map((definition) => keptOf<T>(type, definition)),
    ...(isShown === undefined ? {} : { isShown }),
  });
}

/** Without members that are not set, which a document cannot hold. */
export function plain<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
