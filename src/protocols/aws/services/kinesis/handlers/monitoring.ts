// EnableEnhancedMonitoring and DisableEnhancedMonitoring: which metrics of shards a client wants. They are
// kept and given back; every metric is there for Prometheus whatever is set.
import type { Call } from '../../../engine/service.ts';
import { annotated, annotation } from '../annotations.ts';
import { changeStream } from '../change.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { metricNames } from '../rows/streams.ts';
import { openActive, type Stream } from '../stream-ref.ts';

type Input = KinesisInput<'EnableEnhancedMonitoring'>;
type Output = KinesisOutput<'EnableEnhancedMonitoring'>;

export function metricsOf({ definition }: Stream): readonly string[] {
  const names = definition.annotations[annotation.metrics];
  return names === undefined ? [] : names.split(',');
}

export function enableMonitoring(kinesis: Kinesis, input: Input, call: Call): Promise<Output> {
  const given = expand(input);
  return setMetrics(kinesis, input, call, (current) => [...current, ...given]);
}

export function disableMonitoring(kinesis: Kinesis, input: Input, call: Call): Promise<Output> {
  const given = expand(input);
  return setMetrics(kinesis, input, call, (current) => current.filter((name) => !given.includes(name)));
}

function expand({ ShardLevelMetrics: names }: Input): readonly string[] {
  return names.includes('ALL') ? metricNames : names;
}

async function setMetrics(
  kinesis: Kinesis,
  input: Input,
  call: Call,
  change: (current: readonly string[]) => readonly string[],
): Promise<Output> {
  const find = (): Stream => openActive(kinesis, call, input, `kinesis:${call.operationName}`);
  let before: readonly string[] = [];
  const stream = await changeStream(call, find, (found) => {
    before = metricsOf(found);
    const wanted = change(before);
    // In one order, each once.
    const names = metricNames.filter((name) => wanted.includes(name)).join(',');
    const { annotations } = found.definition;
    return {
      annotations: annotated(annotations, { [annotation.metrics]: names === '' ? undefined : names }),
    };
  });
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    CurrentShardLevelMetrics: before,
    DesiredShardLevelMetrics: metricsOf(stream),
  };
}
