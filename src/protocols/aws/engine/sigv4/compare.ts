// Comparison of signatures in constant time, so that nobody can find one digit by digit.
import { timingSafeEqual } from 'node:crypto';
import { writeLatin1 } from '../../../../base/latin1.ts';

const hexBytes = 64;
const left = Buffer.alloc(hexBytes);
const right = Buffer.alloc(hexBytes);

/** Both are hex SHA-256 digests; the length of a signature is no secret. */
export function isSameSignature(a: string, b: string): boolean {
  if (a.length !== hexBytes || b.length !== hexBytes) return false;
  writeLatin1(left, a, 0);
  writeLatin1(right, b, 0);
  return timingSafeEqual(left, right);
}
