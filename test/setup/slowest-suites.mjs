// A reporter: prints the ten slowest suites at the end of a run, and with STAMPLINE_WRITE_SECONDS=1 notes how long each took, for
// the order of the next runs (longest-first.mjs).
import fs from 'node:fs';
import path from 'node:path';
import { SECONDS_FILE } from './suite-seconds.mjs';

const SHOWN = 10;

export default class SlowestSuites {
  constructor({ rootDir }) {
    this.rootDir = rootDir;
  }

  onRunComplete(_contexts, { testResults }) {
    const suites = testResults
      .map(({ testFilePath, perfStats }) => ({
        name: path.relative(this.rootDir, testFilePath).split(path.sep).join('/'),
        seconds: perfStats.runtime / 1000,
      }))
      .sort((one, other) => other.seconds - one.seconds);
    if (process.env.STAMPLINE_WRITE_SECONDS) note(suites);
    if (suites.length <= SHOWN) return;
    const sum = suites.reduce((total, { seconds }) => total + seconds, 0);
    console.error(`\nThe slowest of ${suites.length} suites, which took ${Math.round(sum)} s one after the other:`);
    for (const { name, seconds } of suites.slice(0, SHOWN))
      console.error(`${seconds.toFixed(1).padStart(7)} s  ${name}`);
  }
}

/** Suites that did not run keep what was known of them, those that are gone don't. */
function note(suites) {
  const known = JSON.parse(fs.readFileSync(SECONDS_FILE, 'utf8'));
  for (const { name, seconds } of suites) known[name] = Math.round(seconds);
  const kept = Object.entries(known).filter(([name]) => fs.existsSync(name));
  kept.sort(([one, many], [other, few]) => few - many || (one < other ? -1 : 1));
  fs.writeFileSync(SECONDS_FILE, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}
