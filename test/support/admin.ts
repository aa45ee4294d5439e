// A small client of the admin API for the suites: JSON in, status and JSON out.

export interface AdminAnswer {
  readonly status: number;
  readonly headers: Headers;
  // Answers are asserted on, not typed: each test says what it expects.
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface AdminClient {
  (method: string, path: string, body?: unknown): Promise<AdminAnswer>;
}

const timeoutMs = 20_000;

export function adminOf(endpoint: string, key: string | null = 'test:test'): AdminClient {
  return async (method, path, body) => {
    const headers: Record<string, string> = {};
    if (key !== null) headers['authorization'] = `Basic ${Buffer.from(key).toString('base64')}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(endpoint + path, {
      method,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      ...(text === undefined ? {} : { body: text }),
    });
    const received = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    const json = (isJson && received !== '' ? JSON.parse(received) : {}) as AdminAnswer['body'];
    return { status: answer.status, headers: answer.headers, body: json, text: received };
  };
}
