// Rows of the topic operations: topics, their attributes, permissions, data protection and tags.
import { list, str, struct } from '../../../engine/shapes.ts';
import { attributes, nothing, required, requiredTags, requiredText, tags, text } from './shapes.ts';

const common = ['InvalidParameterException', 'InternalErrorException', 'AuthorizationErrorException'];
const onTopic = [...common, 'NotFoundException'];
const tagging = [
  ...common,
  'ResourceNotFoundException',
  'TagLimitExceededException',
  'StaleTagException',
  'TagPolicyException',
  'ConcurrentAccessException',
];

export const topicOperations = {
  CreateTopic: {
    input: struct({ Name: requiredText, Attributes: attributes, Tags: tags, DataProtectionPolicy: text }),
    output: struct({ TopicArn: text }),
    action: 'sns:CreateTopic',
    errors: [...common, 'TopicLimitExceededException', 'InvalidSecurityException', ...tagging.slice(4)],
  },
  DeleteTopic: {
    input: struct({ TopicArn: requiredText }),
    output: nothing,
    action: 'sns:DeleteTopic',
    errors: [...onTopic, 'InvalidStateException', ...tagging.slice(5)],
  },
  ListTopics: {
    input: struct({ NextToken: text }),
    output: struct({ Topics: list(struct({ TopicArn: text })), NextToken: text }),
    action: 'sns:ListTopics',
    errors: common,
  },
  GetTopicAttributes: {
    input: struct({ TopicArn: requiredText }),
    output: struct({ Attributes: attributes }),
    action: 'sns:GetTopicAttributes',
    errors: onTopic,
  },
  SetTopicAttributes: {
    input: struct({ TopicArn: requiredText, AttributeName: requiredText, AttributeValue: text }),
    output: nothing,
    action: 'sns:SetTopicAttributes',
    errors: onTopic,
  },
  AddPermission: {
    input: struct({
      TopicArn: requiredText,
      Label: requiredText,
      AWSAccountId: list(str(), required),
      ActionName: list(str(), required),
    }),
    output: nothing,
    action: 'sns:AddPermission',
    errors: onTopic,
  },
  RemovePermission: {
    input: struct({ TopicArn: requiredText, Label: requiredText }),
    output: nothing,
    action: 'sns:RemovePermission',
    errors: onTopic,
  },
  GetDataProtectionPolicy: {
    input: struct({ ResourceArn: requiredText }),
    output: struct({ DataProtectionPolicy: text }),
    action: 'sns:GetDataProtectionPolicy',
    errors: onTopic,
  },
  PutDataProtectionPolicy: {
    input: struct({ ResourceArn: requiredText, DataProtectionPolicy: requiredText }),
    output: nothing,
    action: 'sns:PutDataProtectionPolicy',
    errors: onTopic,
  },
  TagResource: {
    input: struct({ ResourceArn: requiredText, Tags: requiredTags }),
    output: nothing,
    hasEmptyResult: true,
    action: 'sns:TagResource',
    errors: tagging,
  },
  UntagResource: {
    input: struct({ ResourceArn: requiredText, TagKeys: list(str(), required) }),
    output: nothing,
    hasEmptyResult: true,
    action: 'sns:UntagResource',
    errors: tagging,
  },
  ListTagsForResource: {
    input: struct({ ResourceArn: requiredText }),
    output: struct({ Tags: tags }),
    action: 'sns:ListTagsForResource',
    errors: tagging,
  },
} as const;
