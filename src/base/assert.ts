// Assertions for programmer errors: always on, in production too. A failed assertion ends the process,
// because a broker that goes on with a broken invariant may acknowledge what it will lose.

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

export class AssertionError extends Error {
  override name = 'AssertionError';
}

/** For the default branch of an exhaustive switch: a new variant does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}
