// Gathers the body of a request that comes as a Node stream (node:http, node:http2), under the same limits
// as the front's own parser. Calls back once: with the body, or with why it is refused; never when the
// client has gone.
import type { Readable } from 'node:stream';
import type { ByteBudget } from './byte-budget.ts';
import type { HttpLimits } from './http.ts';
import { refusals, type Refusal } from './refusal.ts';

export function collectBody(
  source: Readable,
  limits: HttpLimits,
  budget: ByteBudget,
  onBody: (outcome: Buffer | Refusal) => void,
): void {
  const pieces: Buffer[] = [];
  let length = 0;
  let isOver = false;
  const finish = (outcome: Buffer | Refusal): void => {
    if (isOver) return;
    isOver = true;
    onBody(outcome);
  };
  source.on('data', (piece: Buffer) => {
    if (isOver) return;
    if (length + piece.length > limits.bodyBytesMax) {
      finish(refusals.bodyTooLarge);
    } else if (!budget.take(piece.length)) {
      finish(refusals.tooMuchBuffered);
    } else {
      length += piece.length;
      pieces.push(piece);
    }
  });
  source.once('end', () =>
    finish(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, length)),
  );
  // The stream closes when it was answered or has failed: either way nobody holds the body any more.
  source.once('close', () => {
    isOver = true;
    budget.give(length);
    length = 0;
  });
}
