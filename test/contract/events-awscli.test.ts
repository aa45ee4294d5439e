// Goal: the lines that people type to route an event work. Method: Debian's AWS CLI as a child process per
// line, against a real daemon.
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/clients.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { EventsSdk } from '../support/events-sdk.ts';

const aws = needs('awscli');
const lineMs = 60_000;

describe.skipIf(aws.skip)(`AWS CLI ${aws.note}`, () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.stop());

  function line(...args: string[]): Promise<Record<string, unknown>> {
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: daemon.dataDir,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PAGER: '',
    };
    const all = ['--endpoint-url', daemon.endpoint, '--output', 'json', 'events', ...args];
    return new Promise((resolve, reject) => {
      execFile(aws.program, all, { env, timeout: lineMs }, (error, stdout, stderr) => {
        if (error !== null) reject(new Error(stderr, { cause: error }));
        else resolve(stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>));
      });
    });
  }

  test('a rule, a target, an event', { timeout: lineMs * 2 }, async () => {
    const sdk = new EventsSdk(daemon);
    const arn = await sdk.queue('cli');
    await line('put-rule', '--name', 'cli', '--event-pattern', '{"source":["cli"]}');
    await line('put-targets', '--rule', 'cli', '--targets', `Id=q,Arn=${arn}`);
    const entries = [{ Source: 'cli', DetailType: 't', Detail: '{"a":1}', Time: '2026-01-02T03:04:05Z' }];
    expect(await line('put-events', '--entries', JSON.stringify(entries))).toMatchObject({
      FailedEntryCount: 0,
    });
    expect(await sdk.bodies('cli', 1)).toMatchObject([
      { source: 'cli', time: '2026-01-02T03:04:05Z', detail: { a: 1 } },
    ]);
    expect(await line('list-rules', '--name-prefix', 'c')).toMatchObject({ Rules: [{ Name: 'cli' }] });
  });

  test('what is missing is told', { timeout: lineMs }, async () => {
    await expect(line('describe-rule', '--name', 'none')).rejects.toThrow(
      'An error occurred (ResourceNotFoundException) when calling the DescribeRule operation: Rule none ' +
        'does not exist on EventBus default.',
    );
  });
});
