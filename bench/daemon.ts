// The daemon under test: the real `start` command with the flags of ./caudal, ephemeral port, no admin port,
// a data directory of its own that outlives restarts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';

export interface DaemonSpec {
  readonly dataDirectory: string;
  /** 0 picks a free one; a restart keeps the port so that queue URLs stay good. */
  readonly httpPort?: number;
  readonly flags?: readonly string[];
}

/** Flags and environment are those of ./caudal. */
const nodeFlags = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=16',
  '--heap-growing-percent=60',
];

export function startDaemon(spec: DaemonSpec): Promise<Program> {
  const source = join(import.meta.dirname, '../src/cli/main.ts');
  const script = existsSync(source) ? source : join(import.meta.dirname, '../src/cli/main.js');
  const listeners = [
    '--http-port',
    String(spec.httpPort ?? 0),
    '--admin-port',
    'off',
    '--amqp-port',
    'off',
    '--mqtt-port',
    'off',
  ];
  const others = ['--mqtt-ws-port', 'off', '--management-port', 'off'];
  return startProgram({
    name: 'caudal',
    nodeArguments: [
      ...nodeFlags,
      script,
      'start',
      '--data',
      spec.dataDirectory,
      ...listeners,
      ...others,
      ...(spec.flags ?? []),
    ],
    env: {
      UV_THREADPOOL_SIZE: '12',
      MALLOC_ARENA_MAX: '1',
      MALLOC_MMAP_THRESHOLD_: '131072',
      NODE_COMPILE_CACHE: join(import.meta.dirname, '../.runtime/compile-cache'),
    },
  });
}

const accountId = '000000000000';

export function queueUrl(endpoint: string, name: string): string {
  return `${endpoint}/${accountId}/${name}`;
}
