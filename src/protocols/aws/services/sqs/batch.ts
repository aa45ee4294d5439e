// What the three batch actions of SQS have in common: checks of the batch itself, in the service's order,
// and the form of an entry that failed.
import { AwsError } from '../../engine/errors.ts';
import { emptyBatch, entryIdsNotDistinct, invalidEntryId, tooManyEntries } from './errors.ts';

const entriesMax = 10;
const idPattern = /^[A-Za-z0-9_-]{1,80}$/;

export interface FailedEntry {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

/** Throws what a batch fails for as a whole. From here on every entry has an Id. */
export function checkBatch(
  entries: readonly { readonly Id?: string | undefined }[],
  entryName: string,
): void {
  if (entries.length === 0) throw emptyBatch(entryName);
  if (entries.length > entriesMax) throw tooManyEntries(entries.length);
  for (const { Id: id } of entries) {
    if (id === undefined || !idPattern.test(id)) throw invalidEntryId();
  }
  // At most ten: looking each up among those before it is quicker than a Set.
  for (let i = 1; i < entries.length; i++) {
    const id = entries[i]!.Id!;
    for (let j = 0; j < i; j++) if (entries[j]!.Id === id) throw entryIdsNotDistinct(id);
  }
}

/** An error of SQS about one entry; anything else is a defect and goes on up. */
export function failedEntry(id: string, error: unknown): FailedEntry {
  if (!(error instanceof AwsError)) throw error;
  return { Id: id, SenderFault: error.fault === 'Sender', Code: error.code, Message: error.message };
}
