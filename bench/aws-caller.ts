// One AWS call at a time, for what an experiment does outside its windows. Uses the generator's own signer
// and reader, so that a bench needs no SDK.
import { Lanes } from './generator/lanes.ts';
import { RequestSigner } from './generator/request-signer.ts';

const callTimeoutMs = 30_000;

export interface CallerSpec {
  readonly endpoint: string;
  readonly service: string;
  /** In front of the action in `x-amz-target`. */
  readonly targetPrefix: string;
  readonly contentType: string;
}

export type Input = Readonly<Record<string, unknown>>;
export type Answer = Readonly<Record<string, unknown>>;

export class AwsCaller {
  readonly #endpoint: URL;
  readonly #targetPrefix: string;
  readonly #signer: RequestSigner;

  constructor({ endpoint, service, targetPrefix, contentType }: CallerSpec) {
    this.#endpoint = new URL(endpoint);
    this.#targetPrefix = targetPrefix;
    const key = { accessKeyId: 'test', secretAccessKey: 'test', region: 'us-east-1' };
    this.#signer = new RequestSigner({ host: this.#endpoint.host, ...key, service, contentType }, Date.now());
  }

  /** Signed, and complete with its body. */
  request(action: string, input: Input): Buffer {
    return Buffer.from(this.#signer.sign(`${this.#targetPrefix}.${action}`, JSON.stringify(input)), 'latin1');
  }

  async call(action: string, input: Input): Promise<Answer> {
    const connection = await this.connect();
    try {
      return await connection.call(action, input);
    } finally {
      connection.close();
    }
  }

  /** For calls in a row, one at a time. */
  async connect(): Promise<AwsConnection> {
    const { hostname: host, port } = this.#endpoint;
    const lanes = new Lanes({ host, port: Number(port), count: 1 });
    await lanes.connect();
    return new AwsConnection(this, lanes);
  }
}

export class AwsConnection {
  readonly #caller: AwsCaller;
  readonly #lanes: Lanes;

  constructor(caller: AwsCaller, lanes: Lanes) {
    this.#caller = caller;
    this.#lanes = lanes;
  }

  async call(action: string, input: Input): Promise<Answer> {
    const request = this.#caller.request(action, input);
    let timeout: NodeJS.Timeout | undefined;
    try {
      const text = await new Promise<string>((resolve, reject) => {
        timeout = setTimeout(() => reject(new Error(`${action} was not answered in time`)), callTimeoutMs);
        this.#lanes.listener = {
          onReply: (_lane, reply) => {
            const body = reply.buffer.toString('utf8', reply.bodyStart, reply.bodyEnd);
            if (reply.status === 200) resolve(body);
            else reject(new Error(`${action} failed: HTTP ${reply.status} ${body}`));
          },
          onBroken: () => reject(new Error(`${action}: the connection was closed`)),
        };
        this.#lanes.write(0, request);
      });
      return text === '' ? {} : (JSON.parse(text) as Answer);
    } finally {
      clearTimeout(timeout);
    }
  }

  close(): void {
    this.#lanes.close();
  }
}
