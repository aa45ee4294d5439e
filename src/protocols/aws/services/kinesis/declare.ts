// Streams that the configuration declares: made or brought up to date before the daemon reports ready,
// through the same checks as the operations. Records of streams that exist are not touched, and nothing that
// is not declared is changed or removed.
import { isDeepStrictEqual } from 'node:util';
import type { Broker, Command, Query, Reply, StreamDefinition } from '../../../../broker/index.ts';
import { parsePolicy } from '../../engine/iam/policy.ts';
import { annotated, annotation } from './annotations.ts';
import { invalidArgument } from './errors.ts';
import { requireHours } from './handlers/retention.ts';
import { streamName } from './names.ts';
import { draftNewStream, hourMs, type NewStream, requireShardCount, type StreamDraft } from './new-stream.ts';
import { expectReply } from './reply.ts';
import { defaultRetentionHours, type KinesisSettings } from './settings.ts';
import { placeOf, streamOf } from './stream-ref.ts';
import { mergeTags, type Tags } from './tags.ts';

export interface StreamDeclaration {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** Under the names of CreateStream and DescribeStream, values as text. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Tags;
}

const namePattern = /^[a-zA-Z0-9_.-]{1,128}$/;

/** Throws the AwsError of the first declaration that would be refused; its message names the stream. */
export async function declareStreams(
  broker: Broker,
  declarations: readonly StreamDeclaration[],
  settings: KinesisSettings,
): Promise<void> {
  for (const declaration of declarations) {
    try {
      await declareStream(broker, declaration, settings);
    } catch (error) {
      if (error instanceof Error) error.message = `stream ${declaration.name}: ${error.message}`;
      throw error;
    }
  }
}

async function declareStream(
  broker: Broker,
  declaration: StreamDeclaration,
  settings: KinesisSettings,
): Promise<void> {
  if (!namePattern.test(declaration.name)) {
    throw invalidArgument('The name must be 1 to 128 letters, digits, or any of _ . -');
  }
  const name = streamName(declaration.account, declaration.region, declaration.name);
  const given = readAttributes(declaration.attributes);
  const existing = broker.catalog.streams.find(name);
  if (existing !== undefined) return updateStream(broker, existing, given, declaration.tags);
  const hours = given.retentionHours ?? settings.defaultRetentionHours ?? defaultRetentionHours;
  const draft = draftNewStream(placeOf(name), { ...given.stream, Tags: declaration.tags }, hours);
  const annotations = annotated(draft.annotations, given.annotations);
  const command = { kind: 'createStream', name, ...draft, annotations, readyAfterMs: 0 } as const;
  expectReply(await submit(broker, command), 'stream', placeOf(name));
}

async function updateStream(
  broker: Broker,
  definition: StreamDefinition,
  given: GivenStream,
  tags: Tags,
): Promise<void> {
  const { entity, revision } = definition;
  const place = placeOf(definition.name);
  const change = changed(definition, given, tags);
  const { settings, annotations } = definition;
  // Most starts change nothing, and then nothing is written.
  if (!isDeepStrictEqual(change, { settings, annotations, tags: definition.tags })) {
    const update = { kind: 'updateStream', entity, expectedRevision: revision, ...change } as const;
    expectReply(await submit(broker, update), 'stream', place);
  }
  const { ShardCount: shardCount } = given.stream;
  if (shardCount === undefined || change.settings.sharding === 'automatic') return;
  requireShardCount(shardCount);
  const stats = expectReply(await ask(broker, { kind: 'streamStats', entity }), 'streamStats', place);
  if (stats.openShardCount === shardCount) return;
  expectReply(await submit(broker, { kind: 'resizeStream', entity, shardCount }), 'shards', place);
}

function changed(
  definition: StreamDefinition,
  { stream, retentionHours, annotations }: GivenStream,
  tags: Tags,
): Pick<StreamDraft, 'settings' | 'annotations' | 'tags'> {
  const current = definition.settings;
  const mode = stream.StreamModeDetails?.StreamMode ?? streamOf(definition).mode;
  const { MaxRecordSizeInKiB: recordKiB } = stream;
  return {
    settings: {
      ...current,
      retentionMs: retentionHours === undefined ? current.retentionMs : retentionHours * hourMs,
      sharding: mode === 'ON_DEMAND' ? 'automatic' : 'fixed',
      maxRecordBytes: recordKiB === undefined ? current.maxRecordBytes : recordKiB * 1024,
    },
    annotations: annotated(definition.annotations, annotations),
    tags: mergeTags(placeOf(definition.name), definition.tags, tags),
  };
}

// --- attributes as they stand in the file ---

interface GivenStream {
  readonly stream: NewStream;
  readonly retentionHours: number | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

const names = [
  'ShardCount',
  'StreamMode',
  'RetentionPeriodHours',
  'MaxRecordSizeInKiB',
  'KeyId',
  'Policy',
] as const;

function readAttributes(attributes: Readonly<Record<string, string>>): GivenStream {
  for (const name of Object.keys(attributes)) {
    if (!(names as readonly string[]).includes(name)) {
      throw invalidArgument(`there is no attribute ${name}; there are ${names.join(', ')}`);
    }
  }
  const {
    StreamMode: mode,
    KeyId: keyId,
    Policy: policy,
  } = attributes as { [N in (typeof names)[number]]?: string };
  if (mode !== undefined && mode !== 'PROVISIONED' && mode !== 'ON_DEMAND') {
    throw invalidArgument(`StreamMode is PROVISIONED or ON_DEMAND, not ${mode}`);
  }
  const retentionHours = readNumber(attributes, 'RetentionPeriodHours', [1, Number.MAX_SAFE_INTEGER]);
  if (retentionHours !== undefined) requireHours(retentionHours);
  return {
    stream: {
      ShardCount: readNumber(attributes, 'ShardCount', [1, Number.MAX_SAFE_INTEGER]),
      MaxRecordSizeInKiB: readNumber(attributes, 'MaxRecordSizeInKiB', [1024, 10_240]),
      StreamModeDetails: mode === undefined ? undefined : { StreamMode: mode },
    },
    retentionHours,
    annotations: {
      ...(retentionHours === undefined ? {} : { [annotation.isRetentionSet]: 'true' }),
      ...(keyId === undefined ? {} : { [annotation.keyId]: keyId }),
      ...(policy === undefined ? {} : { [annotation.policy]: checkedPolicy(policy) }),
    },
  };
}

function readNumber(
  attributes: Readonly<Record<string, string>>,
  name: string,
  [min, max]: readonly [number, number],
): number | undefined {
  const text = attributes[name];
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
  throw invalidArgument(`${name} must be ${range}, not ${text}`);
}

function checkedPolicy(text: string): string {
  const policy = parsePolicy(text);
  if (!policy.ok) throw invalidArgument(`Policy: ${policy.error}`);
  return text;
}

function submit(broker: Broker, command: Command): Promise<Reply> {
  return new Promise((resolve) => broker.submit(command, { reveal: resolve, isOpen: () => true }));
}

function ask(broker: Broker, query: Query): Promise<Reply> {
  return new Promise((resolve) => broker.query(query, { reveal: resolve, isOpen: () => true }));
}
