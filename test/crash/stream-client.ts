// A small Kinesis client for the crash suite: JSON over keep-alive connections, no retries of its own,
// because the suite has to know which calls were answered. Called by the loads; it never hides a lost
// connection.
import { Agent, request } from 'node:http';
import { Refused, Unanswered } from './client.ts';

const answerMs = 15_000;

export interface PutResult {
  readonly ShardId: string;
  readonly SequenceNumber: string;
  readonly ErrorCode?: string;
}

export interface ShardInfo {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly AdjacentParentShardId?: string;
  readonly HashKeyRange: { readonly StartingHashKey: string; readonly EndingHashKey: string };
  readonly SequenceNumberRange: { readonly EndingSequenceNumber?: string };
}

export interface ReadRecords {
  readonly Records: readonly {
    readonly SequenceNumber: string;
    readonly Data: string;
    readonly PartitionKey: string;
  }[];
  readonly NextShardIterator?: string;
  readonly ChildShards?: readonly { readonly ShardId: string; readonly ParentShards: readonly string[] }[];
}

export class StreamClient {
  readonly #endpoint: string;
  readonly #stream: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(endpoint: string, stream: string) {
    this.#endpoint = endpoint;
    this.#stream = stream;
  }

  create(ShardCount: number): Promise<object> {
    return this.#call('CreateStream', { StreamName: this.#stream, ShardCount });
  }

  async put(
    records: readonly { readonly key: string; readonly data: string }[],
  ): Promise<readonly PutResult[]> {
    const Records = records.map(({ key, data }) => ({
      PartitionKey: key,
      Data: Buffer.from(data).toString('base64'),
    }));
    const answer = await this.#call<{ Records: PutResult[] }>('PutRecords', {
      StreamName: this.#stream,
      Records,
    });
    return answer.Records;
  }

  async shards(): Promise<readonly ShardInfo[]> {
    const shards: ShardInfo[] = [];
    for (
      let NextToken: string | undefined, isFirst = true;
      isFirst || NextToken !== undefined;
      isFirst = false
    ) {
      const input = NextToken === undefined ? { StreamName: this.#stream } : { NextToken };
      const page = await this.#call<{ Shards: ShardInfo[]; NextToken?: string }>('ListShards', input);
      shards.push(...page.Shards);
      NextToken = page.NextToken;
    }
    return shards;
  }

  async iterator(ShardId: string, ShardIteratorType: 'TRIM_HORIZON' | 'LATEST'): Promise<string> {
    const input = { StreamName: this.#stream, ShardId, ShardIteratorType };
    return (await this.#call<{ ShardIterator: string }>('GetShardIterator', input)).ShardIterator;
  }

  read(ShardIterator: string): Promise<ReadRecords> {
    return this.#call('GetRecords', { ShardIterator, Limit: 1_000 });
  }

  resize(TargetShardCount: number): Promise<object> {
    const input = { StreamName: this.#stream, TargetShardCount, ScalingType: 'UNIFORM_SCALING' };
    return this.#call('UpdateShardCount', input);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #call<T>(action: string, input: object): Promise<T> {
    const { status, text } = await this.#post(action, JSON.stringify(input));
    const answer = JSON.parse(text === '' ? '{}' : text) as { __type?: string; message?: string };
    if (status === 200) return answer as T;
    throw new Refused(answer.__type ?? String(status), answer.message ?? text);
  }

  #post(action: string, body: string): Promise<{ status: number; text: string }> {
    const headers = {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `Kinesis_20131202.${action}`,
      'Content-Length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const lost = (error: Error): void =>
        reject(new Unanswered(`${action}: ${error.message}`, { cause: error }));
      const sent = request(this.#endpoint, { method: 'POST', agent: this.#agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('error', lost);
        // A reply that was cut off is no reply: `complete` tells it from a whole one.
        response.on('close', () => {
          if (response.complete) resolve({ status: response.statusCode ?? 0, text });
          else lost(new Error('the reply was cut off'));
        });
      });
      sent.setTimeout(answerMs, () => sent.destroy(new Error(`no answer within ${answerMs} ms`)));
      sent.on('error', lost);
      sent.end(body);
    });
  }
}
