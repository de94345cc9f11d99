// What may stand in package.json and package-lock.json: exact versions, a SHA-512 for each package, no package from
// anywhere but the registry that npm is set up with, every platform's binaries, both files in step, and no package that the
// Node which runs this is too old or too new for.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file) => JSON.parse(fs.readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

function inexactVersions(manifest) {
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']
    .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
    .filter(([, version]) => typeof version === 'string' && !version.startsWith('$') && !exactVersion.test(version))
    .map(([name, version]) => `package.json: ${name} is "${version}", not one exact version`);
}

function unsafeEntry([key, entry]) {
  const problems = [];
  if (!exactVersion.test(entry.version?.replace(/\+.*$/, '') ?? '')) problems.push(`has no exact version`);
  if (!entry.integrity?.startsWith('sha512-')) problems.push('has no SHA-512 integrity');
  if (entry.link) problems.push('is a link');
  if (entry.resolved) {
    problems.push('names an address (npm config set omit-lockfile-registry-resolved true, then npm install)');
  }
  return problems.map((problem) => `${key} ${problem}`);
}

/** The places where Node would look for `name`, from the package at `key` up to the top. */
function* lookups(key, name) {
  for (let at = key; at; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    yield `${at}/node_modules/${name}`;
  }
  yield `node_modules/${name}`;
}

/**
 * Binaries for other platforms come as optional dependencies. When the registry lacks one, npm leaves it out of the
 * lock file in silence, and `npm ci` fails on that platform.
 */
function missingPlatforms(packages) {
  return Object.entries(packages).flatMap(([key, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => ![...lookups(key, name)].some((place) => packages[place]))
      .map((name) => `${key || 'package.json'} may need ${name}, which the lock file leaves out`),
  );
}

function outOfStep() {
  const dryRun = spawnSync('npm', ['ci', '--dry-run', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (dryRun.status !== 0) return [`npm ci --dry-run: ${dryRun.stderr || dryRun.error}`];
  const unfit = [...dryRun.stderr.matchAll(/EBADENGINE\s+package: '([^']+)'/g)].map(([, name]) => name);
  return unfit.map(
    (name) => `${name} is not for Node ${process.version}: pin a version that is, by overrides where it is another's`,
  );
}

/** docs/DEPENDENCIES.md says of each library why it is there. */
function unexplained(manifest) {
  const page = fs.readFileSync(new URL('../docs/DEPENDENCIES.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const said = new Set(
    rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name)),
  );
  const named = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.keys(manifest[kind] ?? {}),
  );
  return [
    ...named.filter((name) => !said.has(name)).map((name) => `docs/DEPENDENCIES.md does not say why ${name} is there`),
    ...[...said]
      .filter((name) => !named.includes(name))
      .map((name) => `docs/DEPENDENCIES.md has ${name}, and package.json doesn't`),
  ];
}

const lock = read('package-lock.json');
const installed = Object.entries(lock.packages).filter(([key]) => key !== '');
const problems = [
  ...(lock.lockfileVersion === 3 ? [] : [`package-lock.json: lockfileVersion ${lock.lockfileVersion}, not 3`]),
  ...(installed.length > 0 ? [] : ['package-lock.json is empty']),
  ...inexactVersions(read('package.json')),
  ...unexplained(read('package.json')),
  ...installed.flatMap(unsafeEntry),
  ...missingPlatforms(lock.packages),
  ...outOfStep(),
];
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}
