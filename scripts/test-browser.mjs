// npm run test:browser: the stories of test/browser in Chromium and Firefox. What follows `--` goes to jest:
// `npm run test:browser -- page -t firefox`.
//
//   CHROMIUM                /usr/bin/chromium       where Chromium is
//   FIREFOX                 /usr/bin/firefox-esr    where Firefox is
//   STAMPLINE_SCREENSHOTS   –                       a folder for pictures of the pages
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const browsers = [
  ['Chromium', process.env.CHROMIUM || '/usr/bin/chromium', 'chromium', 'CHROMIUM'],
  ['Firefox', process.env.FIREFOX || '/usr/bin/firefox-esr', 'firefox-esr', 'FIREFOX'],
];

const missing = browsers.filter(([, file]) => !fs.existsSync(file));
for (const [name, file, debian, variable] of missing) {
  console.error(`There is no ${name} at ${file}: install Debian's ${debian}, or say in ${variable} where it is.`);
}
if (missing.length > 0) process.exit(2);

await ensureBuilt();
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const config = ['--config', path.join(root, 'jest.browser.config.mjs')];
const { status, error } = spawnSync(process.execPath, [jest, ...config, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
if (error) throw error;
process.exitCode = status ?? 1;
