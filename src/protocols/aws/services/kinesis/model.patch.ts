// Where the rows of Kinesis differ from the public model on purpose. scripts/check-aws-model.ts holds both
// against each other and refuses what is not listed here.

export const kinesisPatch = [
  {
    what: 'SubscribeToShard.output.EventStream: missing',
    why: 'the answer is a stream of frames, which the handler writes itself',
  },
  {
    what: '*Channel.*put.*: missing',
    why: 'channels are not built: every operation on them answers that, whatever it was given',
  },
  { what: 'ListChannels.*put.*: missing', why: 'the same' },
] as const;
