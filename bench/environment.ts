// Facts about the machine that a result means nothing without: versions, processor, file system, durability.
// Called once per run by main.ts.
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';

export type EnvironmentFacts = Readonly<Record<string, string | number | boolean>>;

export function environmentFacts(directory: string): EnvironmentFacts {
  const processors = os.cpus();
  return {
    caudal: packageVersion(join(import.meta.dirname, '../package.json')),
    node: process.versions.node,
    lmdb: dependencyVersion('lmdb'),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cpuCount: processors.length,
    memoryBytes: os.totalmem(),
    loadAverage1m: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
    directory,
    fileSystem: fileSystemOf(directory),
    durability: 'disk',
    auth: 'sigv4',
    generator: 'one worker thread, node:net, signed ahead of the window',
  };
}

function packageVersion(path: string): string {
  try {
    return String((JSON.parse(readFileSync(path, 'utf8')) as { version?: string }).version);
  } catch {
    return 'unknown';
  }
}

/** Version of an installed package, from its file: a package's exports may hide package.json from require. */
export function dependencyVersion(name: string): string {
  for (let directory = import.meta.dirname; ; directory = dirname(directory)) {
    const path = join(directory, 'node_modules', name, 'package.json');
    if (existsSync(path)) return packageVersion(path);
    if (directory === dirname(directory)) return 'unknown';
  }
}

/** Type of the mount that holds `directory`: on a tmpfs nothing durable is measured. */
function fileSystemOf(directory: string): string {
  try {
    let best = { point: '', type: 'unknown' };
    for (const line of readFileSync('/proc/mounts', 'utf8').split('\n')) {
      const [, point = '', type = ''] = line.split(' ');
      const isWithin = directory === point || directory.startsWith(point.endsWith('/') ? point : `${point}/`);
      if (point !== '' && isWithin && point.length >= best.point.length) best = { point, type };
    }
    return best.type;
  } catch {
    return 'unknown';
  }
}
