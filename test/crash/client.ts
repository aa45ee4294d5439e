// A small SQS client for the crash suite: JSON 1.0 over keep-alive connections, no retries of its own,
// because the suite has to know which calls were answered. Called by the loads; it never hides a lost
// connection.
import { Agent, request } from 'node:http';

const answerMs = 15_000;

/** The connection was lost or refused: what the call did is unknown. */
export class Unanswered extends Error {
  override name = 'Unanswered';
}

export class Refused extends Error {
  override name = 'Refused';
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

export interface Received {
  readonly Body: string;
  readonly MessageId: string;
  readonly ReceiptHandle: string;
}

/** A body is a name, and perhaps padding that makes it large. */
export function padded(name: string, paddingBytes: number): string {
  return paddingBytes === 0 ? name : `${name} ${'x'.repeat(paddingBytes)}`;
}

function nameOf(body: string): string {
  return body.split(' ', 1)[0] as string;
}

export class SqsClient {
  readonly endpoint: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  async call<T>(action: string, input: object): Promise<T> {
    const body = JSON.stringify(input);
    const { status, text } = await this.#post(action, body);
    const answer = JSON.parse(text === '' ? '{}' : text) as { __type?: string; message?: string };
    if (status === 200) return answer as T;
    const code = answer.__type?.split('#').at(-1) ?? String(status);
    throw new Refused(code, answer.message ?? text);
  }

  async createQueue(name: string, attributes: Readonly<Record<string, string>> = {}): Promise<string> {
    const answer = await this.call<{ QueueUrl: string }>('CreateQueue', {
      QueueName: name,
      Attributes: attributes,
    });
    return answer.QueueUrl;
  }

  async receive(QueueUrl: string, options: object): Promise<readonly Received[]> {
    const answer = await this.call<{ Messages?: Received[] }>('ReceiveMessage', { QueueUrl, ...options });
    return (answer.Messages ?? []).map((message) => ({ ...message, Body: nameOf(message.Body) }));
  }

  /** Visible, leased and delayed messages. */
  async counts(QueueUrl: string): Promise<readonly [number, number, number]> {
    const names = ['', 'NotVisible', 'Delayed'].map((suffix) => `ApproximateNumberOfMessages${suffix}`);
    const answer = await this.call<{ Attributes: Record<string, string> }>('GetQueueAttributes', {
      QueueUrl,
      AttributeNames: names,
    });
    const [visible, leased, delayed] = names.map((name) => Number(answer.Attributes[name]));
    return [visible ?? -1, leased ?? -1, delayed ?? -1];
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(action: string, body: string): Promise<{ status: number; text: string }> {
    const headers = {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': `AmazonSQS.${action}`,
      'Content-Length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const lost = (error: Error): void =>
        reject(new Unanswered(`${action}: ${error.message}`, { cause: error }));
      const sent = request(this.endpoint, { method: 'POST', agent: this.#agent, headers }, (response) => {
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
