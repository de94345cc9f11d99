// Everything that `npm test` does not look at: types, lint, plain words, boundaries, drift of what is generated, the lock file.
// `npm run check` runs all, two at a time; `npm run check -- lint types` only those named. Exit 1 when one fails.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { ensureClientTypes } from './client-types.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const atOnce = 2;

/** Longest first, so that the two lanes end together. */
const checks = {
  lint: ['eslint', '--max-warnings', '0', '.'],
  regexes: ['node', 'scripts/regex-check.mjs'],
  types: ['tsc', '--noEmit'],
  migrations: ['node', 'scripts/migration-drift.mjs'],
  openapi: ['node', 'scripts/openapi.mjs', '--check'],
  format: ['prettier', '--check', '.'],
  boundaries: ['depcruise', 'src'],
  'dead-code': ['knip', '--no-progress', '--no-config-hints'],
  'openapi-lint': ['redocly', 'lint', 'openapi.json'],
  'cli-docs': ['node', 'scripts/cli-docs.mjs', '--check'],
  'code-docs': ['node', 'scripts/code-docs.mjs', '--check'],
  words: ['node', 'scripts/words-check.mjs'],
  lock: ['node', 'scripts/lock-check.mjs'],
  compose: ['node', 'scripts/compose-check.mjs'],
};
/** These run what was built: built once here, or the two would build over each other. */
const needBuild = ['migrations', 'openapi'];

const { FORCE_COLOR: _colours, ...inherited } = process.env;
const env = {
  ...inherited,
  PATH: [path.join(root, 'node_modules', '.bin'), inherited['PATH']].join(path.delimiter),
  NO_COLOR: '1',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
};

/** Runs one command to its end; never throws. */
function run([command, ...args]) {
  return new Promise((resolve) => {
    const output = [];
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => resolve({ ok: false, output: String(error) }));
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(output).toString() }));
  });
}

async function runAndReport(name) {
  const start = performance.now();
  const { ok, output } = await run(checks[name]);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(12)}  ${seconds.padStart(5)} s`);
  return { name, ok, output };
}

/** Built before the lanes start; a build that fails is one more failed check, and the others still run. */
async function build() {
  try {
    await ensureBuilt();
    return [];
  } catch (error) {
    console.log('FAILED  build');
    return [{ name: 'build', ok: false, output: String(error.stack ?? error) }];
  }
}

/** Each lane takes the next check until none is left. */
async function runAll(names) {
  const queue = [...names];
  const results = [];
  const lane = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) results.push(await runAndReport(name));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(checks, name));
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`);
  process.exit(2);
}

const names = Object.keys(checks).filter((name) => asked.length === 0 || asked.includes(name));
await ensureClientTypes();
const built = names.some((name) => needBuild.includes(name)) ? await build() : [];
const results = [...built, ...(await runAll(names))];
const failed = results.filter((result) => !result.ok);
for (const { name, output } of failed) console.log(`\n── ${name}\n${output.trimEnd()}`);
console.log(
  failed.length === 0
    ? `All ${results.length} checks are fine.`
    : `\n${failed.length} of ${results.length} checks failed: ${failed.map(({ name }) => name).join(', ')}.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
