// The Kinesis calls that an experiment makes outside its windows: make a stream and wait for it, register a
// consumer, get an iterator.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, AwsConnection, Input } from '../aws-caller.ts';
import { AwsCaller } from '../aws-caller.ts';

const activeTriesMax = 200;
const activeCheckMs = 50;

export class KinesisApi {
  readonly #caller: AwsCaller;

  constructor(endpoint: string) {
    const contentType = 'application/x-amz-json-1.1';
    const targetPrefix = 'Kinesis_20131202';
    this.#caller = new AwsCaller({ endpoint, service: 'kinesis', targetPrefix, contentType });
  }

  call(action: string, input: Input): Promise<Answer> {
    return this.#caller.call(action, input);
  }

  connect(): Promise<AwsConnection> {
    return this.#caller.connect();
  }

  request(action: string, input: Input): Buffer {
    return this.#caller.request(action, input);
  }

  /** Answers the ARN, once the stream takes records. */
  async createStream(StreamName: string, ShardCount: number): Promise<string> {
    await this.call('CreateStream', { StreamName, ShardCount });
    const answer = await this.#untilActive(async () => {
      const { StreamDescriptionSummary } = await this.call('DescribeStreamSummary', { StreamName });
      const { StreamStatus, StreamARN } = StreamDescriptionSummary as Answer;
      return StreamStatus === 'ACTIVE' ? String(StreamARN) : undefined;
    });
    return answer;
  }

  /** Answers the ARN of a consumer that may subscribe. */
  async registerConsumer(StreamARN: string, ConsumerName: string): Promise<string> {
    await this.call('RegisterStreamConsumer', { StreamARN, ConsumerName });
    return this.#untilActive(async () => {
      const { ConsumerDescription } = await this.call('DescribeStreamConsumer', { StreamARN, ConsumerName });
      const { ConsumerStatus, ConsumerARN } = ConsumerDescription as Answer;
      return ConsumerStatus === 'ACTIVE' ? String(ConsumerARN) : undefined;
    });
  }

  async #untilActive(find: () => Promise<string | undefined>): Promise<string> {
    for (let tries = 0; tries < activeTriesMax; tries++) {
      const arn = await find();
      if (arn !== undefined) return arn;
      await sleep(activeCheckMs);
    }
    throw new Error('it did not become active');
  }
}

export function shardIdOf(index: number): string {
  return `shardId-${String(index).padStart(12, '0')}`;
}
