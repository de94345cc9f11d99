// npm run test:browser: the stories of test/browser in Chromium and Firefox, and those about pages of all kinds in WebKitGTK,
// where that is installed. What follows `--` goes to jest:
// `npm run test:browser -- page -t firefox`.
//
//   CHROMIUM                /usr/bin/chromium       where Chromium is
//   FIREFOX                 /usr/bin/firefox-esr    where Firefox is
//   WEBKIT_DRIVER           /usr/bin/WebKitWebDriver   where WebKitGTK's driver is; its pages need XVFB, /usr/bin/Xvfb
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
  console.error(`${name} is not at ${file}: install Debian's ${debian}, or set ${variable} to its path.`);
}
if (missing.length > 0) process.exit(2);

const webkit = [process.env.WEBKIT_DRIVER || '/usr/bin/WebKitWebDriver', process.env.XVFB || '/usr/bin/Xvfb'];
const absent = webkit.filter((file) => !fs.existsSync(file));
if (absent.length > 0)
  console.error(
    `Left out: page-kinds and odd-pages in WebKitGTK, because ${absent.join(' and ')} are missing. Install Debian's webkit2gtk-driver and xvfb.`,
  );

await ensureBuilt();
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const config = ['--config', path.join(root, 'jest.browser.config.mjs')];
const { status, error } = spawnSync(process.execPath, [jest, ...config, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
if (error) throw error;
process.exitCode = status ?? 1;
