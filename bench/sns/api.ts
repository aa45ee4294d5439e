// The SNS calls that an experiment makes outside its windows: a topic, and queues that listen to it.
import { Lanes } from '../generator/lanes.ts';
import { formContentType, RequestSigner } from '../generator/request-signer.ts';

const callTimeoutMs = 30_000;

export class SnsApi {
  readonly #url: URL;
  readonly #signer: RequestSigner;
  readonly #lanes: Lanes;

  constructor(endpoint: string) {
    this.#url = new URL(endpoint);
    const { host, hostname, port } = this.#url;
    const key = { accessKeyId: 'test', secretAccessKey: 'test', region: 'us-east-1' };
    this.#signer = new RequestSigner(
      { host, ...key, service: 'sns', contentType: formContentType },
      Date.now(),
    );
    this.#lanes = new Lanes({ host: hostname, port: Number(port), count: 1 });
  }

  connect(): Promise<void> {
    return this.#lanes.connect();
  }

  /** Answers its ARN. */
  async createTopic(name: string): Promise<string> {
    const reply = await this.#call({ Action: 'CreateTopic', Name: name });
    const arn = /<TopicArn>([^<]+)</.exec(reply)?.[1];
    if (arn === undefined) throw new Error(`no topic: ${reply}`);
    return arn;
  }

  async subscribeQueue(topicArn: string, queueName: string, isRaw: boolean): Promise<void> {
    const queueArn = `arn:aws:sqs:us-east-1:000000000000:${queueName}`;
    await this.#call({
      Action: 'Subscribe',
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queueArn,
      'Attributes.entry.1.key': 'RawMessageDelivery',
      'Attributes.entry.1.value': String(isRaw),
    });
  }

  close(): void {
    this.#lanes.close();
  }

  async #call(fields: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams({ Version: '2010-03-31', ...fields }).toString();
    let timeout: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string>((resolve, reject) => {
        const action = fields['Action'] ?? '';
        timeout = setTimeout(() => reject(new Error(`${action} was not answered in time`)), callTimeoutMs);
        this.#lanes.listener = {
          onReply: (_lane, reply) => {
            const text = reply.buffer.toString('utf8', reply.bodyStart, reply.bodyEnd);
            if (reply.status === 200) resolve(text);
            else reject(new Error(`${action} failed: HTTP ${reply.status} ${text}`));
          },
          onBroken: () => reject(new Error(`${action}: the connection was closed`)),
        };
        this.#lanes.write(0, Buffer.from(this.#signer.sign('', body), 'latin1'));
      });
    } finally {
      clearTimeout(timeout);
    }
  }
}
