// `caudal bench`: hands over to the benchmark program, which starts daemons of its own.

export async function bench(args: readonly string[]): Promise<number> {
  const { runBench } = await import('../../../bench/main.ts');
  return runBench([...args]);
}
