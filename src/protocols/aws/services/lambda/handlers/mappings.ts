// Event source mappings: made, shown, listed, changed and deleted as documents; the daemon's pollers follow
// them.
import { randomUUID } from 'node:crypto';
import { limits } from '../../../../../base/limits.ts';
import type { Call } from '../../../engine/service.ts';
import {
  expectReply,
  functionNotFound,
  invalidParameter,
  mappingNotFound,
  resourceConflict,
} from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import { groupOf, type Mapping, mappingOf, type MappingValue, mappingView } from '../mapping.ts';
import { fieldsOf, openSource, startOf } from '../mapping-input.ts';
import type { LambdaInput, LambdaOutput } from '../model.ts';
import {
  callerNamespace,
  type FunctionName,
  functionNameOf,
  mappingArn,
  mappingName,
  mappingPrefix,
} from '../names.ts';

type View = LambdaOutput<'GetEventSourceMapping'>;

const pageSizeMax = 100;

export async function createMapping(
  lambda: Lambda,
  input: LambdaInput<'CreateEventSourceMapping'>,
  call: Call,
): Promise<View> {
  const called = authorizeAll(call, input.FunctionName);
  const { catalog } = lambda.broker;
  const source = openSource(catalog, input, call);
  const value: MappingValue = {
    source,
    sourceArn: input.EventSourceArn ?? '',
    ...functionOf(lambda, called),
    isEnabled: input.Enabled ?? true,
    start: startOf(source, input),
    fields: fieldsOf(catalog, source, input),
  };
  refuseSecond(lambda, call, value);
  const name = mappingName(callerNamespace(call), randomUUID());
  const reply = await call.run({
    kind: 'putDocument',
    name,
    expectedRevision: 0,
    value: plain(value),
    tags: input.Tags ?? {},
  });
  const { definition } = expectReply(reply, 'document');
  lambda.mappings?.changed(definition.entity);
  return mappingView(mappingOf(definition), lambda.mappings, 'Creating');
}

/** Actions on no mapping that is there yet. */
function authorizeAll(call: Call, functionName: string | undefined): FunctionName {
  const { account } = call.principal;
  const called = functionNameOf(call, functionName ?? '*');
  const context = { 'lambda:functionarn': called.arn };
  call.authorize(`lambda:${call.operationName}`, { arn: '*', account, context });
  return called;
}

function functionOf({ functions }: Lambda, { name, arn }: FunctionName) {
  if (functions?.has(name) !== true) throw functionNotFound(arn);
  return { functionName: name, functionArn: arn };
}

function* mappingsOf({ broker }: Lambda, namespace: string): IterableIterator<Mapping> {
  let after: string | undefined;
  for (;;) {
    const range = after === undefined ? {} : { after };
    const page = broker.catalog.documents.list({
      namespace,
      prefix: mappingPrefix,
      limit: pageSizeMax,
      ...range,
    });
    for (const definition of page) yield mappingOf(definition);
    if (page.length < pageSizeMax) return;
    after = page.at(-1)!.name.name;
  }
}

function refuseSecond(lambda: Lambda, call: Call, { sourceArn, functionArn }: MappingValue): void {
  let count = 0;
  for (const { id, value } of mappingsOf(lambda, callerNamespace(call))) {
    count++;
    if (value.sourceArn !== sourceArn || value.functionArn !== functionArn) continue;
    throw resourceConflict(
      `An event source mapping with event source arn (" ${sourceArn} ") and function (" ${functionArn} ") ` +
        `already exists. Please update or delete the existing mapping with UUID ${id}`,
    );
  }
  if (count >= limits.pollersMax)
    throw invalidParameter(`There are ${limits.pollersMax} event source mappings already.`);
}

export function getMapping(lambda: Lambda, input: LambdaInput<'GetEventSourceMapping'>, call: Call): View {
  return mappingView(requireMapping(lambda, call, input.UUID), lambda.mappings);
}

function requireMapping({ broker }: Lambda, call: Call, id: string): Mapping {
  const name = mappingName(callerNamespace(call), id);
  const { account } = call.principal;
  call.authorize(`lambda:${call.operationName}`, { arn: mappingArn(name, id), account });
  const definition = broker.catalog.documents.find(name);
  if (definition === undefined) throw mappingNotFound();
  return mappingOf(definition);
}

export function listMappings(
  lambda: Lambda,
  input: LambdaInput<'ListEventSourceMappings'>,
  call: Call,
): LambdaOutput<'ListEventSourceMappings'> {
  const { EventSourceArn: sourceArn, FunctionName: functionName, Marker: marker } = input;
  const called = authorizeAll(call, functionName);
  const parameters = `${call.region} ${sourceArn ?? ''} ${functionName ?? ''}`;
  const scope = { operation: call.operationName, account: call.principal.account, parameters };
  const after = marker === undefined ? undefined : lambda.paging.open(scope, marker);
  if (marker !== undefined && after === undefined) throw invalidParameter('Invalid value for Marker.');
  const limit = Math.min(input.MaxItems ?? pageSizeMax, pageSizeMax);
  const shown: Mapping[] = [];
  for (const mapping of mappingsOf(lambda, callerNamespace(call))) {
    if (after !== undefined && mapping.id <= after) continue;
    if (sourceArn !== undefined && mapping.value.sourceArn !== sourceArn) continue;
    if (functionName !== undefined && mapping.value.functionArn !== called.arn) continue;
    shown.push(mapping);
    if (shown.length > limit) break;
  }
  const page = shown.slice(0, limit).map((mapping) => mappingView(mapping, lambda.mappings));
  if (shown.length <= limit) return { EventSourceMappings: page };
  return { EventSourceMappings: page, NextMarker: lambda.paging.seal(scope, shown[limit - 1]!.id) };
}

export async function updateMapping(
  lambda: Lambda,
  input: LambdaInput<'UpdateEventSourceMapping'>,
  call: Call,
): Promise<View> {
  const { definition, value } = requireMapping(lambda, call, input.UUID);
  const { FunctionName: functionName } = input;
  const called = functionName === undefined ? {} : functionOf(lambda, functionNameOf(call, functionName));
  const changed: MappingValue = {
    ...value,
    ...called,
    isEnabled: input.Enabled ?? value.isEnabled,
    fields: fieldsOf(lambda.broker.catalog, value.source, input, value.fields),
  };
  const { name, revision, tags } = definition;
  const command = { kind: 'putDocument', name, expectedRevision: revision, tags } as const;
  const reply = await call.run({ ...command, value: plain(changed) });
  const now = expectReply(reply, 'document').definition;
  lambda.mappings?.changed(now.entity);
  return mappingView(mappingOf(now), lambda.mappings, transition(value.isEnabled, changed.isEnabled));
}

function transition(wasEnabled: boolean, isEnabled: boolean): string {
  if (wasEnabled === isEnabled) return 'Updating';
  return isEnabled ? 'Enabling' : 'Disabling';
}

export async function deleteMapping(
  lambda: Lambda,
  input: LambdaInput<'DeleteEventSourceMapping'>,
  call: Call,
): Promise<View> {
  const mapping = requireMapping(lambda, call, input.UUID);
  const { entity } = mapping.definition;
  expectReply(await call.run({ kind: 'deleteDocument', entity }), 'document');
  lambda.mappings?.changed(entity);
  await forgetPositions(lambda, call, mapping);
  return mappingView(mapping, undefined, 'Deleting');
}

/** Of a stream; it may be gone itself. */
async function forgetPositions({ broker }: Lambda, call: Call, { id, value }: Mapping): Promise<void> {
  const stream = value.source.kind === 'stream' ? broker.catalog.streams.find(value.source.name) : undefined;
  if (stream === undefined) return;
  await call.run({ kind: 'deleteGroup', entity: stream.entity, group: groupOf(id) });
}

/** Without members that are not set, which a document cannot hold. */
function plain<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
