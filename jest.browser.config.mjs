// npm run test:browser: the stories of test/browser, in Chromium and in Firefox. One worker: two browsers at a time are
// slow enough to look broken on two cores.
import base from './jest.config.mjs';

export default {
  ...base,
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.story.ts'],
  maxWorkers: 1,
  testTimeout: 60_000,
};
