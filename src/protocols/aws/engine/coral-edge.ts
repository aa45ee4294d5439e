// The HTTP front of Kinesis and its like: what AWS answers to requests that never reach an operation, in the
// order in which it looks at them (recorded). Asked by the router; the engine sends what it gives.
import { isUtf8 } from 'node:buffer';
import { limits } from '../../../base/limits.ts';
import { cborContentType, isCborType, mediaTypeOf } from './content-type.ts';
import { isWellFormedCbor } from './cbor/decode.ts';
import { encodeCborText } from './cbor/encode.ts';
import type { Edge, EdgeAnswer } from './dialect.ts';

const plainJson = 'application/json';
const coral = 'com.amazon.coral.service';

export const coralEdge: Edge = {
  refuse(request, service, isTargetKnown) {
    const { body, headers } = request;
    if (request.method !== 'POST') return notAuthorizable;
    if (body.length > (service.service.bodyBytesMax ?? Number.POSITIVE_INFINITY)) return tooLarge;
    const mediaType = mediaTypeOf(headers.get('content-type'));
    if (body.length === 0) {
      const type = isTargetKnown ? 'SerializationException' : 'UnknownOperationException';
      return typeOnly(type, mediaType === service.jsonContentType ? mediaType : cborContentType);
    }
    if (mediaType === plainJson) return answerPlainJson(body);
    const isCbor = service.service.hasCbor === true && isCborType(mediaType);
    if (!isCbor && mediaType !== service.jsonContentType) {
      return headers.has('x-amz-target') ? notFound : notAuthorizable;
    }
    // With a signature the body is read when that is proven; without one this comes before it is missed.
    const isUnsigned = !headers.has('authorization') && request.query === '';
    if ((!isTargetKnown || isUnsigned) && !isReadable(body, isCbor)) {
      return typeOnly('SerializationException', mediaType);
    }
    return undefined;
  },
};

const notAuthorizable: EdgeAnswer = {
  status: 403,
  contentType: undefined,
  body:
    '<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized' +
    '</Message>\n</AccessDeniedException>\n',
};
const notFound: EdgeAnswer = { status: 404, contentType: undefined, body: '<UnknownOperationException/>\n' };
const tooLarge: EdgeAnswer = { status: 413, contentType: undefined, body: '' };

function typeOnly(type: string, contentType: string): EdgeAnswer {
  const fields = { __type: type };
  const body = isCborType(contentType) ? encodeCborText(fields) : JSON.stringify(fields);
  return { status: 400, contentType, body };
}

/** The older protocol under this content type knows none of the operations. */
function answerPlainJson(body: Buffer): EdgeAnswer {
  const [status, type] = isReadable(body, false)
    ? [404, 'UnknownOperationException']
    : [400, 'SerializationException'];
  const answer = { Output: { __type: `${coral}#${type}` }, Version: '1.0' };
  return { status, contentType: plainJson, body: JSON.stringify(answer) };
}

/** Nobody has proven who sent it, so a large body is taken as good. */
function isReadable(body: Buffer, isCbor: boolean): boolean {
  if (body.length > limits.awsUnsignedBodyBytesMax) return true;
  if (isCbor) return isWellFormedCbor(body);
  try {
    const value: unknown = isUtf8(body) ? JSON.parse(body.toString('utf8')) : undefined;
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
