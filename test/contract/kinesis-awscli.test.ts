// Goal: the lines that people type to look into a stream work. Method: Debian's AWS CLI as a child process
// per line, against a real daemon.
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/clients.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';

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
    const all = ['--endpoint-url', daemon.endpoint, '--output', 'json', 'kinesis', ...args];
    return new Promise((resolve, reject) => {
      execFile(aws.program, all, { env, timeout: lineMs }, (error, stdout, stderr) => {
        if (error !== null) reject(new Error(stderr, { cause: error }));
        else resolve(stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>));
      });
    });
  }

  test('a record there and back', { timeout: lineMs * 2 }, async () => {
    await line('create-stream', '--stream-name', 'cli', '--shard-count', '1');
    const record = ['--stream-name', 'cli', '--partition-key', 'k'];
    const placed = await line('put-record', ...record, '--data', Buffer.from('hello').toString('base64'));
    const from = ['--shard-id', 'shardId-000000000000', '--shard-iterator-type', 'TRIM_HORIZON'];
    const { ShardIterator } = await line('get-shard-iterator', '--stream-name', 'cli', ...from);
    // As a shell hands it on from the answer, quotes included.
    const read = await line('get-records', '--shard-iterator', JSON.stringify(ShardIterator));
    expect(read).toMatchObject({
      Records: [
        {
          SequenceNumber: placed['SequenceNumber'],
          Data: Buffer.from('hello').toString('base64'),
          PartitionKey: 'k',
        },
      ],
      MillisBehindLatest: 0,
    });
  });

  test('records in a batch, a split, and who is whose child', { timeout: lineMs * 2 }, async () => {
    const name = ['--stream-name', 'batch'];
    await line('create-stream', ...name, '--shard-count', '1');
    const records = ['a', 'b'].map((text) => ({
      Data: Buffer.from(text).toString('base64'),
      PartitionKey: text,
    }));
    const placed = await line('put-records', ...name, '--records', JSON.stringify(records));
    expect(placed).toMatchObject({
      FailedRecordCount: 0,
      Records: [{ ShardId: 'shardId-000000000000' }, {}],
    });
    const split = ['--shard-to-split', 'shardId-000000000000', '--new-starting-hash-key', '7'];
    expect(await line('split-shard', ...name, ...split)).toEqual({});
    const { Shards } = await line('list-shards', ...name);
    expect(Shards).toMatchObject([
      { ShardId: 'shardId-000000000000', SequenceNumberRange: { EndingSequenceNumber: expect.any(String) } },
      { ShardId: 'shardId-000000000001', ParentShardId: 'shardId-000000000000' },
      { ShardId: 'shardId-000000000002', HashKeyRange: { StartingHashKey: '7' } },
    ]);
  });

  test('what is wrong is said', { timeout: lineMs }, async () => {
    const nothing = line('put-record', '--stream-name', 'none', '--partition-key', 'k', '--data', 'aGVsbG8=');
    await expect(nothing).rejects.toThrow('Stream none under account 000000000000 not found.');
  });
});
