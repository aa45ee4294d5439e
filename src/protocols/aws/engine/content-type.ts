// Media types of requests: what stands before the parameters, in lower case. Used to choose between wires;
// parses nothing else of the header.

export const cborContentType = 'application/x-amz-cbor-1.1';

export function mediaTypeOf(contentType: string | undefined): string {
  if (contentType === undefined) return '';
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

export function isCborType(mediaType: string): boolean {
  return mediaType === cborContentType;
}
