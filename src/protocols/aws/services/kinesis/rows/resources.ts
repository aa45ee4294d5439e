// Rows of what streams and consumers have in common (tags, resource policies), and of the account. Put
// together with the others in ../model.ts.
import { bool, int, str, struct, structMember, timestamp } from '../../../engine/shapes.ts';
import {
  nothing,
  onChange,
  onStream,
  reservedId,
  resourceArn,
  streamIds,
  tagKeyGiven,
  tagKeys,
  tagsShown,
  tagsToAdd,
} from './shapes.ts';

const resource = { ResourceARN: str({ ...resourceArn, isRequired: true }), ...reservedId } as const;
const commitment = struct({
  MinimumThroughputBillingCommitment: struct({
    Status: str(),
    StartedAt: timestamp(),
    EndedAt: timestamp(),
    EarliestAllowedEndAt: timestamp(),
  }),
});

export const resourceOperations = {
  AddTagsToStream: {
    input: struct({ Tags: tagsToAdd, ...streamIds }),
    output: nothing,
    action: 'kinesis:AddTagsToStream',
    errors: onChange,
  },
  RemoveTagsFromStream: {
    input: struct({ TagKeys: tagKeys, ...streamIds }),
    output: nothing,
    action: 'kinesis:RemoveTagsFromStream',
    errors: onChange,
  },
  ListTagsForStream: {
    input: struct({ Limit: int({ min: 1, max: 50 }), ExclusiveStartTagKey: tagKeyGiven, ...streamIds }),
    output: struct({ Tags: tagsShown, HasMoreTags: bool() }),
    action: 'kinesis:ListTagsForStream',
    errors: onStream,
  },
  TagResource: {
    input: struct({ Tags: tagsToAdd, ...resource }),
    output: nothing,
    action: 'kinesis:TagResource',
    errors: onChange,
  },
  UntagResource: {
    input: struct({ TagKeys: tagKeys, ...resource }),
    output: nothing,
    action: 'kinesis:UntagResource',
    errors: onChange,
  },
  ListTagsForResource: {
    input: struct(resource),
    output: struct({ Tags: tagsShown }),
    action: 'kinesis:ListTagsForResource',
    errors: onChange,
  },
  PutResourcePolicy: {
    input: struct({ Policy: str({ isRequired: true }), ...resource }),
    output: nothing,
    action: 'kinesis:PutResourcePolicy',
    errors: onChange,
  },
  GetResourcePolicy: {
    input: struct(resource),
    output: struct({ Policy: str() }),
    action: 'kinesis:GetResourcePolicy',
    errors: onChange,
  },
  DeleteResourcePolicy: {
    input: struct(resource),
    output: nothing,
    action: 'kinesis:DeleteResourcePolicy',
    errors: onChange,
  },
} as const;

export const accountOperations = {
  DescribeLimits: {
    input: nothing,
    output: struct({
      ShardLimit: int(),
      OpenShardCount: int(),
      OnDemandStreamCount: int(),
      OnDemandStreamCountLimit: int(),
      ChannelCount: int(),
      ChannelCountLimit: int(),
    }),
    action: 'kinesis:DescribeLimits',
    errors: ['LimitExceededException'],
  },
  DescribeAccountSettings: {
    input: nothing,
    output: commitment,
    action: 'kinesis:DescribeAccountSettings',
    errors: ['LimitExceededException'],
  },
  UpdateAccountSettings: {
    input: struct({
      MinimumThroughputBillingCommitment: structMember(
        { Status: str({ enum: ['ENABLED', 'DISABLED'], isRequired: true }) },
        { isRequired: true },
      ),
    }),
    output: commitment,
    action: 'kinesis:UpdateAccountSettings',
    errors: ['InvalidArgumentException', 'ValidationException', 'LimitExceededException'],
  },
} as const;
