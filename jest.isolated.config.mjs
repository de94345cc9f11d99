// The pure core of the import maps under jest's own runner, which compiles and so can look into what runs: for mutation
// (stryker.config.mjs) and for `npm run test:coverage`. It needs no database, so nothing of the global set-up.
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test/import-maps/domain', '<rootDir>/src/import-maps/domain'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  collectCoverageFrom: ['src/import-maps/domain/**/*.ts', 'src/promotion/domain/**/*.ts'],
  coverageThreshold: { global: { branches: 100 } },
  maxWorkers: 1,
  testTimeout: 20_000,
};
