// An archive as it is kept: a stream of the core, fed by a binding of its bus. Names of the three, and what
// the binding lets through. Pure.
import type { Catalog, Clause, Matcher, ResourceName } from '../../../../broker/index.ts';
import { findKept, type Kept } from './documents.ts';
import {
  archiveBindingPrefix,
  archiveStreamName,
  type BusAddress,
  busPrefix,
  namespaceOf,
  parseNamedArn,
  type Place,
} from './names.ts';

export interface ArchiveValue {
  /** Of its bus. */
  readonly sourceArn: string;
  readonly bus: BusAddress;
  readonly description?: string | undefined;
  readonly pattern?: string | undefined;
  /** 0: for ever. */
  readonly retentionDays: number;
  readonly keyIdentifier?: string | undefined;
}

const dayMs = 86_400_000;
/** Streams have an end of their records; this one nobody sees. */
const foreverDays = 36_500;

export function retentionMs(days: number): number {
  return (days === 0 ? foreverDays : days) * dayMs;
}

/** Of its binding, among those of the bus. */
export function archiveBindingOwnName(archive: string): string {
  return `${archiveBindingPrefix}${archive}`;
}

export function archiveBindingName({ value, name }: Kept<ArchiveValue>): ResourceName {
  const { bus } = value;
  const own = archiveBindingOwnName(name);
  return { namespace: namespaceOf(bus), kind: 'binding', name: `${busPrefix}${bus.bus}/${own}` };
}

export function archiveStream(kept: Place & { readonly name: string }): ResourceName {
  return archiveStreamName(kept, kept.name);
}

const isNoReplay: Clause = { path: ['replay-name'], tests: [{ kind: 'exists', isWanted: false }] };

/** What a replay puts on the bus is not archived again. */
export function archiveMatcher(pattern: Matcher | undefined): Matcher {
  const alternatives = pattern?.any ?? [[]];
  return { scope: 'body', any: alternatives.map((clauses) => [...clauses, isNoReplay]) };
}

export function findArchive(catalog: Catalog, place: Place, name: string): Kept<ArchiveValue> | undefined {
  return findKept<ArchiveValue>(catalog, place, 'archive', name);
}

export function archiveOfArn(catalog: Catalog, arn: string): Kept<ArchiveValue> | undefined {
  const address = parseNamedArn('archive', arn);
  return address === undefined ? undefined : findArchive(catalog, address, address.name);
}

/** Both its stream and its binding are there. */
export function isWhole(catalog: Catalog, kept: Kept<ArchiveValue>): boolean {
  if (catalog.bindings.find(archiveBindingName(kept)) === undefined) return false;
  return catalog.streams.find(archiveStream(kept)) !== undefined;
}
