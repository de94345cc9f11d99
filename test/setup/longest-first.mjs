// The order of the suites: the longest first, so that no worker is left alone with one at the end. How long each takes is known
// from an earlier run (suite-seconds.json, which slowest-suites.mjs writes).
import fs from 'node:fs';
import path from 'node:path';
import { SECONDS_FILE } from './suite-seconds.mjs';

/** Of a suite that no run has measured yet: before those that are known to be short. */
const UNKNOWN_SECONDS = 4;

/** What jest asks of a sequencer; its own one goes by what it remembers of this machine, which a fresh clone has not. */
export default class LongestFirst {
  sort(tests) {
    const known = JSON.parse(fs.readFileSync(SECONDS_FILE, 'utf8'));
    const secondsOf = ({ path: file, context }) =>
      known[path.relative(context.config.rootDir, file).split(path.sep).join('/')] ?? UNKNOWN_SECONDS;
    return [...tests].sort((one, other) => secondsOf(other) - secondsOf(one) || (one.path < other.path ? -1 : 1));
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}

  /** `jest --shard=1/3`: each gets some of the long ones. */
  shard(tests, { shardIndex, shardCount }) {
    return this.sort(tests).filter((_test, at) => at % shardCount === shardIndex - 1);
  }
}
