// Two workers on two cores; each suite makes a database of its own from the template that the global set-up migrated. Suites
// of a worker share its modules: loading the application anew for each took most of the time.
export default {
  runner: '<rootDir>/test/setup/runner.mjs',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  setupFiles: ['<rootDir>/test/setup/typescript.mjs', '<rootDir>/test/setup/watchdog.mjs'],
  globalSetup: '<rootDir>/test/setup/global-setup.mjs',
  globalTeardown: '<rootDir>/test/setup/global-teardown.mjs',
  maxWorkers: 2,
  testSequencer: '<rootDir>/test/setup/longest-first.mjs',
  reporters: ['default', '<rootDir>/test/setup/slowest-suites.mjs'],
};
