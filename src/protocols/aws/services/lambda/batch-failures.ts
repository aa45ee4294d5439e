// What a function that reports batch item failures answered
// (docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html, "Success and failure conditions").
// Pure.

/**
 * Indexes of the batch; undefined: the answer is malformed or names a stranger, and the whole batch failed.
 */
export function failedItems(payload: Buffer, ids: readonly string[]): ReadonlySet<number> | undefined {
  const answer = parsed(payload);
  if (answer === null) return new Set();
  if (typeof answer !== 'object') return undefined;
  const items = (answer as { readonly batchItemFailures?: unknown }).batchItemFailures;
  if (items === null || items === undefined) return new Set();
  if (!Array.isArray(items)) return undefined;
  const failed = new Set<number>();
  for (const item of items as readonly unknown[]) {
    const id = (item as { readonly itemIdentifier?: unknown } | null)?.itemIdentifier;
    const index = typeof id === 'string' ? ids.indexOf(id) : -1;
    if (index < 0) return undefined;
    failed.add(index);
  }
  return failed;
}

/** An empty answer is none; undefined, which is not an object, for what is no JSON. */
function parsed(payload: Buffer): unknown {
  const text = payload.toString('utf8').trim();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
