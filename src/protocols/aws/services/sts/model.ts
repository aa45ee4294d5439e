// STS as rows: the actions that SDK credential chains and Terraform call first. Bounds are those of the
// public model; what differs from it stands in model.patch.ts.
import type { Service } from '../../engine/service.ts';
import { int, list, str, struct, structMember, timestamp } from '../../engine/shapes.ts';

const required = { isRequired: true } as const;
const nothing = struct({});

const roleArn = str({ ...required, min: 20, max: 2048 });
const sessionName = str({ ...required, min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ });
const durationSeconds = int({ min: 900, max: 43_200 });
const policyArns = list(struct({ arn: str({ min: 20, max: 2048 }) }));
const tags = list(
  struct({ Key: str({ ...required, min: 1, max: 128 }), Value: str({ ...required, max: 256 }) }),
  { max: 50 },
);

const credentials = structMember(
  {
    AccessKeyId: str(required),
    SecretAccessKey: str(required),
    SessionToken: str(required),
    Expiration: timestamp(required),
  },
  {},
);
const assumedRoleUser = struct({ AssumedRoleId: str(required), Arn: str(required) });

const webIdentityErrors = [
  'ExpiredTokenException',
  'IDPCommunicationErrorException',
  'IDPRejectedClaimException',
  'InvalidIdentityTokenException',
  'MalformedPolicyDocumentException',
  'PackedPolicyTooLargeException',
  'RegionDisabledException',
];

export const stsModel = {
  id: 'sts',
  apiVersion: '2011-06-15',
  targetPrefix: 'AWSSecurityTokenServiceV20110615',
  jsonVersion: '1.1',
  queryNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  errorNamespace: 'com.amazonaws.sts',
  operations: {
    AssumeRole: {
      input: struct({
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        PolicyArns: policyArns,
        Policy: str({ min: 1 }),
        DurationSeconds: durationSeconds,
        Tags: tags,
        TransitiveTagKeys: list(str({ min: 1, max: 128 }), { max: 50 }),
        ExternalId: str({ min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ }),
        SerialNumber: str({ min: 9, max: 256 }),
        TokenCode: str({ min: 6, max: 6 }),
        SourceIdentity: str({ min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ }),
      }),
      output: struct({
        Credentials: credentials,
        AssumedRoleUser: assumedRoleUser,
        PackedPolicySize: int(),
        SourceIdentity: str(),
      }),
      action: 'sts:AssumeRole',
      errors: [
        'ExpiredTokenException',
        'MalformedPolicyDocumentException',
        'PackedPolicyTooLargeException',
        'RegionDisabledException',
      ],
    },
    AssumeRoleWithWebIdentity: {
      input: struct({
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        WebIdentityToken: str({ ...required, min: 4, max: 20_000 }),
        ProviderId: str({ min: 4, max: 2048 }),
        PolicyArns: policyArns,
        Policy: str({ min: 1 }),
        DurationSeconds: durationSeconds,
      }),
      output: struct({
        Credentials: credentials,
        SubjectFromWebIdentityToken: str(),
        AssumedRoleUser: assumedRoleUser,
        PackedPolicySize: int(),
        Provider: str(),
        Audience: str(),
        SourceIdentity: str(),
      }),
      action: 'sts:AssumeRoleWithWebIdentity',
      errors: webIdentityErrors,
      isOpen: true,
    },
    GetAccessKeyInfo: {
      input: struct({ AccessKeyId: str({ ...required, min: 1, max: 128, pattern: /^\w*$/ }) }),
      output: struct({ Account: str() }),
      action: 'sts:GetAccessKeyInfo',
      errors: [],
    },
    GetCallerIdentity: {
      input: nothing,
      output: struct({ UserId: str(), Account: str(), Arn: str() }),
      action: 'sts:GetCallerIdentity',
      errors: [],
    },
    GetSessionToken: {
      input: struct({
        DurationSeconds: int({ min: 900, max: 129_600 }),
        SerialNumber: str({ min: 9, max: 256 }),
        TokenCode: str({ min: 6, max: 6 }),
      }),
      output: struct({ Credentials: credentials }),
      action: 'sts:GetSessionToken',
      errors: ['RegionDisabledException'],
    },
  },
} as const satisfies Service;
