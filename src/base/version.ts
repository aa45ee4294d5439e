// The product's version, read from package.json once; the same from sources and from the compiled tree.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

let known: string | undefined;

export function packageVersion(): string {
  known ??= readVersion(import.meta.dirname);
  return known;
}

// Sources lie two folders below package.json, compiled files three.
function readVersion(start: string): string {
  for (let directory = start, depth = 0; depth < 5; depth++, directory = dirname(directory)) {
    const path = join(directory, 'package.json');
    if (!existsSync(path)) continue;
    const parsed = JSON.parse(readFileSync(path, 'utf8')) as { version?: string };
    return parsed.version ?? 'unknown';
  }
  return 'unknown';
}
