// Rows of text messages: settings, opt-outs, origination numbers, the sandbox. Some members begin in lower
// case.
import { bool, int, list, map, str, struct, timestamp } from '../../../engine/shapes.ts';
import { nothing, required, requiredText, text } from './shapes.ts';

const common = [
  'InvalidParameterException',
  'InternalErrorException',
  'AuthorizationErrorException',
  'ThrottledException',
];
const sandbox = [...common, 'ResourceNotFoundException', 'UserErrorException', 'OptedOutException'];

export const smsOperations = {
  SetSMSAttributes: {
    input: struct({ attributes: map(str(), required) }),
    output: nothing,
    hasEmptyResult: true,
    action: 'sns:SetSMSAttributes',
    errors: common,
  },
  GetSMSAttributes: {
    input: struct({ attributes: list(str()) }),
    output: struct({ attributes: map(str()) }),
    action: 'sns:GetSMSAttributes',
    errors: common,
  },
  CheckIfPhoneNumberIsOptedOut: {
    input: struct({ phoneNumber: requiredText }),
    output: struct({ isOptedOut: bool() }),
    action: 'sns:CheckIfPhoneNumberIsOptedOut',
    errors: common,
  },
  OptInPhoneNumber: {
    input: struct({ phoneNumber: requiredText }),
    output: nothing,
    hasEmptyResult: true,
    action: 'sns:OptInPhoneNumber',
    errors: common,
  },
  ListPhoneNumbersOptedOut: {
    input: struct({ nextToken: text }),
    output: struct({ phoneNumbers: list(str()), nextToken: text }),
    action: 'sns:ListPhoneNumbersOptedOut',
    errors: common,
  },
  ListOriginationNumbers: {
    input: struct({ NextToken: text, MaxResults: int({ min: 1, max: 30 }) }),
    output: struct({
      NextToken: text,
      PhoneNumbers: list(
        struct({
          CreatedAt: timestamp(),
          PhoneNumber: text,
          Status: text,
          Iso2CountryCode: text,
          RouteType: text,
          NumberCapabilities: list(str()),
        }),
      ),
    }),
    action: 'sns:ListOriginationNumbers',
    errors: [...common, 'ValidationException'],
  },
  GetSMSSandboxAccountStatus: {
    input: nothing,
    output: struct({ IsInSandbox: bool(required) }),
    action: 'sns:GetSMSSandboxAccountStatus',
    errors: common,
  },
  CreateSMSSandboxPhoneNumber: {
    input: struct({ PhoneNumber: requiredText, LanguageCode: text }),
    output: nothing,
    hasEmptyResult: true,
    action: 'sns:CreateSMSSandboxPhoneNumber',
    errors: sandbox,
  },
  VerifySMSSandboxPhoneNumber: {
    input: struct({ PhoneNumber: requiredText, OneTimePassword: str({ ...required, min: 5, max: 8 }) }),
    output: nothing,
    hasEmptyResult: true,
    action: 'sns:VerifySMSSandboxPhoneNumber',
    errors: [...sandbox, 'VerificationException'],
  },
  DeleteSMSSandboxPhoneNumber: {
    input: struct({ PhoneNumber: requiredText }),
    output: nothing,
    hasEmptyResult: true,
    action: 'sns:DeleteSMSSandboxPhoneNumber',
    errors: sandbox,
  },
  ListSMSSandboxPhoneNumbers: {
    input: struct({ NextToken: text, MaxResults: int({ min: 1, max: 100 }) }),
    output: struct({
      PhoneNumbers: list(struct({ PhoneNumber: text, Status: text })),
      NextToken: text,
    }),
    action: 'sns:ListSMSSandboxPhoneNumbers',
    errors: sandbox,
  },
} as const;
