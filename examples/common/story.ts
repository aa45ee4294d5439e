// How the examples tell and wait: everything either comes within its time, or the example fails and says what
// did not come.
import { setTimeout as sleep } from 'node:timers/promises';

export async function until(what: string, timeoutMs: number, isTrue: () => Promise<boolean> | boolean) {
  const endMs = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > endMs) throw new Error(`waited ${timeoutMs / 1000} s in vain for: ${what}`);
    await sleep(50);
  }
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs the story; its failure is one line and exit code 1. */
export async function tell(story: () => Promise<void>): Promise<void> {
  // Whoever ends the story early ends what it started, too: the exit handlers do that.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  try {
    await story();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`\nFAILED: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
