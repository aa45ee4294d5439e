// Says whether a client program that comes from the system's packages is there. Locally a suite without its
// client is skipped with the package's name; in CI (CI=true) the same suite fails, so that nothing is missed.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

export type ClientPackage = 'python3-boto3' | 'awscli' | 'strace';

export interface Client {
  readonly isThere: boolean;
  /** For `describe.skipIf(client.skip)`: never true in CI. */
  readonly skip: boolean;
  /** `skipped, needs python3-boto3`, or empty: for the suite's title. */
  readonly note: string;
  /** The program: `/usr/bin/python3` for boto3. */
  readonly program: string;
}

// Debian's own programs by absolute path: another python or aws earlier in PATH speaks another protocol.
const probes: Readonly<Record<ClientPackage, { program: string; args: readonly string[] }>> = {
  'python3-boto3': { program: '/usr/bin/python3', args: ['-c', 'import boto3'] },
  awscli: { program: '/usr/bin/aws', args: ['--version'] },
  strace: { program: '/usr/bin/strace', args: ['-V'] },
};

const known = new Map<ClientPackage, Client>();

export function needs(name: ClientPackage): Client {
  const found = known.get(name) ?? probe(name);
  known.set(name, found);
  return found;
}

function probe(name: ClientPackage): Client {
  const { program, args } = probes[name];
  const isThere = isExecutable(program) && spawnSync(program, args, { timeout: 20_000 }).status === 0;
  const isCi = process.env['CI'] === 'true' || process.env['CI'] === '1';
  return { isThere, skip: !isThere && !isCi, note: isThere ? '' : `skipped, needs ${name}`, program };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
