// Makes named limits small for the time of one test, so that short tests reach what they guard. Limits are
// constants of the product; only tests write to them, and they put them back.
import { limits } from '../../src/base/limits.ts';

export async function withLimits(
  tight: Partial<Record<keyof typeof limits, number>>,
  body: () => Promise<void>,
): Promise<void> {
  const writable = limits as Record<string, number>;
  const before = { ...writable };
  Object.assign(writable, tight);
  try {
    await body();
  } finally {
    Object.assign(writable, before);
  }
}
