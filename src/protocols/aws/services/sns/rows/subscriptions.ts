// Rows of the subscription operations. Confirming and unsubscribing also come unsigned, as links in messages.
import { bool, struct } from '../../../engine/shapes.ts';
import { attributes, nothing, requiredText, subscriptions, text } from './shapes.ts';

const common = ['InvalidParameterException', 'InternalErrorException', 'AuthorizationErrorException'];
const onTopic = [...common, 'NotFoundException'];
const subscribing = [
  ...onTopic,
  'SubscriptionLimitExceededException',
  'FilterPolicyLimitExceededException',
  'ReplayLimitExceededException',
];

export const subscriptionOperations = {
  Subscribe: {
    input: struct({
      TopicArn: requiredText,
      Protocol: requiredText,
      Endpoint: text,
      Attributes: attributes,
      ReturnSubscriptionArn: bool(),
    }),
    output: struct({ SubscriptionArn: text }),
    action: 'sns:Subscribe',
    errors: [...subscribing, 'InvalidSecurityException'],
  },
  ConfirmSubscription: {
    input: struct({ TopicArn: requiredText, Token: requiredText, AuthenticateOnUnsubscribe: text }),
    output: struct({ SubscriptionArn: text }),
    action: 'sns:ConfirmSubscription',
    errors: subscribing,
    isOpen: true,
  },
  Unsubscribe: {
    input: struct({ SubscriptionArn: text }),
    output: nothing,
    action: 'sns:Unsubscribe',
    errors: [...onTopic, 'InvalidSecurityException'],
    isOpen: true,
  },
  ListSubscriptions: {
    input: struct({ NextToken: text }),
    output: struct({ Subscriptions: subscriptions, NextToken: text }),
    action: 'sns:ListSubscriptions',
    errors: common,
  },
  ListSubscriptionsByTopic: {
    input: struct({ TopicArn: requiredText, NextToken: text }),
    output: struct({ Subscriptions: subscriptions, NextToken: text }),
    action: 'sns:ListSubscriptionsByTopic',
    errors: onTopic,
  },
  GetSubscriptionAttributes: {
    input: struct({ SubscriptionArn: text }),
    output: struct({ Attributes: attributes }),
    action: 'sns:GetSubscriptionAttributes',
    errors: onTopic,
  },
  SetSubscriptionAttributes: {
    input: struct({ SubscriptionArn: text, AttributeName: requiredText, AttributeValue: text }),
    output: nothing,
    action: 'sns:SetSubscriptionAttributes',
    errors: [...onTopic, 'FilterPolicyLimitExceededException', 'ReplayLimitExceededException'],
  },
} as const;
