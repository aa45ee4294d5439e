// E-mails, texts and push messages that were recorded, because the daemon has no way out for them: what an
// application's test, or a person, looks at instead of a phone. It only reads; the daemon keeps them.
import { pageLimit, wholeNumber } from '../parameters.ts';
import type { AdminAnswer, AdminCall, AdminDeps, AdminRoute } from '../types.ts';

export function recordedRoutes(deps: AdminDeps): readonly AdminRoute[] {
  return [{ method: 'GET', path: '/v1/recorded-messages', handle: (call) => listRecorded(deps, call) }];
}

function listRecorded({ recorded }: AdminDeps, { query }: AdminCall): AdminAnswer {
  const after = wholeNumber(query, 'after', 0, Number.MAX_SAFE_INTEGER);
  const limit = pageLimit(query);
  const messages = recorded({ after, limit });
  const last = messages.at(-1);
  const next = messages.length === limit && last !== undefined ? { next: last.id } : {};
  return { status: 200, body: { messages, ...next } };
}
