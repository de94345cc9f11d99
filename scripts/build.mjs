// Compiles src/ and migrations/ to dist/ with swc, and the command to one file, when something in them changed since the last
// build.
// Run as a program it builds; `ensureBuilt()` is what start and test call.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCli } from './build-cli.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
/** What a build was made from, in it. */
const stamp = '.built-from';
const sources = ['src', 'migrations'];

/** Clients know the contract only: the command becomes one file of its own. */
const clients = ['src/cli/', 'src/client/'];
const isServer = (file) => !clients.some((folder) => file.split(path.sep).join('/').startsWith(folder));

/** Every file below a folder, as paths relative to the project's root, sorted. */
function filesBelow(folder) {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.d.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** A digest of everything that the output depends on: contents, not times, so a fresh clone's copy of dist stays valid. */
function sourceDigest() {
  const hash = createHash('sha256');
  for (const file of [...sources.flatMap(filesBelow), 'scripts/build-cli.mjs', '.swcrc', 'package.json']) {
    hash
      .update(`${file}\0`)
      .update(fs.readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

async function compile(files, into) {
  const { transformFile } = await import('@swc/core');
  await Promise.all(
    files.map(async (file) => {
      const target = path.join(into, file.replace(/\.ts$/, '.js'));
      fs.mkdirSync(path.dirname(target), { recursive: true });
      if (!file.endsWith('.ts')) return fs.copyFileSync(path.join(root, file), target);
      const { code, map } = await transformFile(path.join(root, file), { swcrc: true, cwd: root });
      fs.writeFileSync(`${target}.map`, map ?? '');
      fs.writeFileSync(target, `${code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
    }),
  );
}

/** Builds when dist/ is missing or stale. A shipped dist without src/ (a container image) is taken as it is. */
export async function ensureBuilt({ say = () => {} } = {}) {
  if (!fs.existsSync(path.join(root, 'src'))) return;
  const digest = sourceDigest();
  if (isBuiltFrom(digest)) return;
  say('Building Stampline …');
  const draft = `${dist}.${process.pid}`;
  try {
    fs.rmSync(draft, { recursive: true, force: true });
    await compile(sources.flatMap(filesBelow).filter(isServer), draft);
    await buildCli({ root, dist: draft });
    fs.writeFileSync(path.join(draft, stamp), digest);
    putInPlace(draft, digest);
  } finally {
    for (const left of [draft, `${draft}.old`]) fs.rmSync(left, { recursive: true, force: true });
  }
}

const isBuiltFrom = (digest) =>
  fs.existsSync(path.join(dist, stamp)) && fs.readFileSync(path.join(dist, stamp), 'utf8') === digest;

/** Several servers of one clone may start at once: each builds aside, and the first to be done is as good as the others. */
function putInPlace(draft, digest) {
  while (!isBuiltFrom(digest)) {
    fs.rmSync(`${draft}.old`, { recursive: true, force: true });
    if (fs.existsSync(dist)) unlessOthersDid(() => fs.renameSync(dist, `${draft}.old`));
    unlessOthersDid(() => fs.renameSync(draft, dist));
  }
}

function unlessOthersDid(rename) {
  try {
    rename();
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureBuilt({ say: console.log });
