// Does in a scratch copy what docs/adding-a-*.md say, all six additions in one, runs their tests, and then the checks. It also counts
// the files that each touches, beside tests and what is generated: an addition that gets dearer fails here.
//   npm run additions                  all of it
//   npm run additions -- --no-check    without the checks, which take minutes
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { additionsIn, applied } from './docs/additions.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each page, and how many files of the product it may touch. */
const PAGES = {
  'adding-a-resource': 5,
  'adding-a-policy': 2,
  'adding-a-stage-verb': 5,
  'adding-a-command': 2,
  'adding-an-event-type': 1,
  'adding-a-job': 1,
};

/** What these are made of has changed. */
const GENERATED = [
  ['scripts/build.mjs'],
  ['scripts/openapi.mjs'],
  ['scripts/code-docs.mjs'],
  ['scripts/cli-docs.mjs'],
  ['node_modules/prettier/bin/prettier.cjs', '--log-level', 'warn', '--write', 'src', 'test', 'migrations'],
];

function scratchCopy() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-additions-'));
  // Postgres may run as another user, who has to get through.
  fs.chmodSync(folder, 0o755);
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).split(
    '\0',
  );
  for (const file of files.filter((one) => one !== '' && fs.existsSync(path.join(root, one)))) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.copyFileSync(path.join(root, file), path.join(folder, file));
  }
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

function addTo(folder) {
  const tests = [];
  for (const [page, most] of Object.entries(PAGES)) {
    const additions = additionsIn(fs.readFileSync(path.join(root, `docs/${page}.md`), 'utf8'));
    const touched = new Set(additions.map(({ file }) => file));
    const product = [...touched].filter((file) => !file.startsWith('test/'));
    console.log(`${page}: ${product.length} files (at most ${most}), and ${touched.size - product.length} of tests`);
    if (product.length > most) throw new Error(`${page} touches ${product.length} files: ${product.join(', ')}.`);
    if (touched.size === product.length) throw new Error(`${page} has no test.`);
    for (const addition of additions) {
      const target = path.join(folder, addition.file);
      const text = fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : undefined;
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, applied(text, addition, page));
    }
    tests.push(...[...touched].filter((file) => file.startsWith('test/')));
  }
  return tests;
}

function run(folder, args) {
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}.`);
}

const folder = scratchCopy();
try {
  const tests = addTo(folder);
  for (const args of GENERATED) run(folder, args);
  run(folder, ['node_modules/jest/bin/jest.js', ...tests]);
  if (!process.argv.includes('--no-check')) run(folder, ['scripts/check.mjs']);
  console.log('All additions of the pages work as they say.');
} catch (error) {
  console.error(String(error.message));
  process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
