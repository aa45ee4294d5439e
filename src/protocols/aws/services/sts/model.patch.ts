// Where the rows of STS differ from the public model on purpose. scripts/check-aws-model.ts holds both
// against each other and refuses what is not listed here.

const noProvider = 'sessions come from configured users and roles alone; there is no identity provider';
const noFeature = 'members that change nothing here are dropped like unknown ones';

export const stsPatch = [
  { what: 'AssumeRoleWithSAML: missing', why: noProvider },
  { what: 'AssumeRoot: missing', why: 'accounts have no organisation above them' },
  { what: 'DecodeAuthorizationMessage: missing', why: 'no error of ours carries an encoded message' },
  { what: 'GetDelegatedAccessToken: missing', why: noProvider },
  { what: 'GetFederationToken: missing', why: noProvider },
  { what: 'GetScopedCredentials: missing', why: noProvider },
  { what: 'GetWebIdentityToken: missing', why: noProvider },
  { what: 'AssumeRole.input.ProvidedContexts: missing', why: noFeature },
  { what: '*.input.MinimumSessionTokenSize: missing', why: noFeature },
  { what: '*.output.SessionTokenSize: missing', why: 'our tokens have one size' },
  { what: '*.output.SessionTokenUtilization: missing', why: 'our tokens have one size' },
  { what: 'AssumeRoleWithWebIdentity.output.TrustedIdentityPropagationContext: missing', why: noProvider },
] as const;
