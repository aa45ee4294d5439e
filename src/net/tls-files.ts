// Certificate and key of a TLS listener: read at start (an error there is the caller's), looked at again
// every few seconds, swapped without dropping a connection. A pair that does not fit keeps the old one.
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Logger } from '../base/log.ts';
import type { TlsFiles } from './http.ts';

export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface TlsWatch {
  stop(): void;
}

export async function loadTlsFiles(files: TlsFiles): Promise<TlsPair> {
  const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
  // Throws when the two do not belong together, which is told here rather than to the first client.
  createSecureContext({ cert, key });
  return { cert, key };
}

/** Polls, because file events miss the symlink swaps by which mounted secrets change. */
export function watchTlsFiles(
  files: TlsFiles,
  everyMs: number,
  logger: Logger,
  onChange: (pair: TlsPair) => void,
): TlsWatch {
  let seen: string | undefined;
  let isLooking = false;
  const look = async (): Promise<void> => {
    const mark = await markOf(files);
    if (seen === undefined || mark === seen) {
      seen = mark;
      return;
    }
    onChange(await loadTlsFiles(files));
    seen = mark;
    logger.info('certificate reloaded', { certFile: files.certFile });
  };
  const poll = (): void => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch((error: unknown) => logger.warn('certificate refused', { certFile: files.certFile, error }))
      .finally(() => {
        isLooking = false;
      });
  };
  poll();
  const timer = setInterval(poll, everyMs).unref();
  return { stop: () => clearInterval(timer) };
}

async function markOf(files: TlsFiles): Promise<string> {
  const [cert, key] = await Promise.all([stat(files.certFile), stat(files.keyFile)]);
  return [cert, key].map((file) => `${file.ino}:${file.mtimeMs}:${file.size}`).join(' ');
}
