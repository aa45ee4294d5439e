// Goal: the lines that people type work. Method: Debian's AWS CLI as a child process per line.
import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/clients.ts';
import { describeSns } from '../support/sns-suite.ts';
import { account, arnOf, region, uniqueName } from '../support/sqs-suite.ts';

const aws = needs('awscli');
const lineMs = 60_000;

describe.skipIf(aws.skip)(`AWS CLI ${aws.note}`, () => {
  describeSns('SNS from the command line', ({ sqs }) => {
    const environment = (): NodeJS.ProcessEnv => ({
      PATH: '/usr/bin:/bin',
      HOME: sqs.daemon.dataDir,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: region,
      AWS_PAGER: '',
    });
    const line = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
      new Promise((settle) => {
        const all = ['--endpoint-url', sqs.daemon.endpoint, '--output', 'json', 'sns', ...args];
        execFile(aws.program, all, { env: environment(), timeout: lineMs }, (error, stdout, stderr) => {
          settle({ code: error === null ? 0 : Number(error.code), stdout, stderr });
        });
      });
    const json = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { code, stdout, stderr } = await line(...args);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      return stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
    };

    test('a topic, a queue that subscribes, a message through both', { timeout: lineMs * 2 }, async () => {
      const name = uniqueName('cli');
      const topicArn = `arn:aws:sns:${region}:${account}:${name}`;
      const created = await json('create-topic', '--name', name, '--tags', 'Key=team,Value=a');
      expect(created).toEqual({ TopicArn: topicArn });
      const url = await sqs.createQueue();
      const subscribed = await json(
        'subscribe',
        '--topic-arn',
        topicArn,
        '--protocol',
        'sqs',
        '--notification-endpoint',
        arnOf(url),
        '--attributes',
        'RawMessageDelivery=true',
      );
      const listed = await json('list-subscriptions-by-topic', '--topic-arn', topicArn);
      expect(listed['Subscriptions']).toMatchObject([subscribed]);
      const attributes = 'a={DataType=String,StringValue=x}';
      const publish = ['publish', '--topic-arn', topicArn, '--message', 'hello'];
      await json(...publish, '--message-attributes', attributes);
      const [message] = await sqs.receiveAll(url, 1, { MessageAttributeNames: ['All'] });
      expect(message).toMatchObject({ Body: 'hello', MessageAttributes: { a: { StringValue: 'x' } } });
      const gone = await line('get-topic-attributes', '--topic-arn', `${topicArn}x`);
      expect(gone.code).toBe(254);
      expect(gone.stderr).toContain('An error occurred (NotFound)');
      expect(gone.stderr).toContain('Topic does not exist');
      await json('delete-topic', '--topic-arn', topicArn);
    });
  });
});
