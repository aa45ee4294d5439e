// A topic's policy: the one that every topic has, and how AddPermission and RemovePermission change it. Pure;
// evaluation is the engine's.
import { invalidParameter, notFound } from './errors.ts';
import { accountOf, arnOf } from './names.ts';
import type { TopicDefinition } from '../../../../broker/index.ts';

const ownerActions = [
  'SNS:GetTopicAttributes',
  'SNS:SetTopicAttributes',
  'SNS:AddPermission',
  'SNS:RemovePermission',
  'SNS:DeleteTopic',
  'SNS:Subscribe',
  'SNS:ListSubscriptionsByTopic',
  'SNS:Publish',
];
/** What the API calls them in ActionName. */
const grantable: ReadonlySet<string> = new Set([
  ...ownerActions.map((action) => action.slice('SNS:'.length)),
  'ListTagsForResource',
  'GetDataProtectionPolicy',
  'PutDataProtectionPolicy',
]);

interface PolicyDocument {
  readonly Statement?: unknown;
  readonly [member: string]: unknown;
}

/** What a topic shows that has no policy of its own. */
export function defaultPolicy({ name }: TopicDefinition): string {
  const statement = {
    Sid: '__default_statement_ID',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ownerActions,
    Resource: arnOf(name),
    Condition: { StringEquals: { 'AWS:SourceOwner': accountOf(name) } },
  };
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [statement],
  });
}

export interface Grant {
  readonly label: string;
  readonly accounts: readonly string[];
  readonly actions: readonly string[];
}

/** The policy text with a statement more. */
export function addStatement(text: string, topicArn: string, grant: Grant): string {
  const policy: PolicyDocument = JSON.parse(text);
  const statements = statementsOf(policy);
  if (statements.some((statement) => sidOf(statement) === grant.label)) {
    throw invalidParameter('Statement already exists');
  }
  if (grant.actions.some((action) => action !== '*' && !grantable.has(action))) {
    throw invalidParameter('Policy statement action out of service scope!');
  }
  const statement = {
    Sid: grant.label,
    Effect: 'Allow',
    Principal: { AWS: single(grant.accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: single(grant.actions.map((action) => `SNS:${action}`)),
    Resource: topicArn,
  };
  return JSON.stringify({ ...policy, Statement: [...statements, statement] });
}

/** The policy text without that statement. */
export function removeStatement(text: string, label: string): string {
  const policy: PolicyDocument = JSON.parse(text);
  const statements = statementsOf(policy);
  const kept = statements.filter((statement) => sidOf(statement) !== label);
  if (kept.length === statements.length) throw notFound('Label does not exist');
  return JSON.stringify({ ...policy, Statement: kept });
}

function statementsOf({ Statement: statement }: PolicyDocument): readonly unknown[] {
  if (statement === undefined) return [];
  return Array.isArray(statement) ? statement : [statement];
}

function sidOf(statement: unknown): unknown {
  return typeof statement === 'object' && statement !== null
    ? (statement as { Sid?: unknown }).Sid
    : undefined;
}

function single(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] as string) : values;
}
