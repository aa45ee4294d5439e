// Comparison of signatures in constant time, so that nobody can find one digit by digit.
import { timingSafeEqual } from 'node:crypto';

const hexBytes = 64;
const left = Buffer.alloc(hexBytes);
const right = Buffer.alloc(hexBytes);

/** Both are hex SHA-256 digests; the length of a signature is no secret. */
export function isSameSignature(a: string, b: string): boolean {
  if (a.length !== hexBytes || b.length !== hexBytes) return false;
  left.write(a, 0, hexBytes, 'latin1');
  right.write(b, 0, hexBytes, 'latin1');
  return timingSafeEqual(left, right);
}
