// The queue policy as AddPermission and RemovePermission change it: one statement per label, in the form
// that the service writes (single values as strings, several as lists). Pure; evaluation is the engine's.
import type { AwsError } from '../../engine/errors.ts';
import { invalidValue, overLimit } from './errors.ts';

const actionsMax = 7;
const statementsMax = 20;
const principalsMax = 50;
const labelPattern = /^[A-Za-z0-9_-]{1,80}$/;

/** What can be granted; the batch actions come with the single ones, the rest is the owner's alone. */
const grantable: ReadonlySet<string> = new Set([
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
]);
const ownerOnly: ReadonlySet<string> = new Set([
  'AddPermission',
  'CancelMessageMoveTask',
  'CreateQueue',
  'DeleteQueue',
  'ListMessageMoveTasks',
  'ListQueueTags',
  'ListQueues',
  'RemovePermission',
  'SetQueueAttributes',
  'StartMessageMoveTask',
  'TagQueue',
  'UntagQueue',
]);

interface PolicyDocument {
  readonly Statement?: unknown;
  readonly [member: string]: unknown;
}

export interface Grant {
  readonly label: string;
  readonly accounts: readonly string[];
  readonly actions: readonly string[];
}

/** The policy text with a statement more. */
export function addStatement(text: string | undefined, queueArn: string, grant: Grant): string {
  checkGrant(grant);
  const policy: PolicyDocument =
    text === undefined ? { Version: '2008-10-17', Id: `${queueArn}/SQSDefaultPolicy` } : JSON.parse(text);
  const statements = statementsOf(policy);
  if (statements.some((statement) => sidOf(statement) === grant.label)) {
    throw invalidValue('Label', grant.label, 'Already exists.');
  }
  if (statements.length >= statementsMax) {
    throw overLimit(`${statements.length + 1} Statements were found, maximum allowed is ${statementsMax}.`);
  }
  const statement = {
    Sid: grant.label,
    Effect: 'Allow',
    Principal: { AWS: single(grant.accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: single(grant.actions.map((action) => `SQS:${action}`)),
    Resource: queueArn,
  };
  return JSON.stringify({ ...policy, Statement: [...statements, statement] });
}

/** The policy text without that statement; empty when none is left. */
export function removeStatement(text: string | undefined, label: string): string {
  const policy: PolicyDocument = text === undefined ? {} : JSON.parse(text);
  const statements = statementsOf(policy);
  const kept = statements.filter((statement) => sidOf(statement) !== label);
  if (kept.length === statements.length) throw invalidValue('Label', label, "can't find label.");
  return kept.length === 0 ? '' : JSON.stringify({ ...policy, Statement: kept });
}

function checkGrant({ label, accounts, actions }: Grant): void {
  if (!labelPattern.test(label)) {
    throw invalidValue(
      'Label',
      label,
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  }
  if (actions.length > actionsMax) {
    throw overLimit(`${actions.length} Actions were found, maximum allowed is ${actionsMax}.`);
  }
  for (const action of actions) {
    if (ownerOnly.has(action)) {
      throw invalidValue(
        'ActionName',
        `SQS:${action}`,
        'Only the queue owner is allowed to invoke this action.',
      );
    }
    if (!grantable.has(action)) {
      throw invalidValue(
        'ActionName',
        `SQS:${action}`,
        'Please refer to the appropriate WSDL for a list of valid actions.',
      );
    }
  }
  if (accounts.length > principalsMax) {
    throw overLimit(`${accounts.length} Principals were found, maximum allowed is ${principalsMax}.`);
  }
  if (accounts.length === 0) throw unverified('');
  for (const account of accounts) if (!/^\d{12}$/.test(account)) throw unverified(account);
}

function unverified(account: string): AwsError {
  return invalidValue('PrincipalId', `[${account}]`, 'Unable to verify.');
}

function statementsOf(policy: PolicyDocument): readonly unknown[] {
  const { Statement: statement } = policy;
  if (statement === undefined) return [];
  return Array.isArray(statement) ? statement : [statement];
}

function sidOf(statement: unknown): unknown {
  return typeof statement === 'object' && statement !== null
    ? (statement as { Sid?: unknown }).Sid
    : undefined;
}

function single(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? values[0]! : values;
}
