// Makes the npm package's programs usable: the library links that `npm ci --ignore-scripts` leaves out, and a copy for
// where the package lies in a folder that the server's user can't reach or that can't be written.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

import { errnoOf } from './embedded-postgres-error.js';

/** The folder that holds bin, lib and share, and the npm version of what is in it. */
export interface PackageFolder {
  folder: string;
  version: string;
}

/** The package itself once its libraries have every name that the programs ask for, else a copy below `copyTo`. */
export async function withLinks(
  found: PackageFolder,
  copyTo: string,
  log: (line: string) => void,
): Promise<PackageFolder> {
  try {
    await makeLinks(found.folder);
    return found;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) throw error;
    log(`${found.folder} lacks library links and can't be written: using a copy in ${copyTo}`);
    return await copyPackage(found, copyTo);
  }
}

async function makeLinks(folder: string): Promise<void> {
  const list = path.join(folder, 'pg-symlinks.json');
  if (!(await exists(list))) return;
  const links = JSON.parse(await fs.readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    // Both are written relative to the package, `native/lib/…`; this folder is `native`, or a copy of it.
    const link = path.join(folder, path.relative('native', target));
    if (await exists(link)) continue;
    try {
      await fs.symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error; // a server beside us made it first
    }
  }
}

/**
 * Copies the programs into `parent`, once per version and readable by everybody. They are copied aside, under a name of
 * their own, and renamed, so a half-made copy is never used, whoever else makes one.
 */
export async function copyPackage(from: PackageFolder, parent: string): Promise<PackageFolder> {
  const folder = path.join(parent, `postgres-binaries-${from.version}`);
  if (await exists(folder)) return { folder, version: from.version };
  const draft = `${folder}.${randomUUID()}${DRAFT}`;
  await fs.mkdir(draft);
  await removeDrafts(folder, (await fs.stat(draft)).mtimeMs);
  const notNeeded = /\.a$|[/\\]pkgconfig$/;
  const filter = (source: string) => !notNeeded.test(source);
  await fs.cp(from.folder, draft, { recursive: true, verbatimSymlinks: true, filter });
  await makeLinks(draft);
  await openToAll(draft);
  await placeCopy(draft, folder);
  return { folder, version: from.version };
}

const DRAFT = '.draft';
/** By then whoever made one is gone: copying takes seconds. */
const LEFT_AFTER_MS = 24 * 60 * 60_000;

/** The same programs may have come from a server of another data folder meanwhile. */
async function placeCopy(draft: string, folder: string): Promise<void> {
  try {
    await fs.rename(draft, folder);
  } catch (error) {
    await fs.rm(draft, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
}

/** What killed starts left of this version's copy; one that is young may be somebody's at work. `now`: by the disk's clock. */
async function removeDrafts(folder: string, now: number): Promise<void> {
  const parent = path.dirname(folder);
  for (const name of await fs.readdir(parent)) {
    if (!name.startsWith(`${path.basename(folder)}.`) || !name.endsWith(DRAFT)) continue;
    const { mtimeMs } = await fs.stat(path.join(parent, name));
    if (now - mtimeMs > LEFT_AFTER_MS) await fs.rm(path.join(parent, name), { recursive: true, force: true });
  }
}

/** Adds read (and, on folders and programs, search) permission for everybody: npm under umask 077 leaves none. */
async function openToAll(folder: string): Promise<void> {
  await fs.chmod(folder, 0o755);
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) continue;
    const { mode } = await fs.stat(file);
    await fs.chmod(file, entry.isDirectory() || mode & 0o100 ? 0o755 : 0o644);
  }
}

/** False when it isn't there or can't be reached; any other trouble is thrown. */
export async function exists(file: string): Promise<boolean> {
  try {
    await fs.access(file);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}
