// The description of the API and its routes say the same.
import { expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { ok } from '../../base/result.ts';
import type { Broker } from '../../broker/index.ts';
import { createAdminApi } from './index.ts';
import { schemas } from './openapi-schemas.ts';
import { openApiDocument } from './openapi.ts';

const { routes } = createAdminApi({
  broker: {} as Broker,
  clock: new ManualClock(),
  logger: silentLogger,
  users: [],
  isOpen: false,
  hasDefaultKey: true,
  canReset: false,
  region: 'us-east-1',
  metrics: { isPerQueue: true, queuesMax: 10 },
  commitTimes: { onCommit: undefined },
  health: () => ({ isHealthy: true, report: {} }),
  describeConfig: () => ({}),
  declareQueue: () => Promise.resolve(ok('unchanged')),
  recorded: () => [],
});

interface Documented {
  readonly security?: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
}

const paths = openApiDocument()['paths'] as Readonly<Record<string, Readonly<Record<string, Documented>>>>;

test('every route is documented, and every documented operation has its route', () => {
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
  expect(routes.length).toBeGreaterThan(15);
});

test('what is open to everybody is documented as that, and nothing else', () => {
  for (const { method, path, access } of routes) {
    expect([path, paths[path]?.[method.toLowerCase()]?.security]).toEqual([
      path,
      access === 'open' ? [] : undefined,
    ]);
  }
});

test('path parameters are documented', () => {
  for (const { method, path } of routes) {
    const wanted = [...path.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => name);
    const given = paths[path]?.[method.toLowerCase()]?.parameters.filter((one) => one.in === 'path') ?? [];
    expect(given.map((one) => one.name)).toEqual(wanted);
  }
});

test('every schema that is referred to exists, and every schema is referred to', () => {
  const found = JSON.stringify(openApiDocument()).matchAll(/#\/components\/schemas\/([A-Za-z]+)/g);
  expect([...new Set([...found].map(([, name]) => String(name)))].toSorted()).toEqual(
    Object.keys(schemas).toSorted(),
  );
});
