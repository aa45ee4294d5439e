// What a stream can take: UpdateStreamMode, UpdateMaxRecordSize, UpdateStreamWarmThroughput,
// UpdateStreamRecordDistributionStrategy.
import type { Call } from '../../../engine/service.ts';
import { annotated, annotation } from '../annotations.ts';
import { changeStream } from '../change.ts';
import { notInOnDemandMode } from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { onDemandOnly } from '../new-stream.ts';
import { admitDaily } from '../quotas.ts';
import { openActive, type Stream } from '../stream-ref.ts';
import { warmThroughputOf } from './describe.ts';

/** Shards stay as they are; from then on they are split by load, or by command. */
export async function updateStreamMode(
  kinesis: Kinesis,
  input: KinesisInput<'UpdateStreamMode'>,
  call: Call,
): Promise<object> {
  const { StreamMode: mode } = input.StreamModeDetails;
  const { WarmThroughputMiBps: warm } = input;
  const find = (): Stream => openActive(kinesis, call, input, 'kinesis:UpdateStreamMode');
  await changeStream(call, find, (stream) => {
    if (mode === 'PROVISIONED' && warm !== undefined) throw onDemandOnly('WarmThroughputMiBps');
    if (stream.mode === mode) return undefined;
    const { settings, annotations } = stream.definition;
    const switchedAtMs = admitDaily(kinesis, stream, 'switches', annotations[annotation.switchedAtMs]);
    return {
      settings: { ...settings, sharding: mode === 'ON_DEMAND' ? 'automatic' : 'fixed' },
      annotations: annotated(annotations, {
        [annotation.switchedAtMs]: switchedAtMs,
        [annotation.warmMiBps]: warm === undefined ? undefined : String(warm),
        [annotation.distribution]: undefined,
      }),
      readyAfterMs: kinesis.stateDelayMs(stream.name),
    };
  });
  return {};
}

export async function updateMaxRecordSize(
  kinesis: Kinesis,
  input: KinesisInput<'UpdateMaxRecordSize'>,
  call: Call,
): Promise<object> {
  const maxRecordBytes = input.MaxRecordSizeInKiB * 1024;
  const find = (): Stream => openActive(kinesis, call, input, 'kinesis:UpdateMaxRecordSize');
  await changeStream(call, find, ({ name, definition }) => {
    if (definition.settings.maxRecordBytes === maxRecordBytes) return undefined;
    const settings = { ...definition.settings, maxRecordBytes };
    return { settings, readyAfterMs: kinesis.stateDelayMs(name) };
  });
  return {};
}

export async function updateWarmThroughput(
  kinesis: Kinesis,
  input: KinesisInput<'UpdateStreamWarmThroughput'>,
  call: Call,
): Promise<KinesisOutput<'UpdateStreamWarmThroughput'>> {
  const find = (): Stream => openActive(kinesis, call, input, 'kinesis:UpdateStreamWarmThroughput');
  const stream = await changeStream(call, find, (found) => {
    if (found.mode !== 'ON_DEMAND') throw notInOnDemandMode(found);
    const warm = String(input.WarmThroughputMiBps);
    return {
      annotations: annotated(found.definition.annotations, { [annotation.warmMiBps]: warm }),
      readyAfterMs: kinesis.stateDelayMs(found.name),
    };
  });
  return { StreamARN: stream.arn, StreamName: stream.name, WarmThroughput: warmThroughputOf(stream) };
}

/** Takes effect at once. */
export async function updateDistribution(
  kinesis: Kinesis,
  input: KinesisInput<'UpdateStreamRecordDistributionStrategy'>,
  call: Call,
): Promise<object> {
  const { RecordDistributionStrategy: distribution } = input;
  const action = 'kinesis:UpdateStreamRecordDistributionStrategy';
  const find = (): Stream => openActive(kinesis, call, input, action);
  await changeStream(call, find, ({ mode, definition }) => {
    if (distribution === 'AUTO' && mode !== 'ON_DEMAND')
      throw onDemandOnly('RecordDistributionStrategy AUTO');
    return { annotations: annotated(definition.annotations, { [annotation.distribution]: distribution }) };
  });
  return {};
}
