// One SQS call at a time, for what an experiment does outside its windows: make a queue, read its counts.
// Uses the generator's own signer and reader, so that a bench needs no SDK.
import { Lanes } from '../generator/lanes.ts';
import { RequestSigner } from '../generator/request-signer.ts';

const callTimeoutMs = 30_000;

export type Attributes = Readonly<Record<string, string>>;

export class SqsApi {
  readonly #endpoint: URL;
  readonly #signer: RequestSigner;

  constructor(endpoint: string) {
    this.#endpoint = new URL(endpoint);
    this.#signer = new RequestSigner(
      {
        host: this.#endpoint.host,
        accessKeyId: 'test',
        secretAccessKey: 'test',
        region: 'us-east-1',
        service: 'sqs',
      },
      Date.now(),
    );
  }

  /** Answers the queue's URL as the server names it. */
  async createQueue(name: string, attributes: Attributes = {}): Promise<string> {
    const answer = await this.call('CreateQueue', { QueueName: name, Attributes: attributes });
    return String(answer['QueueUrl']);
  }

  /** Messages of a queue: ready, in flight and delayed. */
  async messageCounts(
    queueUrl: string,
  ): Promise<{ ready: number; leased: number; delayed: number; total: number }> {
    const answer = await this.call('GetQueueAttributes', { QueueUrl: queueUrl, AttributeNames: ['All'] });
    const attributes = answer['Attributes'] as Attributes;
    const ready = Number(attributes['ApproximateNumberOfMessages'] ?? 0);
    const leased = Number(attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0);
    const delayed = Number(attributes['ApproximateNumberOfMessagesDelayed'] ?? 0);
    return { ready, leased, delayed, total: ready + leased + delayed };
  }

  async call(action: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const request = Buffer.from(this.#signer.sign(`AmazonSQS.${action}`, JSON.stringify(input)), 'latin1');
    const lanes = new Lanes({ host: this.#endpoint.hostname, port: Number(this.#endpoint.port), count: 1 });
    let timeout: NodeJS.Timeout | undefined;
    try {
      await lanes.connect();
      const text = await new Promise<string>((resolve, reject) => {
        timeout = setTimeout(() => reject(new Error(`${action} was not answered in time`)), callTimeoutMs);
        lanes.listener = {
          onReply: (_lane, reply) => {
            const body = reply.buffer.toString('utf8', reply.bodyStart, reply.bodyEnd);
            if (reply.status === 200) resolve(body);
            else reject(new Error(`${action} failed: HTTP ${reply.status} ${body}`));
          },
          onBroken: () => reject(new Error(`${action}: the connection was closed`)),
        };
        lanes.write(0, request);
      });
      return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    } finally {
      clearTimeout(timeout);
      lanes.close();
    }
  }
}
