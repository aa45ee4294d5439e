// What an account has and may have: DescribeLimits, DescribeAccountSettings, UpdateAccountSettings. And what
// it may not: channels.
import type { Call } from '../../../engine/service.ts';
import { notImplemented } from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { countAccount, onDemandStreamsMax, shardQuota } from '../quotas.ts';

type Settings = KinesisOutput<'DescribeAccountSettings'>;

export async function describeLimits(kinesis: Kinesis, call: Call): Promise<KinesisOutput<'DescribeLimits'>> {
  authorize(call);
  const { openShards, onDemandStreams } = await countAccount(kinesis, call);
  return {
    ShardLimit: shardQuota(call.region),
    OpenShardCount: openShards,
    OnDemandStreamCount: onDemandStreams,
    OnDemandStreamCountLimit: onDemandStreamsMax,
    ChannelCount: 0,
    ChannelCountLimit: 0,
  };
}

export function describeAccountSettings(kinesis: Kinesis, call: Call): Settings {
  authorize(call);
  const { account } = call.principal;
  return { MinimumThroughputBillingCommitment: kinesis.accounts.commitment(account, kinesis.clock.nowMs()) };
}

export function updateAccountSettings(
  kinesis: Kinesis,
  input: KinesisInput<'UpdateAccountSettings'>,
  call: Call,
): Settings {
  authorize(call);
  const { Status: wanted } = input.MinimumThroughputBillingCommitment;
  const { account } = call.principal;
  return {
    MinimumThroughputBillingCommitment: kinesis.accounts.set(account, wanted, kinesis.clock.nowMs()),
  };
}

function authorize(call: Call): void {
  const { account } = call.principal;
  call.authorize(`kinesis:${call.operationName}`, {
    arn: `arn:aws:kinesis:${call.region}:${account}:*`,
    account,
  });
}

export function refuseChannels(call: Call): never {
  throw notImplemented(call.operationName);
}
