// Goal: the lines that people type work. Method: Debian's AWS CLI (Query protocol) as a child process per
// line.
import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/clients.ts';
import { account, describeSqs, region, uniqueName } from '../support/sqs-suite.ts';

const aws = needs('awscli');
const lineMs = 60_000;

interface Line {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe.skipIf(aws.skip)(`AWS CLI ${aws.note}`, () => {
  describeSqs('SQS from the command line', (sqs) => {
    const environment = (): NodeJS.ProcessEnv => ({
      PATH: '/usr/bin:/bin',
      HOME: sqs.daemon.dataDir,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: region,
      AWS_PAGER: '',
    });
    const line = (...args: string[]): Promise<Line> =>
      new Promise((settle) => {
        const all = ['--endpoint-url', sqs.daemon.endpoint, '--output', 'json', 'sqs', ...args];
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

    test('a queue, a message there and back', { timeout: lineMs * 2 }, async () => {
      const name = uniqueName('cli');
      const url = `${sqs.daemon.endpoint}/${account}/${name}`;
      const created = await json(
        'create-queue',
        '--queue-name',
        name,
        '--attributes',
        'DelaySeconds=0',
        '--tags',
        'team=a',
      );
      expect(created).toEqual({ QueueUrl: url });
      expect(await json('list-queues', '--queue-name-prefix', name)).toEqual({ QueueUrls: [url] });
      expect(await json('list-queue-tags', '--queue-url', url)).toEqual({ Tags: { team: 'a' } });
      const attributes = 'Foo={DataType=String,StringValue=Bar}';
      const sent = await json(
        'send-message',
        '--queue-url',
        url,
        '--message-body',
        'hello',
        '--message-attributes',
        attributes,
      );
      expect(sent['MD5OfMessageAttributes']).toBe('ae7155c6026991b6d54b11589678bf9c');
      const received = await json(
        'receive-message',
        '--queue-url',
        url,
        '--attribute-names',
        'All',
        '--message-attribute-names',
        'All',
      );
      const [message] = received['Messages'] as {
        Body: string;
        ReceiptHandle: string;
        MessageAttributes: unknown;
      }[];
      expect(message?.Body).toBe('hello');
      expect(message?.MessageAttributes).toEqual({ Foo: { StringValue: 'Bar', DataType: 'String' } });
      await json('delete-message', '--queue-url', url, '--receipt-handle', message!.ReceiptHandle);
      const shown = await json('get-queue-attributes', '--queue-url', url, '--attribute-names', 'All');
      expect(shown['Attributes']).toMatchObject({ ApproximateNumberOfMessages: '0' });
      await json('delete-queue', '--queue-url', url);
    });

    test('an error is one line with code and action', { timeout: lineMs }, async () => {
      const { code, stderr } = await line('get-queue-url', '--queue-name', uniqueName('none'));
      expect(code).toBe(254);
      expect(stderr.trim()).toBe(
        'An error occurred (AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl ' +
          'operation: ' +
          'The specified queue does not exist for this wsdl version.',
      );
    });
  });
});
