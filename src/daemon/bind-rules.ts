// What a daemon refuses to do by default: listen beyond this machine without users, or without signatures.
// Called by main.ts before anything is opened; pure.
import { isIP } from 'node:net';
import type { Config } from './config.ts';

const loopbackNames = new Set(['localhost', 'localhost.localdomain', 'ip6-localhost']);

export function isLoopbackHost(host: string): boolean {
  const address = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (loopbackNames.has(address) || address.endsWith('.localhost')) return true;
  if (isIP(address) === 4) return address.startsWith('127.');
  return address === '::1' || address.startsWith('::ffff:127.');
}

/** Lines for the terminal; none when the configuration may be started. */
export function bindProblems(config: Config): readonly string[] {
  const { bind, auth } = config.settings;
  const problems: string[] = [];
  if (!isLoopbackHost(bind)) {
    if (auth === 'none') {
      problems.push(
        `--auth none is accepted with a loopback bind only, not with --bind ${bind}:`,
        'whoever reaches that address could do everything.',
        'Remove --auth none and configure users, or bind to 127.0.0.1.',
      );
    } else if (config.users.length === 0) problems.push(...openBindLines(bind));
  }
  if (
    config.settings['https-port'] !== 'off' &&
    (!config.settings['tls-cert'] || !config.settings['tls-key'])
  ) {
    problems.push('--https-port needs --tls-cert FILE and --tls-key FILE.');
  }
  return problems;
}

function openBindLines(bind: string): readonly string[] {
  return [
    `--bind ${bind} would be reachable from other machines, and no users are configured.`,
    'Add a user to caudal.yaml:',
    '',
    'users:',
    '  root:',
    '    keys:',
    '      - { id: YOUR-KEY-ID, secret: YOUR-SECRET }',
    '',
    'or set CAUDAL_ROOT_KEY_ID and CAUDAL_ROOT_SECRET, or bind to 127.0.0.1.',
  ];
}
