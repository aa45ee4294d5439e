// Where the rows of SQS differ from the public model on purpose. scripts/check-aws-model.ts holds both
// against each other and refuses what is not listed here.

export const sqsPatch = [
  {
    what: '*.input.*: not required',
    why: 'a missing queue comes before a missing member, so the handlers check what is required',
  },
  {
    what:
      'ReceiveMessage.input.MessageSystemAttributeNames: query name MessageSystemAttributeName, ' +
      'not AttributeName',
    why: 'the model gives both lists one name; clients of the Query wire send the older list under it',
  },
] as const;
