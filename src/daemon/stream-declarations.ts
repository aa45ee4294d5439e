// Brings streams to what caudal.yaml says of them, through the Kinesis service's own code, so that names,
// attributes and their errors mean the same everywhere. Called by compose.ts.
import { err, ok, type Result } from '../base/result.ts';
import type { Broker } from '../broker/index.ts';
import { AwsError } from '../protocols/aws/engine/errors.ts';
import { declareStreams } from '../protocols/aws/services/kinesis/index.ts';
import type { Config } from './config.ts';

/** All of them, in order; the error names the stream. */
export async function declareAllStreams(
  broker: Broker,
  { streams, kinesis }: Pick<Config, 'streams' | 'kinesis'>,
): Promise<Result<void, string>> {
  try {
    await declareStreams(broker, streams, kinesis);
    return ok(undefined);
  } catch (error) {
    if (error instanceof AwsError) return err(error.message);
    throw error;
  }
}
