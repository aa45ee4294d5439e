// What the bodies of admin requests say about a stream: its name, its settings, its shards. Reads and bounds
// them; decides nothing.
import { limits } from '../../base/limits.ts';
import type { StreamSettings } from '../../broker/index.ts';
import { numberMember, textMember } from './parameters.ts';
import { badRequest } from './problem.ts';
import type { QueueAddress } from './queue-path.ts';

type Body = Readonly<Record<string, unknown>>;

const hourMs = 3_600_000;
const retentionMsMin = 24 * hourMs;
const retentionMsMax = 8_760 * hourMs;
const recordBytesMin = 1;
const recordBytesMax = 10 * 1024 * 1024;
const hashMax = 2n ** 128n - 1n;

/** A week, as every stream here has it that says nothing else; records of 1 MiB, as Kinesis has it. */
const presets: StreamSettings = {
  retentionMs: 168 * hourMs,
  sharding: 'fixed',
  maxRecordBytes: 1024 * 1024,
};

/** Automatic sharding starts with four, as Kinesis on demand does. */
const automaticShardCount = 4;

/** Protocols name streams in their own words: what all of them can say. */
export function checkAddress({ account, region, name }: QueueAddress): void {
  if (!/^[0-9]{12}$/.test(account)) throw badRequest(`account '${account}' is not 12 digits`);
  if (!/^[a-z0-9-]{1,64}$/.test(region)) throw badRequest(`'${region}' is not a region`);
  if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(name)) {
    throw badRequest(`the name of a stream has 1 to 128 letters, digits, '_', '.' and '-'`);
  }
}

/** Members that are not given stay as they are. */
export function settingsOf(body: Body, current: StreamSettings = presets): StreamSettings {
  return {
    retentionMs:
      bounded(body, 'retentionMs', { min: retentionMsMin, max: retentionMsMax }) ?? current.retentionMs,
    sharding: shardingOf(body) ?? current.sharding,
    maxRecordBytes:
      bounded(body, 'maxRecordBytes', { min: recordBytesMin, max: recordBytesMax }) ?? current.maxRecordBytes,
  };
}

export function areSame(a: StreamSettings, b: StreamSettings): boolean {
  return (
    a.retentionMs === b.retentionMs && a.sharding === b.sharding && a.maxRecordBytes === b.maxRecordBytes
  );
}

/** Undefined when the body names none. */
export function shardCountOf(body: Body): number | undefined {
  return bounded(body, 'shardCount', { min: 1, max: limits.shardsPerStreamMax });
}

export function initialShardCount(body: Body, { sharding }: StreamSettings): number {
  return shardCountOf(body) ?? (sharding === 'automatic' ? automaticShardCount : 1);
}

/** A key hash: a decimal number of 128 bits, as text. */
export function hashMember(body: Body, name: string): bigint | undefined {
  const text = textMember(body, name);
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,39}$/.test(text) || BigInt(text) > hashMax)
    throw badRequest(`${name} must be a text with a number from 0 to ${hashMax}`);
  return BigInt(text);
}

function shardingOf(body: Body): StreamSettings['sharding'] | undefined {
  const text = textMember(body, 'sharding');
  if (text === undefined || text === 'fixed' || text === 'automatic') return text;
  throw badRequest('sharding must be fixed or automatic');
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

function bounded(body: Body, name: string, { min, max }: Bounds): number | undefined {
  const value = numberMember(body, name, Number.MAX_SAFE_INTEGER);
  if (value !== undefined && (value < min || value > max))
    throw badRequest(`${name} must be a whole number from ${min} to ${max}`);
  return value;
}
