// `caudal env`: shell lines that point AWS SDKs and command-line tools at the local daemon, for eval.
import { parseArguments } from '../../base/arguments.ts';
import { fail, print } from '../output.ts';

export async function env(args: readonly string[]): Promise<number> {
  const given = parseArguments(args, { 'http-port': 'value', region: 'value' });
  if (!given.ok) return fail(given.error, 2);
  const port = given.value.values.get('http-port') ?? process.env['CAUDAL_HTTP_PORT'] ?? '4566';
  const region = given.value.values.get('region') ?? process.env['CAUDAL_REGION'] ?? 'us-east-1';
  if (!/^[0-9]{1,5}$/.test(port)) return fail(`'${port}' is not a port`, 2);
  if (!/^[a-z0-9-]+$/.test(region)) return fail(`'${region}' is not a region`, 2);
  for (const line of exportLines(port, region)) print(line);
  return 0;
}

function exportLines(port: string, region: string): readonly string[] {
  return [
    `export AWS_ENDPOINT_URL=http://127.0.0.1:${port}`,
    'export AWS_ACCESS_KEY_ID=test',
    'export AWS_SECRET_ACCESS_KEY=test',
    // A token left over from another account would be sent along and refused.
    'unset AWS_SESSION_TOKEN AWS_PROFILE',
    `export AWS_DEFAULT_REGION=${region}`,
    `export AWS_REGION=${region}`,
  ];
}
