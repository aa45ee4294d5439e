// Talks to a running daemon's admin API for the commands that need one. It knows paths and JSON, nothing of
// the daemon's inside.
import type { FlagKinds, ParsedArguments } from '../base/arguments.ts';

const timeoutMs = 60_000;
const defaultUrl = 'http://127.0.0.1:8088';

/** Flags that every command with a daemon behind it takes. */
export const adminFlags = { 'admin-url': 'value', key: 'value' } as const satisfies FlagKinds;

/** An answer that is not 2xx, or none at all; the message is for the terminal. */
export class AdminError extends Error {
  override name = 'AdminError';
}

export interface AdminClient {
  get(path: string): Promise<Json>;
  post(path: string, body?: object): Promise<Json>;
  delete(path: string): Promise<Json>;
}

export type Json = Readonly<Record<string, unknown>>;

export function adminClient(args: ParsedArguments): AdminClient {
  const url = (args.values.get('admin-url') ?? process.env['CAUDAL_ADMIN_URL'] ?? defaultUrl).replace(
    /\/+$/,
    '',
  );
  const key = args.values.get('key') ?? keyFromEnvironment();
  const authorization = `Basic ${Buffer.from(key).toString('base64')}`;
  const call = async (method: string, path: string, body?: object): Promise<Json> => {
    const headers: Record<string, string> = { authorization, accept: 'application/json' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const signal = AbortSignal.timeout(timeoutMs);
    const text = body === undefined ? undefined : JSON.stringify(body);
    let answer: Response;
    try {
      answer = await fetch(url + path, {
        method,
        headers,
        signal,
        ...(text === undefined ? {} : { body: text }),
      });
    } catch (error) {
      const cause =
        (error as Error).cause instanceof Error ? ((error as Error).cause as Error).message : String(error);
      throw new AdminError(
        `no daemon answers at ${url} (${cause}); is it running? CAUDAL_ADMIN_URL names another`,
      );
    }
    return readAnswer(answer, url);
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body ?? {}),
    delete: (path) => call('DELETE', path),
  };
}

async function readAnswer(answer: Response, url: string): Promise<Json> {
  const text = await answer.text();
  let json: Json = {};
  try {
    json = text === '' ? {} : (JSON.parse(text) as Json);
  } catch {
    throw new AdminError(`${url} is not a Caudal admin API: it answered ${answer.status} without JSON`);
  }
  if (answer.ok) return json;
  const error = (json['error'] ?? {}) as { message?: string };
  const hint = answer.status === 401 ? '; --key ID:SECRET or CAUDAL_ADMIN_KEY names the user' : '';
  throw new AdminError(`${error.message ?? `the daemon answered ${answer.status}`}${hint}`);
}

function keyFromEnvironment(): string {
  const key = process.env['CAUDAL_ADMIN_KEY'];
  if (key !== undefined && key !== '') return key;
  const id = process.env['CAUDAL_ROOT_KEY_ID'];
  const secret = process.env['CAUDAL_ROOT_SECRET'];
  return id !== undefined && secret !== undefined ? `${id}:${secret}` : 'test:test';
}
