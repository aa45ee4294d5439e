// Where the rows of EventBridge differ from the public model on purpose. scripts/check-aws-model.ts holds
// both against each other and refuses what is not listed here.

const unbuilt = 'not built: every operation on them answers that, whatever it was given';
const foreign = 'of targets that are not in this daemon, which PutTargets refuses';

export const eventsPatch = [
  { what: '*Partner*put.*: missing', why: unbuilt },
  { what: '*EventSource.*put.*: missing', why: unbuilt },
  { what: '*EventSources.*put.*: missing', why: unbuilt },
  { what: '*Endpoint.*put.*: missing', why: unbuilt },
  { what: '*Endpoints.*put.*: missing', why: unbuilt },
  { what: '*Targets[].RunCommandParameters: missing', why: foreign },
  { what: '*Targets[].EcsParameters: missing', why: foreign },
  { what: '*Targets[].BatchParameters: missing', why: foreign },
  { what: '*Targets[].RedshiftDataParameters: missing', why: foreign },
  { what: '*Targets[].SageMakerPipelineParameters: missing', why: foreign },
  { what: '*Targets[].AppSyncParameters: missing', why: foreign },
] as const;
