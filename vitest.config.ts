// The test projects: one per kind of test, so that each has the time limits that fit it. Called by
// `./caudal test` and `npx vitest run`. It holds no tests and no product settings.
import { configDefaults, defineConfig } from 'vitest/config';

const isSoak = process.env['CAUDAL_SOAK'] === '1';
const exclude = [...configDefaults.exclude, '.runtime/**', ...(isSoak ? [] : ['**/*.soak.test.ts'])];

/** A project of test files; every test and hook of it is bounded. */
function project(name: string, include: readonly string[], timeoutMs: number) {
  const testTimeout = isSoak ? timeoutMs * 30 : timeoutMs;
  return {
    extends: true as const,
    test: {
      name,
      include: [...include],
      exclude,
      testTimeout,
      hookTimeout: timeoutMs,
      teardownTimeout: 10_000,
    },
  };
}

export default defineConfig({
  test: {
    // One process per file: lmdb-js keeps native threads and maps that must not outlive their file's tests,
    // and a test that ends its process then takes down nothing but itself.
    pool: 'forks',
    // The reference machine has two cores; more daemons at once would only measure each other.
    maxWorkers: 2,
    passWithNoTests: true,
    restoreMocks: true,
    projects: [
      project('unit', ['src/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'], 10_000),
      project('tidy', ['test/*.test.ts'], 30_000),
      project('model', ['test/model/**/*.test.ts'], 120_000),
      project('storage', ['test/storage/**/*.test.ts'], 120_000),
      project('net', ['test/net/**/*.test.ts'], 60_000),
      project('engine', ['test/aws-engine/**/*.test.ts'], 60_000),
      project('daemon', ['test/{daemon,admin,support,compat}/**/*.test.ts'], 60_000),
      project('contract', ['test/contract/**/*.test.ts'], 120_000),
      project('crash', ['test/crash/**/*.test.ts'], 300_000),
      project('hostile', ['test/hostile/**/*.test.ts'], 60_000),
    ],
  },
});
