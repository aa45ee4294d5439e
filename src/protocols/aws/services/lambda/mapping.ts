// An event source mapping as it is kept, as a document of the core, and as it is shown. Its settings are kept
// under the names that they have on the wire: nobody but this service reads them. Pure.
import type { DocumentDefinition, GroupStart, ResourceName } from '../../../../broker/index.ts';
import type { LambdaOutput } from './model.ts';
import { mappingArn, mappingIdOf } from './names.ts';
import type { MappingRunner } from './settings.ts';

export interface MappingSource {
  readonly kind: 'queue' | 'stream';
  readonly name: ResourceName;
}

/** Of those that the wire knows, the ones that mean something here. */
export interface MappingFields {
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds: number;
  readonly FilterCriteria?:
    | { readonly Filters?: readonly { readonly Pattern?: string | undefined }[] | undefined }
    | undefined;
  readonly FunctionResponseTypes: readonly 'ReportBatchItemFailures'[];
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumRecordAgeInSeconds?: number | undefined;
  readonly BisectBatchOnFunctionError?: boolean | undefined;
  readonly DestinationConfig?:
    | { readonly OnFailure?: { readonly Destination?: string | undefined } | undefined }
    | undefined;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number | undefined } | undefined;
}

export interface MappingValue {
  readonly source: MappingSource;
  readonly sourceArn: string;
  /** Streams: where it began. */
  readonly start?: GroupStart | undefined;
  readonly functionName: string;
  readonly functionArn: string;
  readonly isEnabled: boolean;
  readonly fields: MappingFields;
}

export interface Mapping {
  readonly id: string;
  readonly definition: DocumentDefinition;
  readonly value: MappingValue;
}

/** The values are ours alone: nobody else writes documents of these names. */
export function mappingOf(definition: DocumentDefinition): Mapping {
  return { id: mappingIdOf(definition.name), definition, value: definition.value as MappingValue };
}

/** Of the stream's consumer groups: keeps the positions of the mapping. */
export function groupOf(id: string): string {
  return `lambda/${id}`;
}

type MappingView = LambdaOutput<'GetEventSourceMapping'>;

/** `state`: of one that is being changed; otherwise what it is. */
export function mappingView(
  mapping: Mapping,
  runner: MappingRunner | undefined,
  state?: string,
): MappingView {
  const { id, definition, value } = mapping;
  return {
    UUID: id,
    EventSourceArn: value.sourceArn,
    FunctionArn: value.functionArn,
    ...startOf(value),
    EventSourceMappingArn: mappingArn(definition.name, id),
    LastModified: definition.modifiedAtMs,
    State: state ?? (value.isEnabled ? 'Enabled' : 'Disabled'),
    StateTransitionReason: 'USER_INITIATED',
    ...lastResult(mapping, runner),
    ...(JSON.parse(JSON.stringify(value.fields)) as Partial<MappingView>),
  };
}

function startOf({ start }: MappingValue): Partial<MappingView> {
  if (start === undefined) return {};
  if (start.at === 'time')
    return { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: start.timeMs };
  return { StartingPosition: start.at === 'horizon' ? 'TRIM_HORIZON' : 'LATEST' };
}

function lastResult({ definition }: Mapping, runner: MappingRunner | undefined): Partial<MappingView> {
  const result = runner?.lastResult(definition.entity);
  if (result === undefined || result === 'none') return {};
  return { LastProcessingResult: result === 'ok' ? 'OK' : `PROBLEM: ${result.problem}` };
}

/** Filters as they were given; none: everything passes. */
export function filterPatterns({ FilterCriteria: criteria }: MappingFields): readonly string[] {
  return (criteria?.Filters ?? []).flatMap(({ Pattern: pattern }) =>
    pattern === undefined ? [] : [pattern],
  );
}
