// Rows of mobile push: platform applications and their endpoints.
import { list, struct } from '../../../engine/shapes.ts';
import { attributes, nothing, requiredAttributes, requiredText, text } from './shapes.ts';

const common = ['InvalidParameterException', 'InternalErrorException', 'AuthorizationErrorException'];
const onResource = [...common, 'NotFoundException'];

export const pushOperations = {
  CreatePlatformApplication: {
    input: struct({ Name: requiredText, Platform: requiredText, Attributes: requiredAttributes }),
    output: struct({ PlatformApplicationArn: text }),
    action: 'sns:CreatePlatformApplication',
    errors: common,
  },
  GetPlatformApplicationAttributes: {
    input: struct({ PlatformApplicationArn: requiredText }),
    output: struct({ Attributes: attributes }),
    action: 'sns:GetPlatformApplicationAttributes',
    errors: onResource,
  },
  SetPlatformApplicationAttributes: {
    input: struct({ PlatformApplicationArn: requiredText, Attributes: requiredAttributes }),
    output: nothing,
    action: 'sns:SetPlatformApplicationAttributes',
    errors: onResource,
  },
  ListPlatformApplications: {
    input: struct({ NextToken: text }),
    output: struct({
      PlatformApplications: list(struct({ PlatformApplicationArn: text, Attributes: attributes })),
      NextToken: text,
    }),
    action: 'sns:ListPlatformApplications',
    errors: common,
  },
  DeletePlatformApplication: {
    input: struct({ PlatformApplicationArn: requiredText }),
    output: nothing,
    action: 'sns:DeletePlatformApplication',
    errors: common,
  },
  CreatePlatformEndpoint: {
    input: struct({
      PlatformApplicationArn: requiredText,
      Token: requiredText,
      CustomUserData: text,
      Attributes: attributes,
    }),
    output: struct({ EndpointArn: text }),
    action: 'sns:CreatePlatformEndpoint',
    errors: onResource,
  },
  GetEndpointAttributes: {
    input: struct({ EndpointArn: requiredText }),
    output: struct({ Attributes: attributes }),
    action: 'sns:GetEndpointAttributes',
    errors: onResource,
  },
  SetEndpointAttributes: {
    input: struct({ EndpointArn: requiredText, Attributes: requiredAttributes }),
    output: nothing,
    action: 'sns:SetEndpointAttributes',
    errors: onResource,
  },
  ListEndpointsByPlatformApplication: {
    input: struct({ PlatformApplicationArn: requiredText, NextToken: text }),
    output: struct({
      Endpoints: list(struct({ EndpointArn: text, Attributes: attributes })),
      NextToken: text,
    }),
    action: 'sns:ListEndpointsByPlatformApplication',
    errors: onResource,
  },
  DeleteEndpoint: {
    input: struct({ EndpointArn: requiredText }),
    output: nothing,
    action: 'sns:DeleteEndpoint',
    errors: common,
  },
} as const;
