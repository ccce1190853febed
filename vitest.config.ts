import { defineConfig } from 'vitest/config';
import { bundleTests, takeBundle } from './packages/sdk-browser/test/bundle/project.ts';

/** Generous, since a machine may be busy: a limit is there to end what hangs, it asserts nothing. */
const quick = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } };
/** Tests that drive a browser or start processes wait for real time to pass. */
const slow = { testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 60_000 } } };
/**
 * Browsers, servers and killed processes fail now and then for reasons of their own. What passed only at its second try is
 * named at the end of a run of continuous integration (.ci/summary.mjs); everywhere else the first failure counts.
 */
const others = { ...slow, retry: process.env['CI'] ? 1 : 0 };

/** Continuous integration adds up the JSON reports of its runs. */
const report = process.env['NITKA_TEST_REPORT'];

export default defineConfig({
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    // Two cores are what continuous integration has; a browser and a collector run beside the tests.
    maxWorkers: 2,
    projects: [
      { test: { name: 'core', include: ['packages/core/test/**/*.test.ts'], ...quick } },
      {
        test: {
          name: 'browser',
          include: ['packages/sdk-browser/test/**/*.test.ts'],
          environment: 'jsdom',
          environmentOptions: { jsdom: { url: 'https://shop.example/' } },
          ...quick,
        },
      },
      {
        // The same tests against what is shipped: minified, with shortened names.
        plugins: [takeBundle],
        test: {
          name: 'browser-bundle',
          include: bundleTests,
          globalSetup: 'packages/sdk-browser/test/bundle/build.ts',
          env: { NITKA_BUNDLE: 'minified' },
          environment: 'jsdom',
          environmentOptions: { jsdom: { url: 'https://shop.example/' } },
          ...quick,
        },
      },
      {
        test: {
          name: 'browser-e2e',
          include: ['packages/sdk-browser/test-e2e/**/*.test.ts'],
          ...others,
        },
      },
      {
        test: {
          name: 'node',
          include: ['packages/sdk-node/test/**/*.test.ts'],
          ...others,
        },
      },
      {
        test: {
          name: 'collector',
          include: ['packages/collector/test/**/*.test.ts'],
          ...others,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/**/*.test.ts', 'examples/**/*.test.ts', 'bench/test/**/*.test.ts'],
          ...others,
        },
      },
    ],
  },
});
