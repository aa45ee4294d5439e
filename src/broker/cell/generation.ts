// Numbers of leases: they carry their time, so that later leases have larger ones, in this life and in the
// next.

const GENERATIONS_PER_MS = 2048;

/** The number behind `newest`, at this time. */
export function generationAfter(newest: number, nowMs: number): number {
  return Math.max(newest + 1, nowMs * GENERATIONS_PER_MS);
}

export function generationTimeMs(generation: number): number {
  return Math.floor(generation / GENERATIONS_PER_MS);
}
