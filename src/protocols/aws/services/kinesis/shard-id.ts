// Shard ids: `shardId-` and the index of the shard in twelve digits. Read leniently, as the service does:
// `0`, `shardId-0` and `shardId-000000000000` are the same (recorded). Pure.

const indexEnd = 2 ** 31;

export function shardIdOf(index: number): string {
  return `shardId-${String(index).padStart(12, '0')}`;
}

/** Undefined for what is no shard id. */
export function parseShardId(text: string): number | undefined {
  const digits = text.split('-')[1] || text;
  if (!/^\d+$/.test(digits)) return undefined;
  const index = Number.parseInt(digits, 10);
  return index < indexEnd ? index : undefined;
}
