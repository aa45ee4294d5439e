// Paths to routes, and what is said when there is none.
import { expect, test } from 'vitest';
import { AdminProblem } from './problem.ts';
import { createRouter } from './router.ts';
import type { AdminRoute } from './types.ts';

const route = (method: AdminRoute['method'], path: string): AdminRoute => ({
  method,
  path,
  handle: () => ({ status: 200, body: {} }),
});

const router = createRouter([
  route('GET', '/v1/queues'),
  route('GET', '/v1/queues/{account}/{region}/{name}'),
  route('DELETE', '/v1/queues/{account}/{region}/{name}'),
]);

function problem(method: string, path: string): unknown {
  try {
    return router.find(method, path).route.path;
  } catch (error) {
    if (error instanceof AdminProblem) return [error.status, error.message];
    throw error;
  }
}

test('finds the route and decodes what stands in the path', () => {
  const { route: found, path } = router.find('DELETE', '/v1/queues/000000000000/us-east-1/a%2Fb%20c');
  expect(found.method).toBe('DELETE');
  expect(path).toEqual({ account: '000000000000', region: 'us-east-1', name: 'a/b c' });
});

test('HEAD is answered as GET', () => {
  expect(router.find('HEAD', '/v1/queues').route.method).toBe('GET');
});

test('says which methods there are, or that there is nothing', () => {
  expect(problem('PUT', '/v1/queues/1/2/3')).toEqual([405, '/v1/queues/1/2/3 takes GET, DELETE']);
  expect(problem('GET', '/v1/queue')).toEqual([404, 'there is nothing at /v1/queue']);
  expect(problem('GET', '/v1/queues/1//3')).toMatchObject([404, 'there is nothing at /v1/queues/1//3']);
  expect(problem('GET', '/v1/queues/1/2/%zz')).toEqual([400, expect.stringContaining('percent')]);
});
