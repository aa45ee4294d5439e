// Bodies of STREAMING-AWS4-HMAC-SHA256-PAYLOAD: chunks that each carry a signature over the one before, the
// first over the request's own. Called after that one has been verified; hands back the plain body.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import { invalidSignature } from './errors.ts';
import { isSameSignature } from './compare.ts';
import type { Signer } from './signer.ts';

/** Where the chain of signatures starts. */
export interface ChunkSeed {
  readonly signer: Signer;
  readonly amzDate: string;
  readonly signature: string;
}

const marker = ';chunk-signature=';
const signatureHexBytes = 64;
/** `10000;chunk-signature=<64>`: the size is hexadecimal and a body has less than 2^32 bytes. */
const headBytesMax = 8 + marker.length + signatureHexBytes;

/** Without a seed (`--auth none`) the signatures are dropped unseen. */
export function decodeSignedChunks(body: Buffer, seed: ChunkSeed | undefined): Buffer {
  const chunks: Buffer[] = [];
  let previous = seed?.signature ?? '';
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0 || lineEnd - at > headBytesMax) throw malformed();
    const head = readHead(body.toString('latin1', at, lineEnd));
    const start = lineEnd + 2;
    const end = start + head.sizeBytes;
    if (end + 2 > body.length && head.sizeBytes > 0) throw malformed();
    const chunk = body.subarray(start, end);
    if (seed !== undefined) checkChunk(seed, previous, chunk, head.signature);
    if (head.sizeBytes === 0) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    if (body.toString('latin1', end, end + 2) !== '\r\n') throw malformed();
    chunks.push(chunk);
    previous = head.signature;
    at = end + 2;
  }
}

function checkChunk(seed: ChunkSeed, previous: string, chunk: Buffer, signature: string): void {
  if (isSameSignature(seed.signer.signChunk(seed.amzDate, previous, chunk), signature)) return;
  throw invalidSignature('The signature of a chunk of the body does not match the signature you provided.');
}

function readHead(line: string): { readonly sizeBytes: number; readonly signature: string } {
  const split = line.indexOf(marker);
  const sizeText = line.slice(0, split);
  const signature = line.slice(split + marker.length);
  if (split < 1 || split > 8 || signature.length !== signatureHexBytes) throw malformed();
  const sizeBytes = Number(`0x${sizeText}`);
  if (!Number.isInteger(sizeBytes)) throw malformed();
  return { sizeBytes, signature };
}

function malformed(): Error {
  return invalidSignature('The body is not in the form of STREAMING-AWS4-HMAC-SHA256-PAYLOAD.');
}
