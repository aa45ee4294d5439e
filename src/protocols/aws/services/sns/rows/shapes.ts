// Shapes that several operations of SNS share. Source: the public service model of 2010-03-31 as of 2026.
// Lists are not flattened on this wire, and maps are entries of `key` and `value`, save for message
// attributes.
import { blob, bool, list, map, str, struct } from '../../../engine/shapes.ts';

export const required = { isRequired: true } as const;
export const nothing = struct({});
export const text = str();
export const requiredText = str(required);
export const attributes = map(str());
export const requiredAttributes = map(str(), required);
export const tags = list(struct({ Key: requiredText, Value: requiredText }));
export const requiredTags = list(struct({ Key: requiredText, Value: requiredText }), required);

const attributeValue = struct({ DataType: requiredText, StringValue: text, BinaryValue: blob() });

/** What can be published, by itself or as an entry of a batch. */
export const messageMembers = {
  Message: requiredText,
  Subject: text,
  MessageStructure: text,
  MessageAttributes: map(attributeValue, { keyName: 'Name', valueName: 'Value' }),
  MessageDeduplicationId: text,
  MessageGroupId: text,
} as const;

export const subscriptions = list(
  struct({ SubscriptionArn: text, Owner: text, Protocol: text, Endpoint: text, TopicArn: text }),
);

export const failedEntries = list(
  struct({ Id: requiredText, Code: requiredText, Message: text, SenderFault: bool(required) }),
);
