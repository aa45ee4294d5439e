// IncreaseStreamRetentionPeriod and DecreaseStreamRetentionPeriod. New streams keep records for longer here
// than at AWS, so clients that think of 24 hours would use the wrong one of the two: as long as a stream's
// retention was never set, either sets it.
import type { Call } from '../../../engine/service.ts';
import { annotated, annotation } from '../annotations.ts';
import { changeStream } from '../change.ts';
import { invalidArgument } from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput } from '../model.ts';
import { hourMs } from '../new-stream.ts';
import { openActive, type Stream } from '../stream-ref.ts';

const hoursMin = 24;
const hoursMax = 8760;
const awsDefaultHours = 24;

type Input = KinesisInput<'IncreaseStreamRetentionPeriod'>;
type Direction = 'Increase' | 'Decrease';

export function increaseRetention(kinesis: Kinesis, input: Input, call: Call): Promise<object> {
  return setRetention(kinesis, input, call, 'Increase');
}

export function decreaseRetention(kinesis: Kinesis, input: Input, call: Call): Promise<object> {
  return setRetention(kinesis, input, call, 'Decrease');
}

async function setRetention(
  kinesis: Kinesis,
  input: Input,
  call: Call,
  direction: Direction,
): Promise<object> {
  const hours = input.RetentionPeriodHours;
  const action = `kinesis:${direction}StreamRetentionPeriod`;
  const find = (): Stream => openActive(kinesis, call, input, action);
  await changeStream(call, find, (stream) => {
    requireHours(hours);
    const { settings, annotations } = stream.definition;
    const isFree =
      kinesis.defaultRetentionHours !== awsDefaultHours &&
      annotations[annotation.isRetentionSet] === undefined;
    if (!isFree) requireDirection(stream, hours, direction);
    return {
      settings: { ...settings, retentionMs: hours * hourMs },
      annotations: annotated(annotations, { [annotation.isRetentionSet]: 'true' }),
    };
  });
  return {};
}

/** Hours that a stream may have, for requests and declarations. */
export function requireHours(hours: number): void {
  if (hours < hoursMin) {
    throw invalidArgument(
      `Minimum allowed retention period is ${hoursMin} hours. Requested retention period (${hours} hours) ` +
        'is too short.',
    );
  }
  if (hours > hoursMax) {
    throw invalidArgument(
      `Maximum allowed retention period is ${hoursMax} hours. Requested retention period (${hours} hours) ` +
        'is too long.',
    );
  }
}

/** The same value is fine in both (recorded). */
function requireDirection({ name, definition }: Stream, hours: number, direction: Direction): void {
  const existing = definition.settings.retentionMs / hourMs;
  const isWrong = direction === 'Increase' ? hours < existing : hours > existing;
  if (!isWrong) return;
  const [than, other] = direction === 'Increase' ? ['shorter', 'Decrease'] : ['longer', 'Increase'];
  throw invalidArgument(
    `Requested retention period (${hours} hours) for stream ${name} can not be ${than} than existing ` +
      `retention period (${existing} hours). Use ${other}RetentionPeriod API.`,
  );
}
