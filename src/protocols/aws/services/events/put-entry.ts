// One entry of PutEvents: checked in the order and the words of the service. Pure. An entry that is wrong
// fails alone; the others of its request are taken.
import type { EventsInput } from './model.ts';

export type Entry = EventsInput<'PutEvents'>['Entries'][number];

export interface EntryFailure {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** Undefined when it is good. */
export function entryFailure(entry: Entry): EntryFailure | undefined {
  if (isMissing(entry.Source)) return missing('Source');
  if (isMissing(entry.DetailType)) return missing('DetailType');
  if (isMissing(entry.Detail)) return missing('Detail');
  if (entry.Source!.startsWith('aws.')) return notAuthorized;
  if (entry.Time !== undefined && !isWritable(entry.Time)) return invalidTime;
  return isJsonObject(entry.Detail!) ? undefined : malformedDetail;
}

function isMissing(text: string | undefined): boolean {
  return text === undefined || text === '';
}

function missing(name: string): EntryFailure {
  return {
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  };
}

const notAuthorized: EntryFailure = {
  ErrorCode: 'NotAuthorizedForSourceException',
  ErrorMessage: 'Not authorized for the source.',
};
const invalidTime: EntryFailure = {
  ErrorCode: 'InvalidArgument',
  ErrorMessage: 'Parameter Time is not valid. Reason: it is not within the years 1970 to 9999.',
};
const malformedDetail: EntryFailure = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };

/** Events have their time in four digits of years. */
function isWritable(timeMs: number): boolean {
  return timeMs >= 0 && timeMs < Date.UTC(10_000, 0, 1);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const timeBytes = 14;

/** EventBridge user guide, "Calculating PutEvents event entry size". */
export function entryBytes(entry: Entry): number {
  let bytes = entry.Time === undefined ? 0 : timeBytes;
  bytes += bytesOf(entry.Source) + bytesOf(entry.DetailType) + bytesOf(entry.Detail);
  for (const resource of entry.Resources ?? []) bytes += bytesOf(resource);
  return bytes;
}

function bytesOf(text: string | undefined): number {
  return text === undefined ? 0 : Buffer.byteLength(text);
}
