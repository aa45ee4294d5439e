// Errors of authentication. JSON clients know them by shape name, Query clients by code; none of them is in
// a service's model, so all carry the framework's namespace.
import { AwsError } from '../errors.ts';
import { coralNamespace } from '../wire.ts';

const make = (type: string, code: string, status: number) => (message: string) =>
  new AwsError(message, { type, code, status, namespace: coralNamespace });

const missingToken = make('MissingAuthenticationTokenException', 'MissingAuthenticationToken', 403);
export const incompleteSignature = make('IncompleteSignatureException', 'IncompleteSignature', 400);
export const invalidSignature = make('InvalidSignatureException', 'SignatureDoesNotMatch', 403);
const unrecognizedClient = make('UnrecognizedClientException', 'InvalidClientTokenId', 403);
export const requestExpired = make('RequestExpired', 'RequestExpired', 400);
const expiredTokenError = make('ExpiredTokenException', 'ExpiredToken', 403);

export const missingAuthentication = (isQuery: boolean): AwsError =>
  missingToken(isQuery ? 'Request is missing Authentication Token' : 'Missing Authentication Token');

export const unknownKey = (): AwsError =>
  unrecognizedClient('The security token included in the request is invalid.');

export const expiredToken = (): AwsError =>
  expiredTokenError('The security token included in the request is expired');

/** Both texts are there so that whoever wrote the signer sees where it went another way. */
export function signatureMismatch(canonical: string, stringToSign: string): AwsError {
  return invalidSignature(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret ' +
      'Access Key and signing method. Consult the service documentation for details.\n\n' +
      `The Canonical String for this request should have been\n'${canonical}'\n\n` +
      `The String-to-Sign should have been\n'${stringToSign}'\n`,
  );
}
