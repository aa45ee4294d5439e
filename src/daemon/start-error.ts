// Why a start was given up, in one line for the terminal: a port in use, a locked directory, a bad queue.

export class StartError extends Error {
  override name = 'StartError';
}

/** Codes of node:net, in words; undefined for an error that is none of them. */
export function listenProblem(error: unknown, flag: string, address: string): string | undefined {
  const code = (error as { code?: unknown }).code;
  switch (code) {
    case 'EADDRINUSE':
      return `${address} is in use by another process; ${flag} picks another (0: any free one, off: none)`;
    case 'EACCES':
      return `${address}: this user may not listen there; ${flag} picks another port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${address}: this machine has no such address; --bind names another`;
    default:
      return undefined;
  }
}
