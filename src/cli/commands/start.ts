// `caudal start`: runs the daemon in this process until a signal ends it.

export async function start(args: readonly string[]): Promise<number> {
  const { runDaemon } = await import('../../daemon/main.ts');
  return runDaemon(args);
}
