// Where the rows of SNS differ from the public model on purpose. scripts/check-aws-model.ts holds both
// against each other and refuses what is not listed here.

export const snsPatch = [
  {
    what: '*.input.SubscriptionArn: not required',
    why: 'SNS has words of its own for a missing one, so the handlers check it',
  },
] as const;
