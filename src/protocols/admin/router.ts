// Finds the route of a request. Patterns are few and short: a walk over all is quick enough here.
import { AdminProblem } from './problem.ts';
import type { AdminRoute } from './types.ts';

export interface Match {
  readonly route: AdminRoute;
  readonly path: Readonly<Record<string, string>>;
}

export interface Router {
  /** Throws 404 or 405. HEAD is answered as GET. */
  find(method: string, path: string): Match;
}

export function createRouter(routes: readonly AdminRoute[]): Router {
  const patterns = routes.map((route) => ({ route, parts: route.path.split('/') }));
  return {
    find: (method, path) => {
      const parts = path.split('/');
      const wanted = method === 'HEAD' ? 'GET' : method;
      const allowed: string[] = [];
      for (const pattern of patterns) {
        const parameters = match(pattern.parts, parts);
        if (parameters === undefined) continue;
        if (pattern.route.method === wanted) return { route: pattern.route, path: parameters };
        allowed.push(pattern.route.method);
      }
      if (allowed.length === 0) throw new AdminProblem(404, 'no_such_path', `there is nothing at ${path}`);
      throw new AdminProblem(405, 'method_not_allowed', `${path} takes ${allowed.join(', ')}`);
    },
  };
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const given = parts[index] ?? '';
    if (!wanted.startsWith('{')) {
      if (wanted !== given) return undefined;
      continue;
    }
    const value = decode(given);
    if (value === '') return undefined;
    parameters[wanted.slice(1, -1)] = value;
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AdminProblem(400, 'bad_request', 'the path is not valid percent-encoding');
  }
}
