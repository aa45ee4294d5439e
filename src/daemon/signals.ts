// Ends the process in order: the first SIGTERM or SIGINT drains, a second one does not wait. Also decides
// which stray rejections the daemon survives. Called by main.ts.
import type { Logger } from '../base/log.ts';

/** Resolves with the name of the first signal. */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((settle) => {
    let isFirst = true;
    const onSignal = (signal: NodeJS.Signals): void => {
      // 128 + signal number is what a shell reports for a process that a signal ended.
      if (!isFirst) process.exit(signal === 'SIGINT' ? 130 : 143);
      isFirst = false;
      settle(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/**
 * A full disk makes lmdb-js reject `commitError` promises that nobody can catch: the append itself has
 * reported the failure already, so these alone are let go. Everything else ends the process loudly.
 */
export function guardRejections(logger: Logger): void {
  process.on('unhandledRejection', (reason) => {
    if (isCommitFailure(reason)) {
      logger.warn('commit rejection let go', { error: reason });
      return;
    }
    logger.error('unhandled rejection', { error: reason });
    process.exit(70);
  });
}

export function isCommitFailure(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  if (reason.message.startsWith('Commit failed')) return true;
  // What `commitError` itself rejects with: LMDB's own error, an errno in `code`, thrown inside lmdb-js.
  const isNative = typeof (reason as { code?: unknown }).code === 'number';
  return isNative && /[\\/]lmdb[\\/]/.test(reason.stack ?? '');
}
