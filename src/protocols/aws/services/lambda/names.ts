// Names of Lambda on the wire and in the core: functions by name or ARN, mappings by their UUID. Pure.
import type { ResourceName } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';

export interface FunctionName {
  readonly name: string;
  /** Without a version or alias: functions of the configuration have none. */
  readonly arn: string;
  readonly account: string;
}

const functionPattern =
  /^(?:arn:aws[\w-]*:lambda:)?(?:([a-z]{2}-[a-z-]+-\d):)?(?:(\d{12}):)?(?:function:)?([\w.-]+)(?::[$\w.-]+)?$/;

/** A name, ACCOUNT:function:NAME or an ARN; a version or alias may follow each of them. */
export function functionNameOf(call: Call, given: string): FunctionName {
  const match = functionPattern.exec(given);
  const { region: callerRegion, principal } = call;
  const name = match?.[3] ?? given;
  const account = match?.[2] ?? principal.account;
  const region = match?.[1] ?? callerRegion;
  return { name, account, arn: `arn:aws:lambda:${region}:${account}:function:${name}` };
}

/** Of the documents that hold mappings. */
export const mappingPrefix = 'lambda/mapping/';

export function callerNamespace(call: Call): string {
  return `${call.principal.account}/${call.region}`;
}

export function mappingName(namespace: string, id: string): ResourceName {
  return { namespace, kind: 'document', name: `${mappingPrefix}${id}` };
}

export function mappingIdOf({ name }: Pick<ResourceName, 'name'>): string {
  return name.slice(mappingPrefix.length);
}

export function mappingArn({ namespace }: Pick<ResourceName, 'namespace'>, id: string): string {
  const [account = '', region = ''] = namespace.split('/');
  return `arn:aws:lambda:${region}:${account}:event-source-mapping:${id}`;
}
