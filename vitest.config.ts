import { configDefaults, defineConfig } from 'vitest/config';

/** Time limits only end what hangs: the machines that run this may be busy, and the full tier takes its time. */
const testTimeout = process.env.TEST_TIER === 'full' ? 3_600_000 : 120_000;
const patience = { testTimeout, hookTimeout: 120_000 };
/** Much of the time goes into waiting: for leases, retries, processes that start. */
const sideBySide = { maxWorkers: 2 };
const exclude = [...configDefaults.exclude, '**/data/**'];

export default defineConfig({
  test: {
    globalSetup: ['tests/postgres-setup.ts'],
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,infra,migrations,workers,server,web}/**/*.test.ts'],
          exclude,
          ...sideBySide,
          ...patience,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/**/*.test.ts'],
          exclude: [...exclude, 'tests/e2e/**'],
          ...sideBySide,
          ...patience,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/e2e/**/*.test.ts'],
          exclude,
          // What takes in a film and plays it fills both cores by itself.
          fileParallelism: false,
          ...patience,
          // Each of the waits in it has a limit of its own.
          testTimeout: Math.max(testTimeout, 1_800_000),
        },
      },
    ],
  },
});
