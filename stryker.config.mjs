// `npm run mutation`: breaks the pure core of the import maps in a thousand ways and counts how many of them its tests
// notice. Below 85 % it fails. One file: `npm run mutation -- --mutate src/import-maps/domain/revert.ts`.
import os from 'node:os';
import path from 'node:path';
import isolated from './jest.isolated.config.mjs';

export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { config: isolated, enableFindRelatedTests: true },
  mutate: ['src/import-maps/domain/**/*.ts', 'src/promotion/domain/**/*.ts'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Each run leaves its modules in memory.
  maxTestRunnerReuse: 100,
  timeoutMS: 20_000,
  ignorePatterns: [
    '**',
    '!src/import-maps/domain/**',
    '!src/promotion/domain/**',
    '!src/projects/stages/**',
    '!src/files/script-imports.ts',
    '!src/platform/{shell-quote,modules-url,sliced,time-text}.ts',
    '!src/platform/refusals/**',
    '!src/workflow/**',
    '!src/log/lines/**',
    '!test/import-maps/domain/**',
    '!.swcrc',
    '!package.json',
    '!tsconfig.json',
  ],
  tempDirName: path.join(os.tmpdir(), 'stampline-mutation'),
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
  allowConsoleColors: false,
};
