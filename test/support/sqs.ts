// An unmodified SDK client on a daemon under test, with the built-in key unless told otherwise.
import { SQSClient } from '@aws-sdk/client-sqs';

export interface ClientOptions {
  readonly region?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

/** No retries: a suite wants to see the first answer. */
export function sqsClient(endpoint: string, options: ClientOptions = {}): SQSClient {
  const { region = 'us-east-1', accessKeyId = 'test', secretAccessKey = 'test' } = options;
  return new SQSClient({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
  });
}
