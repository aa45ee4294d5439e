// Errors of STS in its own words: both names of each, as JSON and Query clients know them.
import { AwsError } from '../../engine/errors.ts';
import type { ServiceErrors } from '../../engine/service.ts';
import { validationMessage } from '../../engine/validation-message.ts';
import { coralNamespace, internalFailure } from '../../engine/wire.ts';

const namespace = coralNamespace;

export function validationError(message: string): AwsError {
  return new AwsError(message, { type: 'ValidationError', namespace });
}

export function malformedPolicy(reason: string): AwsError {
  const options = { type: 'MalformedPolicyDocumentException', code: 'MalformedPolicyDocument' };
  return new AwsError(`The policy is not in the valid JSON format: ${reason}.`, options);
}

export function accessDenied(message: string): AwsError {
  return new AwsError(message, {
    type: 'AccessDeniedException',
    code: 'AccessDenied',
    status: 403,
    namespace,
  });
}

/** 501 and not 500: SDKs must not try again what will never work. */
export function notImplemented(operation: string): AwsError {
  const options = { type: 'NotImplementedException', code: 'NotImplemented', status: 501, namespace };
  return new AwsError(`${operation} is not implemented: this daemon trusts no identity provider.`, options);
}

export const stsErrors: ServiceErrors = {
  validation: (failures) => validationError(validationMessage(failures)),
  accessDenied: (action, resource, principal) =>
    accessDenied(`User: ${principal} is not authorized to perform: ${action} on resource: ${resource}`),
  unknownOperation: (name) =>
    new AwsError(`Could not find operation ${name} for version 2011-06-15`, {
      type: 'UnknownOperationException',
      code: 'InvalidAction',
      namespace,
    }),
  internal: () => internalFailure(),
};
